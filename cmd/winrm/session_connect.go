package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// found is a session as `session connect` shows it.
type found struct {
	listed
	ProtocolVersion string
	Runspaces       int
	Commands        []foundCommand
}

// foundCommand is what the server has of a command that was not received to its
// end.
type foundCommand struct {
	CommandID   string `json:"CommandId"`
	CommandLine string
}

func (f *found) write(w io.Writer, form string) error {
	if form == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(f)
	}
	text := func(name, value string) { fmt.Fprintf(w, "%-15s : %s\n", name, printable(value)) }
	text("ShellId", f.ShellID)
	text("Name", f.Name)
	text("State", f.State)
	text("Configuration", f.ConfigurationName)
	text("Owner", f.Owner)
	text("IdleTimeout", (time.Duration(f.IdleTimeoutSec * float64(time.Second))).String())
	text("BufferMode", f.BufferMode)
	text("ProtocolVersion", f.ProtocolVersion)
	text("Runspaces", fmt.Sprint(f.Runspaces))
	for _, c := range f.Commands {
		text("Command", c.CommandID+" "+c.CommandLine)
	}
	return nil
}

func sessionConnectCommand(c *connection) *cobra.Command {
	var form string
	var l leaving
	cmd := &cobra.Command{
		Use: "connect SHELLID|NAME", Short: "Come to a session, say what it is like and leave it again", Args: exactly(1),
		Long: "Come to a session, say what it is like and which commands the server has output of, and leave it\n" +
			"disconnected again. It succeeds where the session lives and can be come to.",
		ValidArgsFunction: completeSessions(c),
		RunE: func(cmd *cobra.Command, args []string) error {
			if form != "list" && form != "json" {
				return usage("--output %q is neither list nor json", form)
			}
			if err := l.check(); err != nil {
				return err
			}
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			f, err := visit(cmd, client, args[0], &l)
			if err != nil {
				return err
			}
			return f.write(cmd.OutOrStdout(), form)
		},
	}
	l.flags(cmd.Flags())
	cmd.Flags().StringVarP(&form, "output", "o", "list", "list or json")
	return cmd
}

// visit comes to a session and leaves it as l says.
func visit(cmd *cobra.Command, client *wsmanclient.Client, wanted string, l *leaving) (*found, error) {
	ctx := cmd.Context()
	info, err := lookUp(ctx, client, wanted)
	if err != nil {
		return nil, err
	}
	s, err := connectSession(ctx, client, info, &host{})
	if err != nil {
		return nil, err
	}
	f := &found{ProtocolVersion: s.ProtocolVersion(), Commands: []foundCommand{}}
	_, f.Runspaces = s.Limits()
	commands, err := s.Commands(ctx)
	if leaving := s.leave(l); err == nil {
		err = leaving
	}
	if err != nil {
		return nil, err
	}
	for _, c := range commands {
		f.Commands = append(f.Commands, foundCommand{c.ID, c.Line})
	}
	if info, err = lookUp(ctx, client, info.ShellID); err != nil {
		return nil, err
	}
	f.listed = list(info, time.Now())
	return f, nil
}

func sessionDisconnectCommand(c *connection) *cobra.Command {
	var l leaving
	cmd := &cobra.Command{
		Use: "disconnect SHELLID|NAME", Short: "Disconnect a session, or change what it is while disconnected", Args: exactly(1),
		Long: "Disconnect a session. Of one that is disconnected already the idle timeout and the buffering mode are\n" +
			"changed. A session that another client is attached to is that client's to disconnect; servers refuse\n" +
			"others, which is exit status 5.",
		ValidArgsFunction: completeSessions(c),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := l.check(); err != nil {
				return err
			}
			client, err := c.client(cmd)
			if err != nil {
				return err
			}
			defer client.Close()
			info, err := lookUp(cmd.Context(), client, args[0])
			if err != nil {
				return err
			}
			o := l.options()
			switch {
			case info.State != "Disconnected":
				return client.Shell(info.ResourceURI, info.ShellID, wsmanclient.ShellOptions{}).Disconnect(cmd.Context(),
					wsmanclient.DisconnectOptions{IdleTimeout: o.IdleTimeout, BufferMode: o.BufferMode})
			case o == runspacepool.DisconnectOptions{}:
				return nil
			}
			_, err = visit(cmd, client, info.ShellID, &l)
			return err
		},
	}
	l.flags(cmd.Flags())
	return cmd
}
