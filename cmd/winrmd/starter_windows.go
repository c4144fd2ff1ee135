package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/shell/usertoken"
)

// systemCommands are commands that only this system has.
func systemCommands() []*cobra.Command { return []*cobra.Command{runAsPasswordCommand()} }

// starterClient starts hosts as other accounts, in this process.
type starterClient = usertoken.Starter

// separate takes the rights to start hosts as other accounts, if this process has
// them, and closes the state directory to others. Nothing is separated: on Windows
// the daemon keeps its rights. It returns nil where it has none.
func (o *options) separate(_ context.Context, log *slog.Logger) (*usertoken.Starter, error) {
	err := usertoken.Enable()
	if missing := (*usertoken.PrivilegeError)(nil); errors.As(err, &missing) {
		log.Info("sessions run as the account of winrmd only", "reason", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state, err := filepath.Abs(o.state)
	if err != nil {
		return nil, err
	}
	directory := filepath.Join(state, sessionsDirectory)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, err
	}
	if err := usertoken.Guard(state, directory); err != nil {
		return nil, err
	}
	command, err := hostCommand()
	if err != nil {
		return nil, err
	}
	return usertoken.NewStarter(usertoken.Config{Directory: directory, Command: command, Passwords: usertoken.Stored, Log: log})
}

// checksPasswords is nil: there is no PAM.
func (d *daemon) checksPasswords() func(context.Context, []byte) ([]byte, error) { return nil }

// serviceAccount is empty: the daemon starts the hosts of users without an account
// itself.
func serviceAccount(*usertoken.Starter) string { return "" }

// privileged is a Router's.
func privileged(s *usertoken.Starter) shellhost.Starter {
	if s == nil {
		return nil
	}
	return s
}

// settleIn has nothing to do: a host is in its job, with its token, from the start.
func settleIn() error { return nil }

// runAsPasswordCommand stores the password of an account that sessions run as.
func runAsPasswordCommand() *cobra.Command {
	var fromStdin, remove bool
	cmd := &cobra.Command{
		Use:   "run-as-password ACCOUNT --password-stdin | --remove",
		Short: "Store the password of an account that sessions run as, so that they can reach other machines",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if fromStdin == remove {
				return errors.New("use either --password-stdin, since a password is read from standard input only, or --remove")
			}
			a, err := account.LookUp(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if remove {
				return usertoken.StorePassword(a, nil)
			}
			password, err := readPassword(cmd.InOrStdin())
			if err != nil {
				return err
			}
			return usertoken.StorePassword(a, &password)
		},
	}
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	cmd.Flags().BoolVar(&remove, "remove", false, "remove a password that is stored")
	return cmd
}
