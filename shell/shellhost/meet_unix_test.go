//go:build unix

package shellhost

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRouterMeetsTheDying: a host that is killed just when a daemon starts is
// cleared away, though nobody asks for it.
func TestRouterMeetsTheDying(t *testing.T) {
	w := newRealm(t)
	id := newID()
	require.NoError(t, os.Mkdir(w.path(id), 0o700))
	rec := &record{Start: Start{ShellID: id, Directory: w.path(id), User: ann.User, Configuration: configuration()}, PID: os.Getpid()}
	require.NoError(t, rec.write())
	l, err := ListenPrivate(filepath.Join(w.path(id), socketName))
	require.NoError(t, err)
	unlinkNot(l)
	served := make(chan error, 1)
	go func() {
		for range 3 { // the connections that its end breaks
			c, err := l.Accept()
			if err != nil {
				served <- err
				return
			}
			c.Close()
		}
		served <- l.Close()
	}()
	d := w.daemon()
	require.NoError(t, within(t, "the end of the host", served))
	assert.NoDirExists(t, w.path(id))
	_, err = d.serve(receiveAsk(id, ""))
	assert.ErrorContains(t, err, "its host process has ended unexpectedly", "its client hears of it")
}
