package shellhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winrmd/winrmd/shell"
)

// lookers is how many hosts are spoken to at the same time.
const lookers = 16

// look finds the hosts that are not known yet. whole says that what is found
// dead or half-made is cleared away, as at the start of a server.
func (rt *Router) look(whole bool) error {
	ids, err := shellIDs(rt.config.Directory)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(lookers)
	for _, id := range ids {
		group.Go(func() error {
			e := rt.entry(id)
			if e == nil && whole {
				e = rt.unborn(id)
			}
			if e != nil {
				<-e.found
			}
			return nil
		})
	}
	return group.Wait()
}

// adopt begins to attach to a host that was found. The caller holds the lock.
func (rt *Router) adopt(id string) *entry {
	if rt.closed {
		return nil
	}
	e := &entry{found: make(chan struct{})}
	rt.hosts[id] = e
	go func() {
		host, err := rt.meet(id)
		if isDead(err) {
			host, err = rt.succeed(id, err)
		}
		rt.mu.Lock()
		defer rt.mu.Unlock()
		defer close(e.found)
		if err != nil {
			rt.config.Log.Warn("shell host not adopted", "shell", id, "error", err)
			e.err = &shell.EndedError{ShellID: id, Cause: err}
			switch {
			case errors.Is(err, errSessionLost) && errors.Is(err, errRefused): // its client shall hear of it
				e.dead = time.Now()
				return
			case isDead(err):
				e.err = &shell.NotFoundError{ShellID: id}
			}
			delete(rt.hosts, id) // whoever asks next tries again
			return
		}
		e.host = host
		e.place = shell.Place{User: host.hello.User, Configuration: host.hello.Configuration}
		if rt.closed {
			host.letGo()
		}
		go rt.watch(id, e, host)
	}()
	return e
}

// isDead reports whether an attempt to speak to a host says that there is
// nobody, in contrast to one that does not answer.
func isDead(err error) bool {
	return errors.Is(err, errRefused) || errors.Is(err, fs.ErrNotExist)
}

// watch waits until a host has gone.
func (rt *Router) watch(id string, e *entry, host *remote) {
	defer close(host.settled)
	<-host.ended
	rt.mu.Lock()
	closed := rt.closed
	rt.mu.Unlock()
	host.letGo()
	if closed {
		return
	}
	if isEmpty(filepath.Dir(host.socket)) { // in good order
		if err := rt.remove(id, nil); err != nil {
			rt.config.Log.Warn("directory of a session that has ended", "shell", id, "error", err)
		}
		rt.abandon(id, e)
		return
	}
	rt.config.Log.Error("shell host has gone", "shell", id, "pid", host.hello.PID)
	e2, err := rt.succeed(id, errHostGone)
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.hosts[id] != e || rt.closed {
		if err == nil {
			e2.letGo()
		}
		return
	}
	if err != nil {
		next := &entry{found: e.found, err: &shell.EndedError{ShellID: id, Cause: err}, dead: time.Now()}
		rt.hosts[id] = next
		return
	}
	next := &entry{place: e.place, found: e.found, host: e2}
	rt.hosts[id] = next
	go rt.watch(id, next, e2)
}

// succeed clears away what a dead host has left behind. Where it had put
// output of finished commands on disk, a host is started that gives it to who
// connects; otherwise the error says what became of the shell.
func (rt *Router) succeed(id string, cause error) (*remote, error) {
	directory := filepath.Join(rt.config.Directory, id)
	v, err := rt.voucher(id)
	if err != nil {
		return nil, err
	}
	if host, err := attach(id, rt.socket(id), v); err == nil {
		return host, nil // it only hung up
	}
	if len(rt.config.Command) == 0 || rt.isDraining() {
		return nil, cause // a server will see to it, which this one is not any more
	}
	rec, err := readRecord(directory)
	if rec == nil && isYoung(directory) {
		return nil, cause // another daemon has just started it, and it is about to listen
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		rt.config.Log.Warn("record of a shell host", "error", err)
	}
	starter, err := rt.starterFor(v)
	if err != nil {
		return nil, err
	}
	remains, err := starter.Clear(id)
	if err != nil {
		rt.config.Log.Error("something of a dead session is left", "shell", id, "error", err)
	}
	if rec != nil && !rec.Recover && remains {
		if host, err := rt.recover(id, rec, v); err == nil {
			return host, nil
		} else {
			rt.config.Log.Error("what a dead session has left cannot be given out", "shell", id, "error", err)
		}
	}
	if err := rt.remove(id, v); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w (%w)", errSessionLost, cause)
}

// recover starts a host that gives out what a dead one has left.
func (rt *Router) recover(id string, rec *record, v *voucher) (*remote, error) {
	socket := rt.socket(id)
	err := os.Remove(socket)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	start := rec.Start
	start.ShellID, start.Recover, start.Daemon = id, true, os.Geteuid()
	if v != nil { // the record may be anything that its account has written
		start.User, start.Account, start.Configuration.Name, start.Configuration.RunAs = v.User, v.Account, v.Configuration, v.RunAs
	}
	if start.Allowance, err = rt.allow(id); err != nil {
		return nil, err
	}
	if err := rt.run(context.Background(), start, v); err != nil {
		return nil, err
	}
	return attach(id, socket, v)
}

// unborn takes up the directory of a host that does not listen, as that of a
// dead one, unless it may be about to.
func (rt *Router) unborn(id string) *entry {
	if len(rt.config.Command) == 0 || isYoung(filepath.Join(rt.config.Directory, id)) {
		return nil
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if e := rt.hosts[id]; e != nil {
		return e
	}
	return rt.adopt(id)
}

// isYoung reports whether a host's directory is so new that the host may still
// be starting. What is not there is young too: there is nothing to clear away.
func isYoung(directory string) bool {
	info, err := os.Stat(directory)
	return err != nil || time.Since(info.ModTime()) < startTimeout
}

// deadTime is how long the clients of a dead shell are told what has become of
// it.
const deadTime = time.Minute

// forgetDead forgets shells whose end was told long enough.
func (rt *Router) forgetDead(now time.Time) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	for id, e := range rt.hosts {
		if !e.dead.IsZero() && now.Sub(e.dead) > deadTime {
			delete(rt.hosts, id)
		}
	}
}
