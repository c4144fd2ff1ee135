package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/winrmd/winrmd/configuration/account"
)

func serveCommand() *cobra.Command {
	var o options
	var verbose bool
	cmd := &cobra.Command{
		Use:   "serve --state DIR",
		Short: "Serve sessions until interrupted",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.upgrades = upgradeRequests()
			var err error
			if o.inherited, err = inherit(); err != nil {
				return err
			}
			if o.program, err = ownProgram(); err != nil {
				return err
			}
			log := newLogger(verbose)
			if o.starter, err = o.separate(cmd.Context(), log); err != nil {
				return err
			}
			d, err := newDaemon(o, log)
			if err != nil {
				return err
			}
			d.warn(cmd.Context())
			return d.serve(cmd.Context(), func(http, https string) {
				fmt.Fprintf(cmd.OutOrStdout(), "winrmd ready http=%s https=%s\n", http, https)
			})
		},
	}
	stateFlag(cmd, &o.state)
	flags := cmd.Flags()
	flags.StringVar(&o.http, "http", "", "address for HTTP, or none (default from winrmd.toml)")
	flags.StringVar(&o.https, "https", "", "address for HTTPS, or none (default from winrmd.toml)")
	flags.BoolVar(&o.allowUnencrypted, "allow-unencrypted", false, "accept passwords and messages in clear over HTTP")
	flags.StringSliceVar(&o.auth, "auth", nil, "authentication schemes, of "+strings.Join(schemeNames, ", ")+
		" (default from winrmd.toml: negotiate, kerberos where there is a keytab, basic over TLS)")
	flags.StringVar(&o.keytab, "keytab", "", "keytab with the keys of HTTP/HOST, WSMAN/HOST and host/HOST (default from winrmd.toml)")
	flags.StringVar(&o.powershell, "powershell", "", "the PowerShell engine (default from winrmd.toml, else pwsh)")
	flags.BoolVar(&o.demo, "demo", false, "let Microsoft.PowerShell be commands written in Go, which need no PowerShell")
	flags.StringVar(&o.serviceAccount, "service-account", "", "the account that a winrmd of the superuser becomes, or root (default "+
		"winrmd where there is one; Linux)")
	admissionFlags(flags, &o.admission)
	o.capture.flags(flags)
	flags.BoolVar(&verbose, "verbose", false, "log every fault, those that are ordinary too")
	return cmd
}

// admissionFlags are about the accounts that sessions run as.
func admissionFlags(flags *pflag.FlagSet, a *account.Admission) {
	flags.IntVar(&a.MinID, "min-account-id", minAccountID, "the smallest number of an account that sessions run as (Linux, as root)")
	flags.StringSliceVar(&a.Names, "session-account", nil, "an account below it that sessions may run as too; never root (Linux, as root)")
}

// minAccountID is the smallest number of people's accounts on most systems
// (UID_MIN of login.defs).
const minAccountID = 1000

// defaultServiceAccount is whom a daemon of the superuser becomes where there is
// such an account and nobody says otherwise.
const defaultServiceAccount = "winrmd"

func newLogger(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// warn says at the start what an administrator should know.
func (d *daemon) warn(ctx context.Context) {
	go d.warnAccounts(ctx) // it asks the system, which takes its time
	if d.allowUnencrypted() {
		d.log.Warn("passwords and messages are accepted in clear over HTTP; use this on a trusted network only")
	}
	if engine, ok := d.findEngine(); !ok && !d.options.demo {
		d.log.Warn("no PowerShell engine was found; only command shells and winrmd.demo can be opened", "engine", engine)
	}
	if d.options.demo {
		d.log.Warn("Microsoft.PowerShell is not PowerShell here: its commands are written in Go (--demo)")
	}
}

// findEngine reports whether the engine of the default configuration is there.
func (d *daemon) findEngine() (string, bool) {
	session, _ := d.store.Session("Microsoft.PowerShell")
	engine := d.catalogue.enginePath(d.store.Service(), session)
	_, err := exec.LookPath(engine)
	return engine, err == nil
}
