//go:build unix

package shellhost

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// TestRouterKilled: whoever waits hears of it at once, whoever comes for a
// while why it is gone, and later that there is none.
func TestRouterKilled(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := d.create(ann)
	waiting := make(chan error, 1)
	go func() {
		_, err := d.serve(receiveAsk(id, ""))
		waiting <- err
	}()
	time.Sleep(20 * time.Millisecond) // it mostly waits by then, and need not
	begun := time.Now()
	w.kill(id)
	err := within(t, "the end of the receive", waiting)
	assert.Less(t, time.Since(begun), 5*time.Second)
	var ended *shell.EndedError
	require.ErrorAs(t, err, &ended)
	require.ErrorIs(t, err, wsman.CodeInternalError)
	require.ErrorContains(t, err, "has ended unexpectedly")
	eventually(t, "a tombstone", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return !d.hosts[id].dead.IsZero()
	})
	assert.NoDirExists(t, w.path(id))
	_, err = d.serve(receiveAsk(id, ""))
	require.ErrorIs(t, err, wsman.CodeInternalError)
	require.ErrorContains(t, err, "has ended unexpectedly")
	assert.Empty(t, d.List(t.Context(), adminClient))
	d.forgetDead(time.Now().Add(deadTime / 2))
	_, err = d.serve(receiveAsk(id, ""))
	require.ErrorIs(t, err, wsman.CodeInternalError)
	d.forgetDead(time.Now().Add(2 * deadTime))
	_, err = d.serve(receiveAsk(id, ""))
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)

	t.Run("the name is free at once", func(t *testing.T) {
		id := d.create(ann)
		w.kill(id)
		eventually(t, "a new shell", func() bool {
			_, err := d.serve(createAsk(id))
			return err == nil
		})
		d.must(simpleAsk(wsman.ActionGet, id))
	})
	t.Run("killed while no daemon was there", func(t *testing.T) {
		id := d.create(ann)
		d.Close()
		w.kill(id)
		next := w.daemon()
		assert.NoDirExists(t, w.path(id))
		_, err := next.serve(receiveAsk(id, ""))
		require.ErrorIs(t, err, wsman.CodeInternalError)
		require.ErrorContains(t, err, "has ended unexpectedly")
	})
}

// TestRouterRemains: what a killed host had finished and written down is given
// out by another, whether a daemon saw it die or not, and once.
func TestRouterRemains(t *testing.T) {
	for _, seen := range []bool{true, false} {
		t.Run(fmt.Sprint("seen ", seen), func(t *testing.T) {
			w := newRealm(t)
			d := w.daemon()
			id := d.create(ann)
			first := w.process(id)
			d.must(commandAsk(id, commandA, "end of it"))
			d.must(commandAsk(id, newID(), "goes on"))
			d.must(disconnectAsk(id))
			eventually(t, "what is left", func() bool {
				_, err := os.Stat(filepath.Join(w.path(id), spoolName, "index"))
				return err == nil
			})
			if !seen {
				d.Close()
			}
			w.end(first)
			if !seen {
				d = w.daemon()
			}
			connect := connectAsk(id)
			connect.session = "uuid:22222222-2222-4222-8222-222222222222"
			d.must(connect) // whether the daemon has noticed yet or not
			second := w.process(id)
			assert.NotEqual(t, first.Pid, second.Pid)
			list := d.List(t.Context(), annClient)
			require.Len(t, list, 1)
			assert.Equal(t, ann.User, list[0].Client.User)
			receive := receiveAsk(id, commandA)
			receive.session = connect.session
			answer := d.must(receive)
			assert.Equal(t, []string{"end of it"}, outputs(t, answer))
			assert.Contains(t, answer, "/CommandState/Done")
			receive.body = receiveAsk(id, "").body
			_, err := d.serve(receive)
			require.ErrorContains(t, err, "ended unexpectedly")

			w.end(second)
			eventually(t, "no directory", func() bool {
				_, err := os.Stat(w.path(id))
				return errors.Is(err, os.ErrNotExist)
			})
			_, err = d.serve(connect)
			require.ErrorIs(t, err, wsman.CodeInternalError)
		})
	}
}

// TestRouterClosedMeanwhile: a daemon that is closed while it takes up what a
// host has left keeps hold of nothing, which TestMain sees.
func TestRouterClosedMeanwhile(t *testing.T) {
	w := newRealm(t)
	for range 4 {
		d := w.daemon()
		id := d.create(ann)
		d.must(commandAsk(id, commandA, "end of it"))
		d.must(disconnectAsk(id))
		eventually(t, "what is left", func() bool {
			_, err := os.Stat(filepath.Join(w.path(id), spoolName, "index"))
			return err == nil
		})
		p := w.process(id)
		w.end(p)
		time.Sleep(rand.N(30 * time.Millisecond)) // before, in or after it
		d.closeAndWait()
	}
}

// TestRouterDeleteWhileWaiting: who waits on a shell that another deletes hears
// of it at once.
func TestRouterDeleteWhileWaiting(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := d.create(ann)
	waiting := make(chan error, 1)
	go func() {
		_, err := d.serve(receiveAsk(id, ""))
		waiting <- err
	}()
	time.Sleep(20 * time.Millisecond) // it mostly waits by then, and need not
	remove := simpleAsk(wsman.ActionDelete, id)
	remove.resource, remove.who = wsman.ResourceShell, root
	d.must(remove)
	err := within(t, "the end of the receive", waiting)
	var fault *wsman.Fault
	require.ErrorAs(t, err, &fault)
	assert.Contains(t, []wsman.FaultCode{wsman.CodeOperationAborted, wsman.CodeUnexpectedSelectors}, fault.WSMan.Code)
	assert.NotContains(t, w.log.String(), "level=ERROR", "it ended in good order")
}

// TestRouterDrain: who waits is sent elsewhere, and who comes does not wait.
func TestRouterDrain(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := d.create(ann)
	waiting := make(chan error, 1)
	go func() {
		_, err := d.serve(receiveAsk(id, ""))
		waiting <- err
	}()
	eventually(t, "the end of the receive", func() bool {
		d.Drain() // again and again, since it may still be on its way
		return len(waiting) > 0
	})
	require.ErrorIs(t, <-waiting, wsman.CodeOperationTimedOut)
	begun := time.Now()
	_, err := d.serve(receiveAsk(id, ""))
	require.ErrorIs(t, err, wsman.CodeOperationTimedOut)
	assert.Less(t, time.Since(begun), 5*time.Second)
	d.must(commandAsk(id, commandA, "x"))
	assert.Equal(t, []string{"x"}, outputs(t, d.must(receiveAsk(id, commandA))))
	next := w.daemon() // both at once
	next.must(sendAsk(id, commandA, "eQ=="))
	assert.Equal(t, []string{"y"}, outputs(t, next.must(receiveAsk(id, commandA))))
}

// TestRouterClose leaves the hosts alone, however they are used meanwhile.
func TestRouterClose(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	ids := []string{d.create(ann), d.create(ann)}
	waiting := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, err := d.serveContext(ctx, receiveAsk(ids[0], ""))
		waiting <- err
	}()
	d.Close()
	d.Close()
	cancel()
	require.Error(t, within(t, "the end of the receive", waiting))
	_, err := d.serve(createAsk(newID()))
	require.Error(t, err)
	for _, id := range ids {
		require.NoError(t, w.process(id).Signal(syscall.Signal(0)))
	}
	d = w.daemon()
	assert.Len(t, d.List(t.Context(), annClient), 2)
	w.kill(ids[0]) // a daemon that is closed meanwhile is not concerned by it
	d.closeAndWait()
	eventually(t, "the process has ended", func() bool { return w.daemon().List(t.Context(), adminClient)[0].ShellID == ids[1] })
}
