package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"github.com/winrmd/winrmd/configuration/users"
)

// tour is what quickstart prints: the commands to try, for the server that has
// just been started.
//
//go:embed quickstart.txt
var tour string

// quickstartCommand is what `make run` runs: a server for this machine alone,
// with a user of its own, that is gone when it is interrupted.
func quickstartCommand() *cobra.Command {
	var engine string
	var demo bool
	cmd := &cobra.Command{
		Use:   "quickstart",
		Short: "Start a server on this machine to try it, and print how",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return quickstart(cmd.Context(), cmd.OutOrStdout(), engine, demo)
		},
	}
	cmd.Flags().StringVar(&engine, "powershell", "", "the PowerShell engine (default pwsh)")
	cmd.Flags().BoolVar(&demo, "demo", false, "take the commands written in Go also where there is a PowerShell")
	return cmd
}

// quickUser is who the tour logs in as.
const quickUser = "demo"

// quickstart serves until ctx ends. Where no PowerShell is found it is a server
// with --demo, so that the tour can be made all the same.
func quickstart(ctx context.Context, out io.Writer, engine string, demo bool) error {
	dir, err := os.MkdirTemp("", "winrmd-quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d, err := newDaemon(options{
		state: dir, powershell: engine, demo: demo,
		http: freeAddress("127.0.0.1:5985"), https: freeAddress("127.0.0.1:5986"), allowUnencrypted: true,
	}, newLogger(false))
	if err != nil {
		return err
	}
	if _, found := d.findEngine(); !found {
		d.catalogue.demo = true
	}
	password := rand.Text()
	if _, err := users.Open(filepath.Join(dir, usersFile)).Add(quickUser, password, users.WithNTHash()); err != nil {
		return err
	}
	defer endSessions(dir, d.log)
	return d.serve(ctx, func(http, https string) {
		if err := printTour(out, d, http, https, password); err != nil {
			d.log.Error("the tour could not be printed", "error", err)
		}
	})
}

// endSessions ends the sessions of a server that will not come back.
func endSessions(dir string, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := newLocalClient(dir, log)
	if err == nil {
		defer c.close()
		err = c.removeAll(ctx)
	}
	if err != nil {
		log.Error("sessions not ended", "error", err)
	}
}

// freeAddress is the address if nobody listens there, else one with any port.
func freeAddress(address string) string {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return address
}

func printTour(out io.Writer, d *daemon, http, https, password string) error {
	engine, _ := d.findEngine()
	httpHost, httpPort, err := net.SplitHostPort(http)
	if err != nil {
		return fmt.Errorf("address of the listener: %w", err)
	}
	_, httpsPort, err := net.SplitHostPort(https)
	if err != nil {
		return fmt.Errorf("address of the listener: %w", err)
	}
	t, err := template.New("tour").Parse(tour)
	if err != nil {
		return err
	}
	return t.Execute(out, map[string]any{
		"Engine": engine, "Demo": d.catalogue.demo, "Host": httpHost, "HTTP": httpPort, "HTTPS": httpsPort,
		"User": quickUser, "Password": password, "State": d.options.state,
	})
}
