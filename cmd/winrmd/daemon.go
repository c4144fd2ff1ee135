package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// Names in the state directory.
const (
	usersFile         = "users.toml"
	socketFile        = "winrmd.sock"
	sessionsDirectory = "shells"
)

// options are what the command line says of a server. Empty means what
// winrmd.toml says.
type options struct {
	state            string
	http, https      string
	allowUnencrypted bool
	powershell       string
	demo             bool     // Microsoft.PowerShell is written in Go
	auth             []string // the only schemes
	keytab           string
	capture          captureOptions
	serviceAccount   string // whom a daemon of the superuser becomes; see separate
	admission        account.Admission

	// What else there is of how the process was started. The zero values are
	// those of one that is not to be replaced.
	inherited *inherited
	upgrades  <-chan os.Signal // each asks to hand over
	program   string           // to whom
	starter   *starterClient   // nil: nobody starts hosts as other accounts
}

// daemon is a server with everything in it.
type daemon struct {
	options   options
	store     *configuration.Store
	settings  *settings
	users     *users.File
	acceptor  *kerberos.Acceptor // nil without a keytab
	starter   *starterClient     // nil where sessions run as this account only
	router    *shellhost.Router
	reaper    *process.Reaper
	catalogue *catalogue
	handler   wsman.Handler
	capturer  *capturer // nil where nothing is recorded
	lock      *stateLock
	notifier  *notifier
	entrance  *entrance
	listeners atomic.Pointer[listeners]
	leaving   atomic.Bool // clients are to come again on other connections
	log       *slog.Logger
}

// newDaemon puts a server together. It has the lock of its state directory,
// which serve lets go of.
func newDaemon(o options, log *slog.Logger) (*daemon, error) {
	if o.inherited == nil {
		o.inherited = &inherited{}
	}
	if err := shellhost.CheckDirectory(filepath.Join(o.state, sessionsDirectory)); err != nil {
		return nil, err
	}
	lock, err := o.inherited.takeLock(o.state)
	if err != nil {
		return nil, err
	}
	d, err := assemble(o, log)
	if err != nil {
		lock.release()
		return nil, err
	}
	d.lock = lock
	return d, nil
}

// assemble makes the parts of a daemon, the last of which looks for sessions.
func assemble(o options, log *slog.Logger) (*daemon, error) {
	store, err := configuration.Open(o.state, log)
	if err != nil {
		return nil, err
	}
	d := &daemon{
		options: o, store: store, settings: &settings{store: store}, log: log, starter: o.starter,
		users:     users.Open(filepath.Join(o.state, usersFile)),
		catalogue: newCatalogue(store, o.powershell), notifier: newNotifier(log), entrance: newEntrance(log),
	}
	d.catalogue.demo, d.catalogue.others, d.catalogue.admission = o.demo, o.starter != nil, o.admission
	d.catalogue.service = serviceAccount(o.starter)
	if err := d.openAcceptor(); err != nil {
		return nil, err
	}
	command, err := hostCommand()
	if err != nil {
		return nil, err
	}
	// What a session has started and its host, when that is killed, cannot end
	// any more comes to this process.
	if err := errors.Join(process.BecomeReaper(), process.OwnSession()); err != nil {
		return nil, err
	}
	d.reaper = process.NewReaper()
	if d.router, err = shellhost.NewRouter(shellhost.RouterConfig{
		Directory: filepath.Join(o.state, sessionsDirectory), Launcher: d.catalogue, Command: command, Machine: machine(),
		Privileged: privileged(o.starter), Orphans: process.KillOrphans, Log: log,
		SpoolLimits: func() (all, each int64) {
			s := d.settings.Service().Shell
			return int64(s.MaxTotalSpool()), int64(s.MaxSpool())
		},
	}); err != nil {
		return nil, err
	}
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify(release))
	contexts := d.enumerations()
	d.routeConfiguration(mux, contexts)
	d.router.Route(mux, contexts)
	d.handler = wsman.LimitOperations(wsman.RestrictResources(mux), d.operationsPerUser)
	if d.capturer, err = newCapturer(o.capture, d.handler, log); err != nil {
		return nil, err
	}
	if d.capturer != nil {
		d.handler = d.capturer
	}
	return d, nil
}

// serve listens until ctx ends, or until a newer daemon has taken over. The
// shells go on without it. ready is told the addresses that are listened at,
// "none" for a listener that is switched off.
func (d *daemon) serve(ctx context.Context, ready func(http, https string)) error {
	defer d.lock.release()
	listeners, err := d.listen()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	listeners.serve(func(l *listener) { group.Go(l.run) })
	d.listeners.Store(listeners)
	if err := d.options.inherited.ready(); err != nil {
		d.log.Warn("nobody waits for this daemon any more", "error", err)
	}
	listeners.own()
	d.notifier.ready()
	reporting, endReport := context.WithCancel(ctx)
	go d.entrance.report(reporting)
	go d.store.Watch(reporting, watchInterval)
	go d.followSettings(reporting, listeners, watchInterval)
	group.Go(func() error {
		defer endReport()
		return d.untilEnd(ctx, listeners)
	})
	ready(listeners.http.address(), listeners.https.address())
	return group.Wait()
}

// untilEnd waits for the end of ctx, or for a request to hand over that
// succeeds, and ends the listeners.
func (d *daemon) untilEnd(ctx context.Context, listeners *listeners) error {
	for {
		select {
		case <-ctx.Done():
			d.notifier.stopping()
			// What is under way ends by itself, though ctx has.
			return d.leave(context.Background(), listeners, toNobody())
		case <-d.options.upgrades:
			err := d.handOver(ctx, listeners)
			if err == nil {
				listeners.disown()
				d.lock.release()
				return d.leave(ctx, listeners, toSuccessor())
			}
			d.log.Error("not handed over; this winrmd serves on", "error", err)
		}
	}
}

// watchInterval is how often all settings files are looked at.
const watchInterval = 2 * time.Second

// shutdownTimeout is how long requests may take to end that are cancelled.
const shutdownTimeout = 5 * time.Second

// leave stops accepting, lets the requests under way end, those that wait for
// output with a time-out, after which their clients ask again, and lets go of
// the sessions.
func (d *daemon) leave(ctx context.Context, listeners *listeners, p patience) error {
	defer d.reaper.Close()
	defer d.router.Close()
	defer d.capturer.close()
	d.leaving.Store(true)
	for _, l := range listeners.all() {
		if err := l.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			d.log.Warn("listener not closed", "listener", l.name, "error", err)
		}
	}
	d.router.Drain()
	d.drain(ctx, listeners, p)
	late, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	for _, l := range listeners.all() {
		if err := l.server.Shutdown(late); err != nil {
			l.server.Close()
		}
	}
	return nil
}

// machine is the name of this computer in faults.
func machine() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

// localAdministrator authenticates whoever the file system lets at the socket.
type localAdministrator struct{}

// Authenticate implements wsmanserver.Authenticator.
func (localAdministrator) Authenticate(*auth.Connection, *http.Request) (auth.Outcome, error) {
	return auth.Outcome{Authenticated: true, Principal: localPrincipal}, nil
}

// localPrincipal is who administers a server on its own machine.
var localPrincipal = wsman.Principal{
	User: "(local administrator)", Scheme: "Socket", Loopback: true, Groups: []string{wsman.GroupAdministrators},
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
