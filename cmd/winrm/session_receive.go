package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// receiving is what is received of a session.
type receiving struct {
	leaving
	form, command string
	remove        bool
}

func sessionReceiveCommand(c *connection) *cobra.Command {
	var v receiving
	cmd := &cobra.Command{
		Use: "receive SHELLID|NAME", Short: "Receive what the scripts in a session put out", Args: exactly(1),
		Long: "Come to a session and write what the scripts in it put out and nobody has received, to their end,\n" +
			"one script after the other. Then the session is left disconnected, or ended with --remove.\n\n" + formsHelp,
		ValidArgsFunction: completeSessions(c),
		RunE:              func(cmd *cobra.Command, args []string) error { return v.run(cmd, c, args[0]) },
	}
	f := cmd.Flags()
	v.flags(f)
	f.StringVarP(&v.form, "output", "o", "auto", outputHelp)
	f.StringVar(&v.command, "command", "", "identifier of one of the scripts, as session connect shows it (default all)")
	f.BoolVar(&v.remove, "remove", false, "end the session when all was received")
	return cmd
}

func (v *receiving) run(cmd *cobra.Command, c *connection, wanted string) error {
	if err := v.check(); err != nil {
		return err
	}
	r, err := newReader(cmd, v.form, cmd.InOrStdin())
	if err != nil {
		return err
	}
	r.leaving = v.leaving
	c.notify = tellNetwork(cmd.ErrOrStderr())
	client, err := c.client(cmd)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx := cmd.Context()
	info, err := lookUp(ctx, client, wanted)
	if err != nil {
		return err
	}
	s, err := connectSession(ctx, client, info, r.host)
	if err != nil {
		return err
	}
	complete, err := v.receive(ctx, s, r)
	switch {
	case errors.Is(err, errLeft):
		return nil
	case complete && v.remove:
		s.end(cmd.ErrOrStderr())
		return err
	}
	return errors.Join(err, s.leave(&v.leaving))
}

// receive reads the scripts, and reports whether all were read to their ends.
func (v *receiving) receive(ctx context.Context, s *attached, r *reader) (complete bool, _ error) {
	r.listen()
	commands, err := s.Commands(ctx)
	if err != nil {
		return false, err
	}
	if v.command != "" {
		if commands, err = only(commands, v.command); err != nil {
			return false, err
		}
	}
	if len(commands) == 0 {
		return true, r.printer.problem("winrm: the session has nothing to receive")
	}
	var first error
	for _, c := range commands {
		pl, err := s.ConnectPipeline(ctx, c.ID)
		if err == nil {
			err = r.read(ctx, s, pl)
		}
		if err != nil && !scriptEnded(err) {
			return false, err
		}
		if first == nil {
			first = err
		}
	}
	return true, first
}

// only is the one of some commands that was meant.
func only(commands []runspacepool.CommandInfo, wanted string) ([]runspacepool.CommandInfo, error) {
	for _, c := range commands {
		if strings.EqualFold(c.ID, wanted) {
			return []runspacepool.CommandInfo{c}, nil
		}
	}
	return nil, errors.New("the session has no such script")
}
