package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

func sessionCommand(c *connection) *cobra.Command {
	cmd := group(&cobra.Command{Use: "session", Short: "Sessions that outlive their client"})
	cmd.AddCommand(sessionNewCommand(c), sessionListCommand(c), sessionEnterCommand(c), sessionInvokeCommand(c),
		sessionDisconnectCommand(c), sessionConnectCommand(c), sessionReceiveCommand(c), sessionRemoveCommand(c))
	return cmd
}

// listed is a session as `session list` shows it. Times are in seconds.
type listed struct {
	ShellID            string `json:"ShellId"`
	Name, State, Owner string
	ConfigurationName  string
	ClientIP           string
	BufferMode         string
	IdleTimeoutSec     float64
	InactivitySec      float64
	ExpiresOn          *time.Time `json:",omitempty"`
}

// list makes a session of what a server says of a shell.
func list(i *wsmanclient.ShellInfo, now time.Time) listed {
	l := listed{
		ShellID: i.ShellID, Name: i.Name, State: i.State, Owner: i.Owner, ClientIP: i.ClientIP, BufferMode: i.BufferMode,
		IdleTimeoutSec: i.IdleTimeout.Seconds(), InactivitySec: i.ShellInactivity.Seconds(), ConfigurationName: i.ResourceURI,
	}
	if name, ok := wsman.PowerShellConfiguration(i.ResourceURI); ok {
		l.ConfigurationName = name
	}
	// As PowerShell reckons it.
	if i.State == "Disconnected" && i.IdleTimeout > i.ShellInactivity {
		expires := now.Add(i.IdleTimeout - i.ShellInactivity).Truncate(time.Second)
		l.ExpiresOn = &expires
	}
	return l
}

// unsaid stands in a table for what a server does not say: of shells that cannot be
// disconnected neither the state nor the buffering mode.
const unsaid = "-"

func sessionListCommand(c *connection) *cobra.Command {
	var form string
	var everything bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the sessions at a server", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			shells, err := client.Shells(cmd.Context())
			if err != nil {
				return err
			}
			all := []listed{}
			for _, s := range shells {
				if _, ok := wsman.PowerShellConfiguration(s.ResourceURI); ok || everything {
					all = append(all, list(s, time.Now()))
				}
			}
			switch form {
			case "json":
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(all)
			case "plain":
				for _, l := range all {
					fmt.Fprintln(cmd.OutOrStdout(), l.ShellID)
				}
				return nil
			case "table":
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "SHELLID\tNAME\tSTATE\tCONFIGURATION\tOWNER\tCLIENT\tIDLETIMEOUT\tINACTIVE\tBUFFER")
				for _, l := range all {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%gs\t%gs\t%s\n", l.ShellID, printable(l.Name), orElse(l.State, unsaid),
						printable(l.ConfigurationName), printable(l.Owner), l.ClientIP, l.IdleTimeoutSec, l.InactivitySec, orElse(l.BufferMode, unsaid))
				}
				return w.Flush()
			}
			return usage("--output %q is none of table, json, plain", form)
		},
	}
	cmd.Flags().StringVarP(&form, "output", "o", "table", "table, json or plain (identifiers)")
	cmd.Flags().BoolVar(&everything, "all", false, "command shells, too")
	return cmd
}

func sessionRemoveCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove SHELLID|NAME...", Short: "End sessions with everything that runs in them", Args: atLeast(1),
		ValidArgsFunction: completeSessions(c),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			shells, err := client.Shells(cmd.Context())
			if err != nil {
				return err
			}
			var failures []error
			for _, wanted := range args {
				s, err := findShell(shells, wanted)
				if err == nil {
					err = client.Shell(s.ResourceURI, s.ShellID, wsmanclient.ShellOptions{}).Delete(cmd.Context())
				}
				if err != nil {
					failures = append(failures, fmt.Errorf("%s: %w", wanted, err))
				}
			}
			return errors.Join(failures...)
		},
	}
	return cmd
}

// minIdentifier is how much of an identifier is enough, if it is of one only.
const minIdentifier = 4

// findShell finds a shell by its identifier, the beginning of it, or its name,
// of which there must be one only.
func findShell(shells []*wsmanclient.ShellInfo, wanted string) (*wsmanclient.ShellInfo, error) {
	var found []*wsmanclient.ShellInfo
	for _, s := range shells {
		if strings.EqualFold(s.ShellID, wanted) {
			return s, nil
		}
		if s.Name == wanted || len(wanted) >= minIdentifier && strings.HasPrefix(strings.ToUpper(s.ShellID), strings.ToUpper(wanted)) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return nil, errors.New("there is no such session")
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%d sessions have that name; say the identifier", len(found))
}
