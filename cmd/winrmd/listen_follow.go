package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// The listeners of a running daemon follow the settings: the new one is opened
// first, then the old one is closed. Its connections go on, with the server that
// they belong to, so that a client can change the listener that it talks to and
// still gets its answer.

// reasons why a listener does not follow. They go on after "it".
const (
	fixedByCommandLine = "has its address from the command line of winrmd serve"
	fixedBySystemd     = "was opened by systemd"
	fixedByHandover    = "was taken over from the winrmd that ran before"
)

// following is what is known of a listener that could follow.
type following struct {
	// address is what the settings said when it was opened, or the address that
	// they have no say in.
	address string
	// fixed says why they have none; "" where they have.
	fixed string
	// complained is the address that somebody was last told of that it cannot be
	// had.
	complained string
}

// serve serves with every listener, also with those that come later: start is
// called for each.
func (ls *listeners) serve(start func(*listener)) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.start = start
	for _, l := range ls.current() {
		start(l)
	}
}

// run serves until the listener is closed.
func (l *listener) run() error {
	err := l.server.Serve(l.listener)
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// followSettings brings the listeners in line with the settings each time that
// interval has passed, until ctx ends.
func (d *daemon) followSettings(ctx context.Context, ls *listeners, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = d.applyListeners(ls) // which has logged it
		}
	}
}

// applyListeners brings the listeners in line with the settings. One that cannot
// be had stays as it is, which is logged once.
func (d *daemon) applyListeners(ls *listeners) error {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if d.leaving.Load() || ls.start == nil {
		return nil
	}
	wanted := d.store.Service().Listener
	return errors.Join(
		d.follow(ls, listenerHTTP, &ls.http, wanted.HTTP),
		d.follow(ls, listenerHTTPS, &ls.https, wanted.HTTPS))
}

// follow brings one listener in line.
func (d *daemon) follow(ls *listeners, name string, at **listener, wanted string) error {
	f := ls.following[name]
	if wanted == f.address {
		f.complained = ""
		return nil
	}
	if f.fixed != "" {
		if f.complained != wanted {
			f.complained = wanted
			d.log.Warn("listener does not follow the settings", "listener", name, "because", "it "+f.fixed, "listens_at", f.address, "settings", wanted)
		}
		return nil
	}
	next, err := d.replaceListener(name, *at, f.address, wanted)
	if next != *at {
		ls.retire(*at)
		if *at = next; next != nil {
			ls.start(next)
		}
	}
	if err != nil {
		if f.complained != wanted {
			f.complained = wanted
			d.log.Error("listener not opened; the one before stays", "listener", name, "settings", wanted, "listens_at", f.address, "error", err)
		}
		return err
	}
	f.address, f.complained = wanted, ""
	d.log.Info("listener changed", "listener", name, "listens_at", next.address())
	return nil
}

// replaceListener opens a listener at an address and closes the old one. The
// result is the one that listens from now on: after an error one at the old
// address.
func (d *daemon) replaceListener(name string, old *listener, oldAddress, address string) (*listener, error) {
	next, err := d.listenTCP(name, address, nil)
	if err != nil && old != nil && samePort(oldAddress, address) {
		// The old one may be in the way, at ":5985" of "192.0.2.1:5985".
		old.listener.Close()
		if next, err = d.listenTCP(name, address, nil); err != nil {
			back, failure := d.listenTCP(name, oldAddress, nil)
			if failure != nil {
				return nil, errors.Join(err, fmt.Errorf("and the listener before cannot be opened again: %w", failure))
			}
			return back, err
		}
	}
	if err != nil {
		return old, err
	}
	if old != nil {
		old.listener.Close()
	}
	return next, nil
}

// followVariable tells a newer daemon which of the listeners that it takes over
// follow the settings, and what these said when each was opened: names and
// addresses as in a query. One that knows nothing of it leaves them where they
// are.
const followVariable = "WINRMD_HANDOVER_FOLLOW"

// describeFollowing is the value of followVariable.
func (ls *listeners) describeFollowing() string {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	all := url.Values{}
	for name, f := range ls.following {
		if f.fixed == "" {
			all.Set(name, f.address)
		}
	}
	return all.Encode()
}

// parseFollowing reads the value of followVariable. What cannot be read is not
// there.
func parseFollowing(text string) map[string]string {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil
	}
	followed := map[string]string{}
	for name := range values {
		followed[name] = values.Get(name)
	}
	return followed
}

// samePort reports whether two addresses of the settings have one port.
func samePort(a, b string) bool {
	_, one, errOne := net.SplitHostPort(a)
	_, other, errOther := net.SplitHostPort(b)
	return errOne == nil && errOther == nil && one == other
}

// retire keeps a listener that is closed as long as it has connections. Those
// that have none any more are let go of.
func (ls *listeners) retire(l *listener) {
	ls.retired = slices.DeleteFunc(ls.retired, func(old *listener) bool { return old.connections.expire(time.Time{}) == 0 })
	if l != nil {
		ls.retired = append(ls.retired, l)
	}
}

// note says what a listener is to follow.
func (ls *listeners) note(name, setting, commandLine string, systemd bool, from *inherited) {
	f := &following{address: orElse(commandLine, setting)}
	followed, follows := from.followed[name]
	switch {
	case from.listeners[name] != nil && follows && commandLine == "":
		f.address = followed
	case from.listeners[name] != nil:
		f.fixed = fixedByHandover
	case systemd:
		f.fixed = fixedBySystemd
	case commandLine != "":
		f.fixed = fixedByCommandLine
	}
	if f.fixed != "" {
		f.complained = setting // whoever started it knows
	}
	if ls.following == nil {
		ls.following = map[string]*following{}
	}
	ls.following[name] = f
}
