package main

import "github.com/spf13/cobra"

// configCommand is about the settings files as a whole.
func configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check the settings files of a server"}
	cmd.AddCommand(configValidateCommand(), configDocumentCommand())
	return cmd
}
