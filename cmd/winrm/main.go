// Command winrm is a client of WS-Management servers, winrmd and Windows alike,
// for terminals and scripts: it asks for and changes resources as Windows' own
// winrm does, runs command lines, and works in sessions of PowerShell that outlive
// it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	root, c := rootCommand()
	err := errors.Join(root.ExecuteContext(ctx), c.recorder.close())
	stop()
	if err != nil {
		_, ended := errors.AsType[*remoteExit](err)
		if _, differ := errors.AsType[*differs](err); !ended && !differ && !errors.Is(err, errScript) && !errors.Is(err, syscall.EPIPE) {
			fmt.Fprintln(os.Stderr, "winrm:", message(err))
		}
		os.Exit(exitStatus(err))
	}
}

func rootCommand() (*cobra.Command, *connection) {
	c := &connection{}
	root := &cobra.Command{
		Use:   "winrm",
		Short: "A client of WinRM servers, for terminals and scripts",
		Long: "A client of WinRM servers (WS-Management), winrmd and Windows alike.\n\n" +
			"Exit status: 0 success, 1 something else went wrong or a script has failed, 2 wrong command line,\n" +
			"3 not let in, 4 the server was not reached, 5 the server answered with a fault. What is run at the\n" +
			"server may say others: winrm shell has the command's, winrm session the one that a script has said\n" +
			"with exit.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	group(root)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	c.flags(root.PersistentFlags())
	_ = root.RegisterFlagCompletionFunc("connection", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return c.names(), cobra.ShellCompDirectiveNoFileComp
	})
	root.AddCommand(identifyCommand(c), getCommand(c), setCommand(c), createCommand(c), deleteCommand(c),
		enumerateCommand(c), invokeCommand(c), shellCommand(c), sessionCommand(c), captureCommand(c), conformanceCommand(c))
	return root, c
}
