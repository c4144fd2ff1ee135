package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/users"
)

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Administer the users of a server"}
	cmd.AddCommand(userAddCommand(), userSetCommand(), userListCommand(), userRemoveCommand())
	return cmd
}

func userAddCommand() *cobra.Command {
	var dir, local string
	var fromStdin, ntlm bool
	cmd := &cobra.Command{
		Use:   "add --state DIR NAME --password-stdin [--account ACCOUNT] [--ntlm=false]",
		Short: "Add a user, or give one a new password",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !fromStdin {
				return errors.New("a password is read from standard input only: use --password-stdin")
			}
			password, err := readPassword(cmd.InOrStdin())
			if err != nil {
				return err
			}
			file, service, err := openUsers(dir)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("ntlm") {
				ntlm = service.Auth.Negotiate || service.Auth.CredSSP
			}
			var options []users.Option
			if ntlm {
				options = append(options, users.WithNTHash())
			}
			if cmd.Flags().Changed("account") {
				options = append(options, users.WithAccount(local))
			}
			replaced, err := file.Add(args[0], password, options...)
			if err != nil {
				return err
			}
			if err := warnUser(cmd, file, &service, args[0]); err != nil {
				return err
			}
			verb := "added"
			if replaced {
				verb = "changed"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "user %s %s\n", args[0], verb)
			return err
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	accountFlag(cmd, &local)
	cmd.Flags().BoolVar(&ntlm, "ntlm", true,
		"keep the NT hash too, which NTLM and CredSSP need; whoever reads it can log on with it as with the password "+
			"(default: whether winrmd.toml has Negotiate or CredSSP on)")
	cmd.Flags().Lookup("ntlm").DefValue = "" // it is not always true
	return cmd
}

func userRemoveCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "remove --state DIR NAME",
		Short: "Remove a user, whose open connections end with it",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			file, _, err := openUsers(dir)
			if err != nil {
				return err
			}
			return file.Remove(args[0])
		},
	}
	stateFlag(cmd, &dir)
	return cmd
}

// openUsers opens the users file of a state directory, which is made if it is
// missing, and reads the settings there.
func openUsers(dir string) (*users.File, configuration.Service, error) {
	store, err := configuration.Open(dir, newLogger(false))
	if err != nil {
		return nil, configuration.Service{}, err
	}
	return users.Open(filepath.Join(dir, usersFile)), store.Service(), nil
}

// maxPassword bounds what is read; the users file has the real limit.
const maxPassword = 64 << 10

// readPassword reads the first line.
func readPassword(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPassword)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errors.New("standard input holds no password")
	}
	return password, nil
}
