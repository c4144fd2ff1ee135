package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

const (
	outputHelp = "auto (a table of objects with at most four properties, else a list), table, list, json (a line for each object; other streams as JSON on standard error) or raw (CLIXML, a line for each object)"
	formsHelp  = "Objects go to standard output as they come; errors, warnings and other streams to standard error, and\n" +
		"progress if that is a terminal. At a terminal Ctrl-C asks whether to disconnect, stop or continue; elsewhere\n" +
		"the first SIGINT stops the script and the second ends the command.\n\n" +
		"Exit status: 0 the script has completed, whatever it has written to its error stream, or was left; the number\n" +
		"that it has said with exit; 1 it has failed or was stopped; others as winrm's own."
)

// invocation is a script that is run in a session.
type invocation struct {
	creating
	session, file, form string
	arguments           []string
	disconnected        bool
}

func sessionInvokeCommand(c *connection) *cobra.Command {
	var i invocation
	cmd := &cobra.Command{
		Use:   "invoke [SCRIPT...]",
		Short: "Run a script in a session",
		Long: "Run a script in a session of its own, or in one that there is. The words of the script are joined with\n" +
			"blanks; without them it is read from a file or from standard input. A session of its own ends with the\n" +
			"script, and one that there is is left disconnected.\n\n" +
			"With --in-disconnected-session the script is left running at the server, and the session's identifier\n" +
			"is written; winrm session receive, or Receive-PSSession, gets what it puts out.\n\n" + formsHelp,
		Example: "  winrm session invoke 'Get-ChildItem | Select-Object Name, Length'\n" +
			"  winrm session invoke --session nightly --file backup.ps1 --output json\n" +
			"  winrm session invoke --in-disconnected-session --name nightly './backup.ps1'",
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd, c, args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	i.flags(f)
	f.StringVarP(&i.session, "session", "s", "", "identifier, its beginning, or name of a session that there is")
	f.StringVarP(&i.file, "file", "f", "", "the file that the script is in; - for standard input")
	f.StringArrayVar(&i.arguments, "argument", nil, "an argument of the script, for its param block or $args; can be repeated")
	f.BoolVar(&i.disconnected, "in-disconnected-session", false, "leave the script running at the server, and write the session's identifier")
	f.StringVarP(&i.form, "output", "o", "auto", outputHelp)
	_ = cmd.RegisterFlagCompletionFunc("session", completeSessions(c))
	return cmd
}

func (i *invocation) run(cmd *cobra.Command, c *connection, words []string) error {
	if len(words) > 0 && i.file != "" {
		return usage("say a script or --file, not both")
	}
	if i.session != "" && (i.name != "" || i.configuration != "") {
		return usage("--name and --configuration are for a new session, not for --session")
	}
	if err := i.check(); err != nil {
		return err
	}
	if _, err := newObjectPrinter(&screen{}, i.form); err != nil {
		return err
	}
	c.notify = tellNetwork(cmd.ErrOrStderr())
	client, err := c.client(cmd)
	if err != nil {
		return err
	}
	defer client.Close()
	script, stdin, err := i.script(cmd.InOrStdin(), words)
	if err != nil {
		return err
	}
	r, err := newReader(cmd, i.form, stdin)
	if err != nil {
		return err
	}
	r.leaving = i.leaving
	s, err := i.attach(cmd.Context(), client, r.host)
	if err != nil {
		return err
	}
	err = i.invoke(cmd.Context(), s, r, script)
	switch {
	case errors.Is(err, errLeft):
		return nil
	case i.session != "":
		return errors.Join(err, s.leave(&i.leaving))
	}
	s.end(cmd.ErrOrStderr())
	return err
}

// script is the script, and what of standard input is for it to ask.
func (i *invocation) script(stdin io.Reader, words []string) (string, io.Reader, error) {
	switch {
	case len(words) > 0:
		return strings.Join(words, " "), stdin, nil
	case i.file != "" && i.file != "-":
		text, err := os.ReadFile(i.file)
		return withoutMark(text), stdin, err
	case i.file == "" && isTerminal(stdin):
		return "", nil, usage("say what is to be run: SCRIPT or --file FILE")
	}
	text, err := io.ReadAll(stdin)
	return withoutMark(text), strings.NewReader(""), err
}

// withoutMark is a text without the byte order mark that Windows' editors write.
func withoutMark(text []byte) string { return strings.TrimPrefix(string(text), "\uFEFF") }

func (i *invocation) attach(ctx context.Context, client *wsmanclient.Client, h *host) (*attached, error) {
	if i.session == "" {
		return openSession(ctx, client, &i.creating, h)
	}
	info, err := lookUp(ctx, client, i.session)
	if err != nil {
		return nil, err
	}
	return connectSession(ctx, client, info, h)
}

func (i *invocation) invoke(ctx context.Context, s *attached, r *reader, script string) error {
	r.listen()
	command := runspacepool.Script(script)
	for _, a := range i.arguments {
		command.Arguments = append(command.Arguments, runspacepool.Argument{Value: a})
	}
	pl, err := s.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{command}, Host: r.host, Streams: runspacepool.AddInvocationInfoToError,
		RedirectErrorOutput: true, // as Invoke-Command does: a statement that fails is not the script's end
	})
	if err != nil {
		return err
	}
	if !i.disconnected {
		return r.read(ctx, s, pl)
	}
	if err := s.leave(&i.leaving); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(r.printer.stdout.w, s.id); err != nil {
		return err
	}
	return errLeft
}
