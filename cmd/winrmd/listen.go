package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/shell/shellhost"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// listener is one listener with its server; nil where it is switched off.
type listener struct {
	name        string
	socket      net.Listener // as the system knows it, for who takes over
	listener    net.Listener // the same with limit and TLS
	server      *http.Server
	connections *connections
	certificate *x509.Certificate // of HTTPS
}

func (l *listener) address() string {
	if l == nil {
		return configuration.ListenerOff
	}
	return l.listener.Addr().String()
}

// listeners are all listeners of a daemon.
type listeners struct {
	mu                  sync.Mutex // guards all of it
	http, https, socket *listener
	// retired are closed, and may still have connections.
	retired   []*listener
	following map[string]*following // by name
	start     func(*listener)       // serves with one; nil: none is served with yet
}

// current are those that listen. The lock is held.
func (ls *listeners) current() []*listener {
	var all []*listener
	for _, l := range []*listener{ls.http, ls.https, ls.socket} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// open are those that listen.
func (ls *listeners) open() []*listener {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.current()
}

// all are those that listen and those that may still have connections.
func (ls *listeners) all() []*listener {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return append(ls.current(), ls.retired...)
}

// own lets the Unix socket go from the file system with its listener, also if
// an older daemon has made it.
func (ls *listeners) own() { ls.unlinkOnClose(true) }

// disown keeps it there, for the daemon that serves on.
func (ls *listeners) disown() { ls.unlinkOnClose(false) }

func (ls *listeners) unlinkOnClose(unlink bool) {
	if l, ok := ls.socket.socket.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(unlink)
	}
}

// listen opens every listener, or none. Those that were handed over or that
// systemd has opened are taken as they are, whatever the settings say now.
func (d *daemon) listen() (*listeners, error) {
	service := d.store.Service()
	addresses := map[string]string{
		listenerHTTP:  orElse(d.options.http, service.Listener.HTTP),
		listenerHTTPS: orElse(d.options.https, service.Listener.HTTPS),
	}
	open, err := matchActivated(d.options.inherited.activated, addresses)
	if err != nil {
		return nil, err
	}
	ls := &listeners{}
	for _, l := range []struct{ name, setting, commandLine string }{
		{listenerHTTP, service.Listener.HTTP, d.options.http}, {listenerHTTPS, service.Listener.HTTPS, d.options.https},
	} {
		ls.note(l.name, l.setting, l.commandLine, open[l.name] != nil, d.options.inherited)
	}
	for name, l := range d.options.inherited.listeners {
		open[name] = l
	}
	for _, step := range []func() error{
		func() (err error) {
			ls.socket, err = d.listenSocket(open[listenerSocket])
			return err
		},
		func() (err error) {
			ls.http, err = d.listenTCP(listenerHTTP, addresses[listenerHTTP], open[listenerHTTP])
			return err
		},
		func() (err error) {
			ls.https, err = d.listenTCP(listenerHTTPS, addresses[listenerHTTPS], open[listenerHTTPS])
			return err
		},
	} {
		if err := step(); err != nil {
			for _, l := range ls.all() {
				l.listener.Close()
			}
			return nil, err
		}
	}
	return ls, nil
}

// listenTCP opens a listener for clients, if it is not open already.
func (d *daemon) listenTCP(name, address string, open net.Listener) (*listener, error) {
	if open == nil && address == configuration.ListenerOff {
		return nil, nil
	}
	var tlsConfig *tls.Config
	var shown *tls.Certificate
	if name == listenerHTTPS {
		certificate, err := configuration.Certificate(d.options.state)
		if err != nil {
			return nil, err
		}
		shown = &certificate
		tlsConfig = &tls.Config{
			Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		}
		d.requestCertificates(tlsConfig)
	}
	schemes, err := d.schemes(shown)
	if err != nil {
		return nil, err
	}
	if open == nil {
		if open, err = net.Listen("tcp", address); err != nil {
			return nil, err
		}
	}
	l := net.Listener(&filter{open, d.listensAt, d.log})
	if limit := d.store.Service().Limits.MaxConnections; limit > 0 {
		l = netutil.LimitListener(l, limit)
	}
	if tlsConfig != nil {
		l = tls.NewListener(l, tlsConfig)
	}
	made := d.newListener(name, open, l, d.entrance.authenticator(schemes), tlsConfig)
	if shown != nil {
		made.certificate = shown.Leaf
	}
	return d.entrance.watch(made), nil
}

// listensAt reports whether requests are taken at an address of this machine.
func (d *daemon) listensAt(at netip.Addr) bool {
	service := d.settings.Service()
	return service.Limits.Listens(at)
}

func (d *daemon) allowUnencrypted() bool {
	return d.options.allowUnencrypted || d.settings.Service().AllowUnencrypted
}

// listenSocket opens the socket for the administration of this server, which
// the file system lets only its own account use. What is there already is of a
// daemon that has ended: this one has the lock.
func (d *daemon) listenSocket(open net.Listener) (*listener, error) {
	if open == nil {
		path := filepath.Join(d.options.state, socketFile)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		var err error
		if open, err = shellhost.ListenPrivate(path); err != nil {
			return nil, fmt.Errorf("socket for the administration: %w", err)
		}
	}
	return d.newListener(listenerSocket, open, open, localAdministrator{}, nil), nil
}

// newListener makes the server of a listener.
func (d *daemon) newListener(name string, socket, l net.Listener, a wsmanserver.Authenticator, t *tls.Config) *listener {
	server := d.server(a).HTTPServer(t)
	cs := &connections{}
	server.ConnState = cs.changed
	server.Handler = closing(server.Handler, &d.leaving)
	return &listener{name: name, socket: socket, listener: l, server: server, connections: cs}
}

func (d *daemon) server(a wsmanserver.Authenticator) *wsmanserver.Server {
	return wsmanserver.New(wsmanserver.Config{
		Handler: d.handler, Authenticator: a, Machine: machine(), Log: d.log,
		AllowUnencrypted: d.allowUnencrypted, Timeouts: d.timeouts(),
		Limits: func() wsman.Limits {
			service := d.settings.Service()
			return wsman.Limits{MaxEnvelopeSize: service.Limits.MaxEnvelopeSize(), MaxTimeout: service.Limits.MaxTimeout()}
		},
	})
}

// headerTime is the most that a request's header may take. It is short, so
// nobody needs long for it.
const headerTime = 20 * time.Second

// timeouts bound how long a request may take to arrive.
func (d *daemon) timeouts() wsmanserver.Timeouts {
	most := time.Duration(d.settings.Service().Limits.MaxPacketRetrievalTimeSeconds) * time.Second
	return wsmanserver.Timeouts{Header: min(headerTime, most), Body: most}
}
