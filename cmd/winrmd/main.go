// Command winrmd is a WS-Management (WinRM) server that hosts PowerShell
// sessions and command shells which outlive their client, and what
// administers it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := asService(ctx, func(ctx context.Context) error { return rootCommand().ExecuteContext(ctx) }); err != nil {
		fmt.Fprintln(os.Stderr, "winrmd:", err)
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "winrmd",
		Short:         "PowerShell sessions and command shells that outlive their client, over WinRM",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), userCommand(), sessionCommand(), versionCommand(), quickstartCommand(), shellhostCommand(),
		configurationCommand(), configCommand())
	root.AddCommand(systemCommands()...)
	return root
}

// stateFlag adds the flag that every command about a server has.
func stateFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "state", "", "directory with winrmd.toml, users, configurations and certificate (required)")
	if err := cmd.MarkFlagRequired("state"); err != nil {
		panic(err) // the flag was added in the line before
	}
}
