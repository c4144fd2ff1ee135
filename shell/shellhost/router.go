package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Launcher knows what shells are made of.
type Launcher interface {
	// Launch returns the configuration for new shells of a resource, and what
	// a host makes the plug-in of. The error is a *wsman.Fault: there is none,
	// or it is not for this client.
	Launch(resourceURI string, client *wsman.Principal) (cfg *shell.Configuration, plugin json.RawMessage, err error)
}

// RouterConfig is what a Router is made from.
type RouterConfig struct {
	// Directory is where the hosts have their directories. It is made if it is
	// missing. Its path must leave room for a socket's; see CheckDirectory.
	Directory string
	// Launcher makes new shells; nil lets none be made.
	Launcher Launcher
	// Command is the program, with arguments, that runs a host: it reads a Start
	// from its standard input.
	Command []string
	// Privileged starts hosts as other accounts than this process's; nil: nobody
	// does.
	Privileged Starter
	// Machine is the name of this computer in faults.
	Machine string
	// Orphans, if not nil, ends what has come to this process of hosts that were
	// killed; see process.KillOrphans.
	Orphans func(context.Context) error
	// SpoolLimits are how much output of all shells together, and of each, is kept on
	// disk, in bytes; 0 for all is no limit. They are for a Router with a Privileged:
	// hosts of one account count by themselves. nil: nobody counts.
	SpoolLimits func() (all, each int64)
	Log         *slog.Logger
}

// Router finds the hosts of all shells of a server and passes requests on to
// them. It may be used by several goroutines.
type Router struct {
	config  RouterConfig
	own     Starter // of hosts that run as this process's account
	repeats *shellresource.Repeats

	allowances *allowances // nil: hosts count what there is on disk by themselves

	stop  chan struct{}
	tasks sync.WaitGroup

	mu       sync.Mutex
	hosts    map[string]*entry // by ShellId in upper case
	draining bool
	closed   bool
}

// entry is a host, or the place that is kept for one.
type entry struct {
	place shell.Place
	found chan struct{} // closed when host or err are there
	host  *remote
	err   error
	info  shell.Info // what was last heard of it
	heard time.Time  // when
	born  time.Time  // when the shell was made, as near as is known
	dead  time.Time  // since when; zero while the host lives
}

// NewRouter makes a Router that has looked for hosts in its directory.
func NewRouter(c RouterConfig) (*Router, error) {
	server := len(c.Command) > 0 // others only look
	if server {
		if err := os.MkdirAll(c.Directory, 0o700); err != nil {
			return nil, err
		}
	}
	rt := &Router{config: c, hosts: make(map[string]*entry), stop: make(chan struct{})}
	rt.own = &ownStarter{directory: c.Directory, command: c.Command, orphans: c.Orphans, log: c.Log}
	if server && c.Privileged != nil && c.SpoolLimits != nil {
		rt.allowances = &allowances{directory: c.Directory, limits: c.SpoolLimits, sizes: map[string]int64{}, changed: map[string]time.Time{}}
	}
	rt.repeats = shellresource.NewRepeats(func(id string) bool {
		_, err := rt.find(id)
		return err == nil
	})
	if err := rt.look(server); err != nil {
		return nil, err
	}
	rt.tasks.Go(rt.tidy)
	if rt.allowances != nil {
		rt.tasks.Go(rt.shareOut)
	}
	return rt, nil
}

// Route enters the operations on shells into a table. contexts keep what is not
// yet pulled of an enumeration.
func (rt *Router) Route(m *wsman.Mux, contexts *enumeration.Contexts) {
	shellresource.RouteEach(m, func(action string) wsman.Handler {
		switch action {
		case wsman.ActionCreate:
			return rt.repeats.OnceCreate(rt.create)
		case wsman.ActionDelete:
			return rt.repeats.Once(wsman.HandlerFunc(rt.delete))
		}
		return wsman.HandlerFunc(rt.pass)
	})
	shellresource.NewEnumeration(rt, contexts).Route(m)
}

// pass serves an operation on a shell where the shell is.
func (rt *Router) pass(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	return rt.passTo(ctx, r, false)
}

// delete is pass for a Delete, whose answer is remembered. When it returns the
// identifier of the shell is free.
func (rt *Router) delete(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	id, _ := r.Header.Selector("ShellId")
	host, _ := rt.find(id)
	answer, err := rt.passTo(ctx, r, true)
	if host != nil && err == nil {
		host.awaitEnd()
		rt.forget(strings.ToUpper(id), host)
	}
	return answer, err
}

func (rt *Router) passTo(ctx context.Context, r *wsman.Request, keep bool) (*wsman.Response, error) {
	id, ok := r.Header.Selector("ShellId")
	if !ok {
		return nil, wsman.NewFault(wsman.CodeInsufficientSelectors, "The request must have the selector ShellId.")
	}
	host, err := rt.find(id)
	if err == nil {
		err = host.voucher.admit(host.shellID, shellresource.ClientOf(r))
	}
	if err == nil {
		var answer *wsman.Response
		if answer, err = host.pass(ctx, r, rt.deadline(r), keep); err == nil {
			return answer, nil
		}
		var next *remote
		if next, err = rt.explain(host, err); next != nil {
			if answer, err = next.pass(ctx, r, rt.deadline(r), keep); err == nil {
				return answer, nil
			}
		}
	}
	if errors.Is(err, errSilent) && r.Header.Action == wsman.ActionReceive {
		// The host may be about to answer, with output. A client that is told
		// nothing asks the same again, and gets that answer.
		return nil, fmt.Errorf("%w: %w", wsman.ErrNoAnswer, err)
	}
	return nil, shellresource.Fault(err, r.Header.ResourceURI)
}

// drainTime is how long a Receive waits at a daemon that makes room for
// another: only for what is there already.
const drainTime = 100 * time.Millisecond

// deadline is when a request is to be answered.
func (rt *Router) deadline(r *wsman.Request) time.Time {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if soon := time.Now().Add(drainTime); rt.draining && r.Header.Action == wsman.ActionReceive && soon.Before(r.Deadline) {
		return soon
	}
	return r.Deadline
}

// settleTimeout is how long a request waits to hear what has become of a host:
// until what is left of it was cleared away, and another gives out the rest.
const settleTimeout = clearTimeout + startTimeout

// explain turns the error of a host that could not be spoken to into what has
// become of its shell: an error, or the host that gives out what is left of it.
func (rt *Router) explain(host *remote, err error) (*remote, error) {
	if !errors.Is(err, errHostGone) {
		return nil, err
	}
	select {
	case <-host.ended:
	case <-time.After(time.Second): // its other connections tell a little later
		return nil, err
	}
	select {
	case <-host.settled:
	case <-time.After(settleTimeout):
		return nil, err
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	switch e := rt.hosts[host.shellID]; {
	case e == nil:
		return nil, &shell.NotFoundError{ShellID: host.shellID} // it ended in good order
	case !e.dead.IsZero():
		return nil, e.err
	case e.host != nil && e.host != host:
		return e.host, err
	}
	return nil, err
}

// find finds the host of a shell by its identifier in any case.
func (rt *Router) find(id string) (*remote, error) {
	id = strings.ToUpper(id)
	e := rt.entry(id)
	if e == nil {
		return nil, &shell.NotFoundError{ShellID: id}
	}
	<-e.found // bounded: it is being attached to
	if e.err != nil {
		return nil, e.err
	}
	return e.host, nil
}

// entry finds what is known of a shell. One that is not known may be another
// daemon's, made while this one took over: its directory tells.
func (rt *Router) entry(id string) *entry {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	e := rt.hosts[id]
	if e == nil && isShellID(id) {
		if _, err := os.Stat(rt.socket(id)); err == nil {
			e = rt.adopt(id)
		}
	}
	return e
}

func (rt *Router) socket(id string) string { return filepath.Join(rt.config.Directory, id, socketName) }

// forget takes a shell out, unless there is a new one in its place.
func (rt *Router) forget(id string, host *remote) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if e := rt.hosts[id]; e != nil && e.host == host {
		delete(rt.hosts, id)
	}
}

// places tells whose the shells are. The caller holds the lock.
func (rt *Router) places() iter.Seq[shell.Place] {
	return func(yield func(shell.Place) bool) {
		for _, e := range rt.hosts {
			if e.place != (shell.Place{}) && !yield(e.place) {
				return
			}
		}
	}
}

// Drain lets the clients that wait ask again, at another daemon, and from now
// on lets none wait long.
func (rt *Router) Drain() {
	rt.mu.Lock()
	rt.draining = true
	rt.mu.Unlock()
	var wg sync.WaitGroup
	for _, host := range rt.attached() {
		wg.Go(func() { host.small(pathEndReceives, "") })
	}
	wg.Wait()
}

func (rt *Router) isDraining() bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.draining
}

// Close lets go of the hosts, which go on without the Router.
func (rt *Router) Close() {
	rt.mu.Lock()
	if rt.closed {
		rt.mu.Unlock()
		return
	}
	rt.closed = true
	rt.mu.Unlock()
	close(rt.stop)
	for _, host := range rt.attached() {
		host.letGo()
	}
	rt.tasks.Wait()
}

// attached are the hosts that can be spoken to.
func (rt *Router) attached() []*remote {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	var hosts []*remote
	for _, e := range rt.hosts {
		if e.host != nil {
			hosts = append(hosts, e.host)
		}
	}
	return hosts
}

// idleTime is how long connections to hosts wait to be used again.
const idleTime = 20 * time.Second

// tidy closes connections that nobody uses, now and then, and forgets shells
// whose end was told long enough.
func (rt *Router) tidy() {
	ticker := time.NewTicker(idleTime / 2)
	defer ticker.Stop()
	for {
		select {
		case <-rt.stop:
			return
		case now := <-ticker.C:
			for _, host := range rt.attached() {
				host.closeIdle(now.Add(-idleTime))
			}
			rt.forgetDead(now)
		}
	}
}

// CheckDirectory reports whether sockets can have their place under a Router's
// directory: the system bounds the length of their paths.
func CheckDirectory(directory string) error {
	const id = "00000000-0000-0000-0000-000000000000"
	if n := len(filepath.Join(directory, id, socketName)); n > maxSocketPath {
		return fmt.Errorf("the path of the state directory is %d characters too long for the sockets in it: %s", n-maxSocketPath, directory)
	}
	return nil
}

// maxSocketPath is how long the path of a socket may be: 104 bytes with its end
// on macOS, 108 elsewhere.
const maxSocketPath = 103
