package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp/runspacepool"
)

func sessionEnterCommand(c *connection) *cobra.Command {
	var n creating
	cmd := &cobra.Command{
		Use: "enter [SHELLID|NAME]", Short: "Type commands in a session", Args: atMostOne,
		Long: "Type commands in a session of its own, which ends when you do, or in one that there is, which is left\n" +
			"disconnected. The server shows objects as it would on its own terminal. Ctrl-C stops what runs; exit, or the end of\n" +
			"the input, ends. With exit NUMBER the number is the exit status.",
		ValidArgsFunction: completeSessions(c),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.notify = tellNetwork(cmd.ErrOrStderr())
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			r, err := newReader(cmd, "auto", cmd.InOrStdin())
			if err != nil {
				return err
			}
			r.asks, r.stops = false, true
			if len(args) == 0 {
				s, err := openSession(cmd.Context(), client, &n, r.host)
				if err != nil {
					return err
				}
				defer s.end(cmd.ErrOrStderr())
				return r.enter(cmd.Context(), s)
			}
			if err := n.check(); err != nil {
				return err
			}
			info, err := lookUp(cmd.Context(), client, args[0])
			if err != nil {
				return err
			}
			s, err := connectSession(cmd.Context(), client, info, r.host)
			if err != nil {
				return err
			}
			return errors.Join(r.enter(cmd.Context(), s), s.leave(&n.leaving))
		},
	}
	n.flags(cmd.Flags())
	return cmd
}

// enter asks for commands and runs them, until exit or the end of the input.
func (r *reader) enter(ctx context.Context, s *attached) error {
	r.listen()
	for {
		prompt, err := r.prompt(ctx, s)
		if err != nil {
			return err
		}
		line, err := r.typed(ctx, prompt)
		switch {
		case errors.Is(err, errNoInput):
			if r.host.ui.in.terminal() {
				fmt.Fprintln(r.printer.stderr.w)
			}
			return nil
		case errors.Is(err, errInterrupted):
			continue
		case err != nil:
			return err
		case strings.EqualFold(strings.TrimSpace(line), "exit"):
			return nil
		case strings.TrimSpace(line) == "":
			continue
		}
		pl, err := s.Start(ctx, runspacepool.PipelineConfig{
			Commands: []runspacepool.Command{runspacepool.Script(line), outDefault()},
			Host:     r.host, AddToHistory: true, History: line, Streams: runspacepool.AddInvocationInfoToError,
			RedirectErrorOutput: true,
		})
		if err != nil {
			return err
		}
		err = r.read(ctx, s, pl)
		if r.host.exited || err != nil && !scriptEnded(err) {
			return err
		}
	}
}

// outDefault lets the server show what a command puts out, errors too.
func outDefault() runspacepool.Command {
	c := runspacepool.Cmdlet("Out-Default")
	c.Merge = runspacepool.Merge{Error: runspacepool.MergeOutput, PreviousResults: true}
	return c
}

// prompt is what the session's own function says is to be shown before a command.
func (r *reader) prompt(ctx context.Context, s *attached) (string, error) {
	pl, err := s.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Cmdlet("prompt")}, Host: r.host})
	if err != nil {
		return "", err
	}
	text := ""
	for record, err := range pl.Records(ctx) {
		if err != nil {
			if failed := (*runspacepool.PipelineError)(nil); errors.As(err, &failed) {
				break // a session may have no such function
			}
			return "", err
		}
		if record.Stream == runspacepool.StreamOutput {
			text += record.Text()
		}
	}
	return orElse(text, "PS>"), nil
}

// typed reads a command of the user.
func (r *reader) typed(ctx context.Context, prompt string) (string, error) {
	turn, cancel := interruptible(ctx, r.interrupts)
	defer cancel()
	if !r.host.ui.in.terminal() {
		return r.host.ui.in.line(turn, false)
	}
	line, err := r.host.ui.question(turn, prompt, false)
	cancel()
	if err == nil && errors.Is(context.Cause(turn), errInterrupted) { // right after the line
		return "", errInterrupted
	}
	if errors.Is(err, errInterrupted) {
		fmt.Fprintln(r.printer.stderr.w)
	}
	return line, err
}

func atMostOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usage("say one session, or none for a new one")
	}
	return nil
}
