package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/pluginxml"
)

// standardStream is the name of standard input, or output, where a file's is
// expected.
const standardStream = "-"

func configurationImportCommand() *cobra.Command {
	var dir, output, name string
	var force bool
	cmd := &cobra.Command{
		Use:   "import --state DIR FILE",
		Short: "Make a session configuration of the XML that Windows keeps for a plug-in",
		Long: "Make a session configuration of the XML that Windows keeps for a plug-in, and that export writes; - reads\n" +
			"standard input. What has no equal here is told on standard error; it is kept, and export gives it back.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output, true); err != nil {
				return err
			}
			text, err := readInput(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			session, notes, err := pluginxml.Import(text)
			if err != nil {
				return err
			}
			if name != "" {
				session.Name = name
			}
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			if err := register(store, session, force); err != nil {
				return err
			}
			if session, err = findSession(store, dir, session.Name); err != nil {
				return err
			}
			for _, n := range notes {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: %v\n", n)
			}
			for _, e := range doubts(dir, store.Service(), session, account.Admission{}) {
				fmt.Fprintf(cmd.ErrOrStderr(), "warning: %v\n", e)
			}
			return printChanged(cmd.OutOrStdout(), output, session)
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().StringVar(&name, "name", "", "the `NAME` of the session configuration (default: the plug-in's)")
	cmd.Flags().BoolVar(&force, "force", false, "take the place of a session configuration of that name")
	mustAdd(cmd.RegisterFlagCompletionFunc("name", completeNothing))
	changedFlag(cmd, &output)
	return cmd
}

func configurationExportCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "export --state DIR NAME [FILE]",
		Short: "Write a session configuration as the XML that Windows keeps for a plug-in",
		Long: "Write a session configuration as the XML that Windows keeps for a plug-in, to standard output or into a\n" +
			"file that nobody else can read: it may have secrets in the environment of its sessions.",
		Args: cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return nil, cobra.ShellCompDirectiveDefault // a file
			}
			return completeSessions(&dir, false)(cmd, args, toComplete)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := openSettings(dir)
			if err != nil {
				return err
			}
			session, err := findSession(store, dir, args[0])
			if err != nil {
				return err
			}
			text, err := pluginxml.Export(session)
			if err != nil {
				return err
			}
			if !bytes.HasSuffix(text, []byte("\n")) {
				text = append(text, '\n')
			}
			if len(args) == 2 && args[1] != standardStream {
				return configuration.WriteFile(args[1], text, 0o600)
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	stateFlag(cmd, &dir)
	return cmd
}

// readInput reads a file, or standard input, of at most the size that settings
// files have.
func readInput(stdin io.Reader, name string) (content []byte, err error) {
	r := stdin
	if name != standardStream {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	content, err = io.ReadAll(io.LimitReader(r, configuration.MaxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(content) > configuration.MaxFileSize {
		return nil, errors.New("the XML is larger than 1 MiB, which no plug-in's is")
	}
	return content, nil
}
