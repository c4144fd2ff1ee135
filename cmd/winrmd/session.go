package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func sessionCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "session", Short: "Look at and end sessions, whether their server runs or not"}
	cmd.AddCommand(sessionListCommand(), sessionRemoveCommand(), sessionTailCommand())
	return cmd
}

func sessionListCommand() *cobra.Command {
	var dir, output string
	cmd := &cobra.Command{
		Use:   "list --state DIR",
		Short: "List the sessions of all users",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := newLocalClient(dir, newLogger(false))
			if err != nil {
				return err
			}
			defer c.close()
			list, err := c.sessions(cmd.Context())
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return printJSON(cmd.OutOrStdout(), list)
			case "table":
				return printTable(cmd.OutOrStdout(), list)
			}
			return fmt.Errorf("--output is table or json, not %q", output)
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().StringVar(&output, "output", "table", "table or json")
	return cmd
}

func sessionRemoveCommand() *cobra.Command {
	var dir string
	var all bool
	cmd := &cobra.Command{
		Use:   "remove --state DIR {SHELLID... | --all}",
		Short: "End sessions with everything that runs in them",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return errors.New("name the sessions to remove, or say --all")
			}
			c, err := newLocalClient(dir, newLogger(false))
			if err != nil {
				return err
			}
			defer c.close()
			if all {
				return c.removeAll(cmd.Context())
			}
			for _, id := range args {
				if err := c.remove(cmd.Context(), id); err != nil {
					return err
				}
			}
			return nil
		},
	}
	stateFlag(cmd, &dir)
	cmd.Flags().BoolVar(&all, "all", false, "remove every session of every user")
	return cmd
}

// session is one session as `session list` shows it. Times are in seconds.
type session struct {
	ShellID         string `json:"ShellId"`
	Name            string
	Owner           string
	State           string
	ClientIP        string
	ResourceURI     string `json:"ResourceUri"`
	IdleTimeOut     string
	ShellInactivity string
	BufferMode      string
	BufferedBytes   int64
	DroppedMessages int64
}

func printJSON(w io.Writer, list []session) error {
	if list == nil {
		list = []session{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

func printTable(w io.Writer, list []session) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SHELLID\tNAME\tOWNER\tSTATE\tCLIENT\tIDLETIMEOUT\tINACTIVE\tBUFFER\tBUFFERED\tDROPPED")
	for _, s := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\n", s.ShellID, s.Name, s.Owner, s.State, s.ClientIP,
			s.IdleTimeOut, s.ShellInactivity, s.BufferMode, s.BufferedBytes, s.DroppedMessages)
	}
	return t.Flush()
}
