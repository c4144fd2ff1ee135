package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func sessionNewCommand(c *connection) *cobra.Command {
	var n creating
	var form string
	cmd := &cobra.Command{
		Use: "new", Short: "Make a session and leave it disconnected", Args: exactly(0),
		Long: "Make a session of PowerShell, leave it disconnected and write its identifier. It lives at the server until\n" +
			"it is removed or its idle timeout runs out.",
		Example: "  winrm session new --name nightly --idle-timeout-sec 7200\n  winrm session invoke --session nightly Get-Date",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if form != "plain" && form != "json" {
				return usage("--output %q is neither plain nor json", form)
			}
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			s, err := openSession(cmd.Context(), client, &n, &host{})
			if err != nil {
				return err
			}
			if err := s.leave(&leaving{}); err != nil {
				s.end(cmd.ErrOrStderr())
				return err
			}
			if form == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
					ShellID string `json:"ShellId"`
					Name    string
				}{s.id, n.name})
			}
			fmt.Fprintln(cmd.OutOrStdout(), s.id)
			return nil
		},
	}
	n.flags(cmd.Flags())
	cmd.Flags().StringVarP(&form, "output", "o", "plain", "plain (the identifier) or json")
	return cmd
}
