package shellhost

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/shell"
)

// ofUser is the host of a shell if there is one and it is this user's.
func (rt *Router) ofUser(id, user string) *remote {
	e := rt.entry(id)
	if e == nil {
		return nil
	}
	<-e.found // before that nobody knows whose it is
	if e.host == nil || e.place.User != user {
		return nil
	}
	return e.host
}

// How long is waited for a host that another daemon may have started, and how
// often is looked.
const (
	birthTimeout = 5 * time.Second
	birthPause   = 20 * time.Millisecond
)

// inherit takes up a Create that a daemon before has begun and did not live to
// finish: there is a directory of the shell and nobody listens in it. The host
// may be about to, and is returned then. Else it was never started, or has
// died: what there is of it is cleared away, and there is no directory any more.
func (rt *Router) inherit(ctx context.Context, start Start) (*remote, error) {
	for end := time.Now().Add(birthTimeout); time.Now().Before(end); {
		host, err := rt.meet(start.ShellID)
		switch {
		case err == nil && host.hello.User != start.User:
			host.letGo()
			return nil, &shell.ConflictError{ShellID: start.ShellID}
		case err == nil:
			return host, nil
		case !isDead(err):
			return nil, err
		}
		select {
		case <-time.After(birthPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	v, err := rt.voucher(start.ShellID)
	if err != nil {
		return nil, err
	}
	starter, err := rt.starterFor(v)
	if err != nil {
		return nil, err
	}
	if _, err := starter.Clear(start.ShellID); err != nil {
		return nil, err
	}
	return nil, rt.remove(start.ShellID, v)
}
