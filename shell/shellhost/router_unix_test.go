//go:build unix

package shellhost

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

var (
	annClient   = shell.Client{User: ann.User}
	adminClient = shell.Client{User: root.User, Administrator: true}
)

// TestRouter: a shell lives in a process, and on under the next daemon.
func TestRouter(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := d.create(ann)
	p := w.process(id)
	assert.NotEqual(t, os.Getpid(), p.Pid)
	d.must(commandAsk(id, commandA, "hello"))
	assert.Equal(t, []string{"hello"}, outputs(t, d.must(receiveAsk(id, commandA))))
	d.Close()

	d = w.daemon()
	assert.Equal(t, p.Pid, w.process(id).Pid)
	d.must(sendAsk(id, commandA, "bW9yZQ=="))
	assert.Equal(t, []string{"more"}, outputs(t, d.must(receiveAsk(id, commandA))))
	_, err := d.serve(withWho(receiveAsk(id, commandA), bob))
	require.ErrorIs(t, err, wsman.CodeAccessDenied)
	_, err = d.serve(receiveAsk(newID(), ""))
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
	_, err = d.serve(receiveAsk("", ""))
	require.ErrorIs(t, err, wsman.CodeInsufficientSelectors)
	other := receiveAsk(id, commandA)
	other.resource = wsman.ResourceCmd
	_, err = d.serve(other)
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)

	remove := simpleAsk(wsman.ActionDelete, id)
	remove.id = "uuid:" + newID()
	answer := d.must(remove)
	assert.Equal(t, answer, d.must(remove), "a Delete that comes again is answered again")
	_, err = d.serve(simpleAsk(wsman.ActionDelete, id))
	require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors)
	eventually(t, "an empty directory", func() bool {
		entries, err := os.ReadDir(w.directory)
		return err == nil && len(entries) == 0
	})
	eventually(t, "the end of the process", func() bool { return p.Signal(syscall.Signal(0)) != nil })
}

// TestRouterSameNameAgain: who has deleted a shell may make it again at once.
func TestRouterSameNameAgain(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := newID()
	remove := simpleAsk(wsman.ActionDelete, id)
	for range 6 {
		d.must(createAsk(id))
		remove.id = "uuid:" + newID()
		answer := d.must(remove)
		require.Equal(t, answer, d.must(remove))
	}
}

// TestRouterCreateFails: what has failed takes no place.
func TestRouterCreateFails(t *testing.T) {
	w := newRealm(t)
	w.launcher.cfg.MaxShells = 1
	d := w.daemon()
	id := newID()
	w.launcher.kind = hostKind{Fail: true}
	_, err := d.serve(createAsk(id))
	require.ErrorIs(t, err, wsman.FaultCode(7))
	require.ErrorContains(t, err, "no engine")
	w.launcher.kind = hostKind{Exit: true}
	_, err = d.serve(createAsk(id))
	require.ErrorContains(t, err, "did not start")
	w.launcher.kind = hostKind{Die: true}
	_, err = d.serve(createAsk(id))
	require.ErrorIs(t, err, wsman.CodeInternalError)
	assert.NoDirExists(t, w.path(id))
	w.launcher.kind = hostKind{}
	elsewhere := createAsk(id)
	elsewhere.resource = wsman.ResourcePowerShellPrefix + "Other"
	_, err = d.serve(elsewhere)
	require.ErrorIs(t, err, wsman.CodeInvalidURI)
	d.must(createAsk(id))
	d.remove(id, ann)
	d.create(bob)
}

// TestRouterQuotas counts what was made before the daemon and by it.
func TestRouterQuotas(t *testing.T) {
	w := newRealm(t)
	w.launcher.cfg.MaxShells, w.launcher.cfg.MaxShellsPerUser, w.launcher.cfg.MaxConcurrentUsers = 3, 2, 2
	d := w.daemon()
	first := d.create(ann)
	d.Close()
	d = w.daemon()
	d.create(ann)
	refused := func(who wsman.Principal, want wsman.FaultCode, name shell.Quota) {
		t.Helper()
		_, err := d.serve(withWho(createAsk(newID()), who))
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, string(name))
	}
	refused(ann, wsman.CodeQuotaMaxShellsPPQ, shell.QuotaShellsPerUser)
	d.create(bob)
	refused(root, wsman.CodeQuotaMaxUsersPPQ, shell.QuotaConcurrentUsers)
	refused(bob, wsman.CodeQuotaMaxPluginShellsPPQ, shell.QuotaShells)
	d.remove(first, ann)
	d.create(bob)
	entries, err := os.ReadDir(w.directory)
	require.NoError(t, err)
	assert.Len(t, entries, 3)
}

// TestRouterConflict: a ShellId that is there is answered to the Create that has
// made it, whichever daemon it was made by, and to nobody else.
func TestRouterConflict(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	beside := w.daemon() // it finds the shell later
	a := createAsk(newID())
	a.id = "uuid:" + newID()
	made := d.must(a)
	check := func(t *testing.T, d *daemon) {
		t.Helper()
		assert.Equal(t, made, d.must(a))
		again := a
		again.id = ""
		_, err := d.serve(again)
		require.ErrorIs(t, err, wsman.CodeShellIDConflict)
		for _, id := range []string{"", a.id} {
			again.id, again.who = id, bob
			_, err = d.serve(again)
			require.ErrorIs(t, err, wsman.CodeShellIDConflict)
		}
	}
	t.Run("same daemon", func(t *testing.T) { check(t, d) })
	t.Run("daemon beside it", func(t *testing.T) { check(t, beside) })
	d.Close()
	beside.Close()
	t.Run("next daemon", func(t *testing.T) { check(t, w.daemon()) })
	entries, err := os.ReadDir(w.directory)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

// TestRouterConflictUnnamed: a client that names no shell gets the one that its
// Create has made, also from the next daemon.
func TestRouterConflictUnnamed(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	a := createAsk("")
	a.id = "uuid:" + newID()
	made := d.must(a)
	assert.Equal(t, made, d.must(a))
	d.Close()
	d = w.daemon()
	assert.Equal(t, made, d.must(a))
	d.must(withWho(a, bob))
	entries, err := os.ReadDir(w.directory)
	require.NoError(t, err)
	assert.Len(t, entries, 2)
}

// TestRouterRace: of many that make the same shell at once, one does.
func TestRouterRace(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := newID()
	var wg sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		wg.Go(func() { _, errs[i] = d.serve(createAsk(id)) })
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		require.ErrorIs(t, err, wsman.CodeShellIDConflict)
	}
	assert.Equal(t, 1, made)
	d.must(simpleAsk(wsman.ActionGet, id))
}

// TestRouterList tells each of what he may see, oldest first, and of a host
// that does not answer what was heard last.
func TestRouterList(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	var ids []string
	for _, who := range []wsman.Principal{ann, bob, ann, bob} {
		ids = append(ids, d.create(who))
	}
	list := func(c shell.Client) (got []string) {
		for _, info := range d.List(t.Context(), c) {
			got = append(got, info.ShellID)
		}
		return got
	}
	check := func() {
		t.Helper()
		// They were made shortly after one another, and how old each is, is known
		// as exactly only as it answers quickly.
		eventually(t, "the list in order", func() bool { return slices.Equal(ids, list(adminClient)) })
		assert.Equal(t, []string{ids[0], ids[2]}, list(annClient))
		assert.Empty(t, list(shell.Client{User: "nobody"}))
		assert.Equal(t, ids, list(adminClient))
	}
	check()
	d.Close()
	d = w.daemon()
	check()

	d.must(commandAsk(ids[0], commandA, "one"))
	d.must(commandAsk(ids[0], newID(), "two"))
	for _, c := range []shell.Client{annClient, adminClient} {
		commands, err := d.Commands(t.Context(), c, ids[0])
		require.NoError(t, err)
		require.Len(t, commands, 2)
		assert.Equal(t, shell.CommandInfo{ID: commandA, Line: "one"}, commands[0])
	}
	_, err := d.Commands(t.Context(), annClient, ids[1])
	var access *shell.AccessError
	require.ErrorAs(t, err, &access)
	_, err = d.Commands(t.Context(), annClient, newID())
	var missing *shell.NotFoundError
	require.ErrorAs(t, err, &missing)

	p := w.process(ids[2])
	require.NoError(t, p.Signal(syscall.SIGSTOP))
	time.Sleep(200 * time.Millisecond) // each of its threads stops in its own time
	begun := time.Now()
	infos := d.List(t.Context(), adminClient)
	assert.Less(t, time.Since(begun), askTimeout+2*time.Second)
	require.Len(t, infos, len(ids))
	for i, info := range infos {
		assert.Equal(t, ids[i], info.ShellID, "one that does not answer is where it was")
		assert.Equal(t, "Test", info.ConfigurationName)
	}
	assert.Greater(t, infos[2].RunTime, askTimeout, "its time goes on")
	assert.Greater(t, infos[2].Inactivity, askTimeout)
	require.NoError(t, p.Signal(syscall.SIGCONT))
	d.must(simpleAsk(wsman.ActionGet, ids[2]))

	d.remove(ids[2], ann)
	w.kill(ids[1])
	// Until its end is noticed it is one that does not answer.
	eventually(t, "the one that was killed to go", func() bool { return slices.Equal([]string{ids[0], ids[3]}, list(adminClient)) })
}

// TestRouterCancel: a client that goes ends its Receive at the host, and the
// next one of its gets everything.
func TestRouterCancel(t *testing.T) {
	w := newRealm(t)
	d := w.daemon()
	id := d.create(ann)
	d.must(commandAsk(id, commandA, "0"))
	got := outputs(t, d.must(receiveAsk(id, commandA)))
	for i := range 30 {
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(5*time.Millisecond))
		sent := make(chan error, 1)
		go func() {
			_, err := d.serve(sendAsk(id, commandA, base64.StdEncoding.EncodeToString([]byte(fmt.Sprint(i+1)))))
			sent <- err
		}()
		answer, err := d.serveContext(ctx, receiveAsk(id, commandA))
		if err == nil {
			got = append(got, outputs(t, answer)...)
		}
		require.NoError(t, <-sent)
		cancel()
	}
	for len(got) < 31 {
		got = append(got, outputs(t, d.must(receiveAsk(id, commandA)))...)
	}
	for i, s := range got {
		require.Equal(t, fmt.Sprint(i), s)
	}
	require.Len(t, got, 31)
}
