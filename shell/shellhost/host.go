package shellhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
)

// HostConfig is what a Host is made from.
type HostConfig struct {
	Start Start
	// Plugin is what the shell runs.
	Plugin shell.Plugin
	// Release is the version of this program.
	Release string
	Log     *slog.Logger
	// Scope is the path of the cgroup that what runs in the shell is put into;
	// empty where there is none.
	Scope string
	// Identity is the process's own; see process.Identity.
	Identity string
	// Clear, if not nil, ends whatever the shell has left behind. It is called
	// when the shell has ended.
	Clear func(context.Context) error
}

// Host is a process with one shell.
type Host struct {
	config  HostConfig
	shells  *shell.Directory
	handler wsman.Handler
	spool   *lazySpool

	running  sync.Map      // context.CancelFunc of requests under way, by name
	patience time.Duration // createTimeout, but in tests

	mu       sync.Mutex
	sh       *shell.Shell  // nil until it was created
	creating int           // Creates under way
	ended    chan struct{} // closed when there is nothing more to be here for
	once     sync.Once
}

// createTimeout is how long a host waits to be told what to create.
const createTimeout = time.Minute

// farewell is how long requests may take to end once the shell has.
const farewell = 10 * time.Second

// NewHost makes a Host.
func NewHost(c HostConfig) *Host {
	h := &Host{config: c, shells: shell.NewDirectory(), patience: createTimeout, ended: make(chan struct{})}
	h.config.Start.Configuration.Plugin = c.Plugin
	h.spool = newSpool(&c.Start)
	h.shells.Complete = func(spec *shell.Spec) { spec.ShellID, spec.Spool = c.Start.ShellID, h.spool }
	mux := &wsman.Mux{}
	shellresource.New(h.shells, h, c.Log).Route(mux)
	h.handler = wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if r.Header.Action == wsman.ActionCreate {
			defer h.create()()
		}
		return mux.ServeWSMan(ctx, r)
	})
	return h
}

// Configuration implements shellresource.Configurations: the daemon has looked
// at the resource URI.
func (h *Host) Configuration(string) *shell.Configuration { return h.config.Start.Configuration }

// create notes that a Create has begun. The function that it returns is called
// at its end.
func (h *Host) create() (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.creating++
	return func() {
		h.mu.Lock()
		h.creating--
		h.mu.Unlock()
		h.created()
	}
}

// created looks whether the shell has come to be. A host without one ends,
// unless a Create is still under way: a repetition of it ends earlier when the
// daemon dies that has passed it on.
func (h *Host) created() {
	sh, err := h.shells.Shell(h.config.Start.ShellID)
	if err != nil {
		h.mu.Lock()
		creating := h.creating
		h.mu.Unlock()
		if creating == 0 {
			h.end()
		}
		return
	}
	h.mu.Lock()
	known := h.sh != nil
	h.sh = sh
	h.mu.Unlock()
	if !known {
		go func() {
			<-sh.Done()
			h.end()
		}()
	}
}

func (h *Host) end() { h.once.Do(func() { close(h.ended) }) }

// shell is the host's shell; nil until it was created.
func (h *Host) shell() *shell.Shell {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sh
}

// Run serves the shell until it ends, or until ctx does, which ends it. ready
// is called when the host can be spoken to. Everything of the host's directory
// is gone when Run returns.
func (h *Host) Run(ctx context.Context, ready func() error) error {
	start := h.config.Start
	listener, err := listenFor(&start, filepath.Join(start.Directory, socketName))
	if err != nil {
		return fmt.Errorf("socket of the shell: %w", err)
	}
	if l, ok := listener.(*net.UnixListener); ok {
		l.SetUnlinkOnClose(false) // it goes with its directory
	}
	// Once, and not before: it may be another host's.
	remove := sync.OnceValue(func() error { return removeOwn(&start) })
	defer remove()
	server := h.server()
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(&peerListener{Listener: listener, daemon: start.Daemon, log: h.config.Log})
	}()
	defer server.Close()
	rec := &record{Start: start, PID: os.Getpid(), Identity: h.config.Identity, Scope: h.config.Scope}
	if err := rec.write(); err != nil {
		return err
	}
	if start.Recover {
		if err := h.restore(); err != nil {
			return err
		}
	}
	if err := ready(); err != nil {
		// The daemon that waited has died. The next one finds the host by its
		// socket, and its client asks again for what is to be created.
		h.config.Log.Warn("nobody waited for the host", "error", err)
	}
	late := time.AfterFunc(h.patience, func() {
		if h.shell() == nil {
			h.end()
		}
	})
	defer late.Stop()
	select {
	case <-h.ended:
	case <-ctx.Done():
	case err := <-served:
		h.shells.Close()
		return err
	}
	return h.shutDown(server, remove)
}

// errSessionLost is what clients are told of a shell whose host was killed.
var errSessionLost = errors.New("its host process has ended unexpectedly, and what ran in it with it")

// restore takes up what a host that was killed has left behind.
func (h *Host) restore() error {
	if _, err := h.shells.Restore(h.config.Start.Configuration, h.spool, errSessionLost); err != nil {
		return err
	}
	if s := h.spool.opened(); s != nil {
		s.Sweep()
	}
	h.created()
	return nil
}

// shutDown ends the shell, and then the requests that wait on it. remove
// removes the host's directory.
func (h *Host) shutDown(server *http.Server, remove func() error) error {
	h.shells.Close()
	h.clear()
	// From here on whoever looks for the shell finds none. The answers to the
	// requests under way, the Delete among them, still go out.
	err := errors.Join(h.spool.Close(), remove())
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	return errors.Join(err, server.Shutdown(ctx))
}

// clearTimeout is how long the killed may take to be gone.
const clearTimeout = 5 * time.Second

// clear ends what the shell has left behind.
func (h *Host) clear() {
	if h.config.Clear == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	if err := h.config.Clear(ctx); err != nil {
		h.config.Log.Error("something of the session is left", "error", err)
	}
}

// server is the host's HTTP server.
func (h *Host) server() *http.Server {
	var deliveries sync.Map // by net.Conn
	base, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:     h,
		BaseContext: func(net.Listener) context.Context { return base },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			ctx, d := withDelivery(ctx)
			deliveries.Store(c, d)
			return ctx
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if state != http.StateClosed {
				return
			}
			if d, ok := deliveries.LoadAndDelete(c); ok {
				d.(*delivery).lost()
			}
		},
		ErrorLog: slog.NewLogLogger(h.config.Log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(cancel)
	return server
}
