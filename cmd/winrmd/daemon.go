package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/net/netutil"
	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/configresource"
	"github.com/winrmd/winrmd/configuration/users"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// Names in the state directory.
const (
	usersFile  = "users.toml"
	socketFile = "winrmd.sock"
)

// options are what the command line says of a server. Empty means what
// winrmd.toml says.
type options struct {
	state            string
	http, https      string
	allowUnencrypted bool
	powershell       string
}

// daemon is a server with everything in it.
type daemon struct {
	options   options
	store     *configuration.Store
	settings  *settings
	users     *users.File
	shells    *shell.Directory
	catalogue *catalogue
	handler   wsman.Handler
	log       *slog.Logger
}

// newDaemon puts a server together.
func newDaemon(o options, log *slog.Logger) (*daemon, error) {
	store, err := configuration.Open(o.state, log)
	if err != nil {
		return nil, err
	}
	d := &daemon{
		options: o, store: store, settings: &settings{store: store}, log: log,
		users:     users.Open(filepath.Join(o.state, usersFile)),
		shells:    shell.NewDirectory(),
		catalogue: newCatalogue(store, o.powershell, log),
	}
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify(release))
	configresource.New(d.settings).Route(mux)
	service := store.Service()
	shellresource.New(d.shells, d.catalogue, service.Limits.EnumerationTimeout(), log).Route(mux)
	d.handler = mux
	return d, nil
}

// serve listens until ctx ends, and then ends every shell. ready is told the
// addresses that are listened at, "none" for a listener that is switched off.
func (d *daemon) serve(ctx context.Context, ready func(http, https string)) error {
	listeners, err := d.listen()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range listeners.all() {
		group.Go(func() error {
			if err := l.server.Serve(l.listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	ready(listeners.http.address(), listeners.https.address())
	group.Go(func() error {
		<-ctx.Done()
		return d.shutDown(listeners)
	})
	return group.Wait()
}

// shutdownTimeout is how long requests may take to end once every shell has.
const shutdownTimeout = 5 * time.Second

// shutDown ends every shell, and with them the requests that wait on them.
func (d *daemon) shutDown(listeners *listeners) error {
	d.shells.Close()
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	for _, l := range listeners.all() {
		if err := l.server.Shutdown(ctx); err != nil {
			l.server.Close()
		}
	}
	return nil
}

// listener is one listener with its server; nil where it is switched off.
type listener struct {
	listener net.Listener
	server   *http.Server
}

func (l *listener) address() string {
	if l == nil {
		return configuration.ListenerOff
	}
	return l.listener.Addr().String()
}

// listeners are all listeners of a daemon.
type listeners struct{ http, https, socket *listener }

func (ls *listeners) all() []*listener {
	var all []*listener
	for _, l := range []*listener{ls.http, ls.https, ls.socket} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// listen opens every listener, or none.
func (d *daemon) listen() (*listeners, error) {
	ls := &listeners{}
	service := d.store.Service()
	for _, open := range []func() error{
		func() (err error) {
			ls.socket, err = d.listenSocket()
			return err
		},
		func() (err error) {
			ls.http, err = d.listenTCP(orElse(d.options.http, service.Listener.HTTP), nil)
			return err
		},
		func() error {
			address := orElse(d.options.https, service.Listener.HTTPS)
			if address == configuration.ListenerOff {
				return nil
			}
			certificate, err := configuration.Certificate(d.options.state)
			if err != nil {
				return err
			}
			ls.https, err = d.listenTCP(address, &tls.Config{
				Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
			})
			return err
		},
	} {
		if err := open(); err != nil {
			for _, l := range ls.all() {
				l.listener.Close()
			}
			return nil, err
		}
	}
	return ls, nil
}

// listenTCP opens a listener for clients.
func (d *daemon) listenTCP(address string, tlsConfig *tls.Config) (*listener, error) {
	if address == configuration.ListenerOff {
		return nil, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if limit := d.store.Service().Limits.MaxConnections; limit > 0 {
		l = netutil.LimitListener(l, limit)
	}
	server := d.server(&auth.Authenticator{Schemes: []auth.Scheme{
		auth.NewBasic(&accounts{file: d.users, settings: d.settings}, d.allowUnencrypted),
	}}).HTTPServer(tlsConfig)
	if tlsConfig != nil {
		l = tls.NewListener(l, tlsConfig)
	}
	return &listener{listener: l, server: server}, nil
}

func (d *daemon) allowUnencrypted() bool {
	return d.options.allowUnencrypted || d.settings.Service().AllowUnencrypted
}

// listenSocket opens the socket for the administration of this server, which
// the file system lets only its own account use.
func (d *daemon) listenSocket() (*listener, error) {
	path := filepath.Join(d.options.state, socketFile)
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("another winrmd serves the state directory %s", d.options.state)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := listenPrivate(path)
	if err != nil {
		return nil, err
	}
	return &listener{listener: l, server: d.server(localAdministrator{}).HTTPServer(nil)}, nil
}

func (d *daemon) server(a wsmanserver.Authenticator) *wsmanserver.Server {
	machine, err := os.Hostname()
	if err != nil {
		machine = "localhost"
	}
	return wsmanserver.New(wsmanserver.Config{
		Handler: d.handler, Authenticator: a, Machine: machine, Log: d.log,
		Limits: func() wsman.Limits {
			service := d.settings.Service()
			return wsman.Limits{MaxEnvelopeSize: service.Limits.MaxEnvelopeSize(), MaxTimeout: service.Limits.MaxTimeout()}
		},
	})
}

// localAdministrator authenticates whoever the file system lets at the socket.
type localAdministrator struct{}

// Authenticate implements wsmanserver.Authenticator.
func (localAdministrator) Authenticate(*auth.Connection, *http.Request) (auth.Outcome, error) {
	return auth.Outcome{Authenticated: true, Principal: wsman.Principal{
		User: "(local administrator)", Scheme: "Socket", Loopback: true, Groups: []string{wsman.GroupAdministrators},
	}}, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
