package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/wsman"
)

func sessionTailCommand() *cobra.Command {
	var dir, output string
	var follow bool
	var request shell.TailRequest
	cmd := &cobra.Command{
		Use:   "tail --state DIR SHELLID",
		Short: "Show what a session puts out, whether its server runs or not",
		Long: "Show what a session puts out: first what it holds for its client, then what comes, until it ends.\n" +
			"The client gets everything all the same.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output is text or json, not %q", output)
			}
			request.HeldOnly = !follow
			onlooker, err := lookAt(dir, args[0])
			if err != nil {
				return err
			}
			defer onlooker.Close()
			info, err := onlooker.Info()
			if err != nil {
				return err
			}
			show := tailPrinter(info, output, cmd.OutOrStdout(), cmd.ErrOrStderr())
			err = onlooker.Tail(cmd.Context(), request, show)
			if errors.Is(err, context.Canceled) {
				return nil // that is how it is ended
			}
			return err
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().BoolVar(&follow, "follow", true, "go on with what comes")
	cmd.Flags().StringVar(&request.CommandID, "command", "", "show this command only; the beginning of its identifier is enough")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

// lookAt finds the host of a session in a state directory.
func lookAt(dir, id string) (*shellhost.Onlooker, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	client := shell.Client{User: localPrincipal.User, Administrator: true}
	return shellhost.LookAt(filepath.Join(dir, sessionsDirectory), id, client)
}

// tailPrinter chooses the form in which a session's output is shown.
func tailPrinter(info shell.Info, output string, stdout, stderr io.Writer) func(shell.Output) error {
	powerShell := strings.HasPrefix(strings.ToLower(info.ResourceURI), strings.ToLower(wsman.NamespacePowerShell))
	switch {
	case output == "json" && powerShell:
		return (&jsonTail{w: stdout, read: (&psrpTail{}).read}).show
	case output == "json":
		return (&jsonTail{w: stdout, read: (&consoleTail{}).read}).show
	case powerShell:
		return (&textTail{w: stdout, terminal: isTerminal(stdout), read: (&psrpTail{}).read}).show
	}
	return newRawTail(stdout, stderr).show
}

// isTerminal reports whether what is written may reach a terminal. The null
// device counts as one, which does no harm.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
