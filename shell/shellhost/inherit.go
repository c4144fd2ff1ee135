package shellhost

import (
	"context"
	"os"
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
// died: what there is of it is cleared away, and the directory is a new one.
func (rt *Router) inherit(ctx context.Context, start Start) (*remote, error) {
	for end := time.Now().Add(birthTimeout); time.Now().Before(end); {
		host, err := meet(start.ShellID, rt.socket(start.ShellID))
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
	if err := rt.clear(start.ShellID, nil); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(start.Directory); err != nil {
		return nil, err
	}
	return nil, os.Mkdir(start.Directory, 0o700)
}
