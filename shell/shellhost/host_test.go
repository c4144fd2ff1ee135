package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

// TestHostOperations goes through the life of a shell by way of the socket.
func TestHostOperations(t *testing.T) {
	w := newHost(t)
	assert.False(t, w.remote.hello.Ready)
	created := w.must(createAsk(w.id))
	assert.Contains(t, created, `<rsp:ShellId>`+w.id+`</rsp:ShellId>`)
	assert.Contains(t, created, `>192.0.2.1</rsp:ClientIP>`)
	assert.Equal(t, w.id, w.plugin.Last().Request().ShellID)
	assert.Equal(t, ann.User, w.plugin.Last().Request().Owner)

	cmd := w.command()
	assert.Equal(t, "run", cmd.Line())
	w.must(sendAsk(w.id, commandA, "QUJD"))
	w.must(signalAsk(w.id, ""))
	cmd.Stream("stdout").Put(shell.Piece{Data: shell.BytesData([]byte("of the command"))})
	cmd.Finish(3)
	answer := w.must(receiveAsk(w.id, commandA))
	assert.Equal(t, []string{"of the command"}, outputs(t, answer))
	assert.Contains(t, answer, "<rsp:ExitCode>3</rsp:ExitCode>")
	w.must(signalAsk(w.id, commandA))
	w.put("of the shell")
	assert.Equal(t, []string{"of the shell"}, outputs(t, w.must(receiveAsk(w.id, ""))))
	assert.Contains(t, w.must(simpleAsk(wsman.ActionGet, w.id)), w.id)
	var methods []string
	for _, c := range w.plugin.Last().Calls() {
		methods = append(methods, c.Method)
	}
	assert.Equal(t, []string{"Command", "Send", "Signal", "Signal"}, methods)

	again, err := attach(w.id, w.socket(), nil)
	require.NoError(t, err)
	assert.Equal(t, Hello{
		MinProtocol: minProtocol, MaxProtocol: maxProtocol, Release: "v1", PID: os.Getpid(), Ready: true,
		User: ann.User, Configuration: "Test",
	}, again.hello)
	w.must(simpleAsk(wsman.ActionDelete, w.id))
	w.gone()
	within(t, "the end of the watch", again.ended)
	again.letGo()
}

// TestHostFaults: what a host refuses comes over as the same fault, with the
// daemon's name for the machine.
func TestHostFaults(t *testing.T) {
	w := newShell(t)
	for _, c := range []struct {
		name string
		ask  ask
		want wsman.FaultCode
	}{
		{"other user", withWho(receiveAsk(w.id, ""), bob), wsman.CodeAccessDenied},
		{"no such command", receiveAsk(w.id, newID()), wsman.CodeUnexpectedSelectors},
		{"no such shell", receiveAsk(newID(), ""), wsman.CodeUnexpectedSelectors},
		{"nothing came", ask{action: wsman.ActionReceive, shell: w.id, body: receiveAsk(w.id, "").body, timeout: 30 * time.Millisecond}, wsman.CodeOperationTimedOut},
		{"a second shell", createAsk(newID()), wsman.CodeShellIDConflict},
		{"no action", ask{action: "urn:x", shell: w.id}, wsman.CodeActionNotSupported},
		{"no body", ask{action: wsman.ActionReceive, shell: w.id}, wsman.CodeSchemaValidation},
		{"too small", ask{action: wsman.ActionReceive, shell: w.id, body: receiveAsk(w.id, "").body, size: wsman.MinEnvelopeSize}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == 0 {
				w.put("x")
				w.must(c.ask)
				return
			}
			_, err := w.pass(c.ask)
			var fault *wsman.Fault
			require.ErrorAs(t, err, &fault)
			assert.Equal(t, c.want, fault.WSMan.Code)
			assert.Equal(t, "machine", fault.WSMan.Machine)
		})
	}
	w.must(simpleAsk(wsman.ActionGet, w.id)) // it is still there
}

func withWho(a ask, who wsman.Principal) ask {
	a.who = who
	return a
}

// TestHostLargeEnvelopes: pooled buffers grow and are used again, and no answer
// has anything of another.
func TestHostLargeEnvelopes(t *testing.T) {
	w := newShell(t)
	w.command()
	var sent int
	for i, size := range []int{1, 1 << 20, 9, 300 << 10} {
		text := strings.Repeat(string(rune('a'+i)), size)
		w.put(text)
		a := receiveAsk(w.id, "")
		a.size = 8 << 20
		assert.Equal(t, []string{text}, outputs(t, w.must(a)))
		w.must(sendAsk(w.id, commandA, strings.Repeat("QUJD", size/4)))
		sent++
	}
	n := 0
	for _, c := range w.plugin.Last().Calls() {
		if c.Method == "Send" {
			n++
		}
	}
	assert.Equal(t, sent, n)
}

// TestHostTells of itself to who may know.
func TestHostTells(t *testing.T) {
	owner := shell.Client{User: ann.User}
	w := newHost(t)
	_, err := w.remote.info(owner)
	require.ErrorIs(t, err, errNotThere, "no shell yet")
	w.must(createAsk(w.id))
	w.command()
	for name, c := range map[string]struct {
		client shell.Client
		err    error
	}{
		"owner":         {owner, nil},
		"administrator": {shell.Client{User: root.User, Administrator: true}, nil},
		"other":         {shell.Client{User: bob.User}, errNotThere},
		"nobody":        {shell.Client{}, errNotThere},
	} {
		t.Run(name, func(t *testing.T) {
			info, err := w.remote.info(c.client)
			require.ErrorIs(t, err, c.err)
			commands, err2 := w.remote.commands(c.client)
			require.ErrorIs(t, err2, c.err)
			if c.err != nil {
				assert.Empty(t, commands)
				return
			}
			assert.Equal(t, w.id, info.ShellID)
			assert.Equal(t, ann.User, info.Client.User)
			assert.Equal(t, "Test", info.ConfigurationName)
			assert.Equal(t, shell.Connected, info.State)
			assert.Equal(t, os.Getpid(), info.ProcessID)
			assert.Equal(t, uriTest, info.ResourceURI)
			assert.Equal(t, []shell.CommandInfo{{ID: commandA, Line: "run"}}, commands)
		})
	}
	for path, want := range map[string]int{
		"/nothing": 404, pathCancel: 404, pathWritten: 204, pathUnwritten: 204, pathInfo: 400, pathCommands: 400,
		pathEndReceives: 204, pathWSMan: 500,
	} {
		assert.Equal(t, want, w.remote.small(path, "x"), path)
	}
	w.must(simpleAsk(wsman.ActionGet, w.id))
}

// TestHostEndReceives: those that wait end with the time-out that makes their
// clients ask again.
func TestHostEndReceives(t *testing.T) {
	w := newShell(t)
	w.command()
	ended := make(chan error, 2)
	for _, command := range []string{"", commandA} {
		go func() {
			_, err := w.pass(receiveAsk(w.id, command))
			ended <- err
		}()
	}
	eventually(t, "end of the receives", func() bool {
		w.remote.small(pathEndReceives, "")
		return len(ended) == 2
	})
	for range 2 {
		require.ErrorIs(t, <-ended, wsman.FaultCode(0x80338029))
	}
	w.put("x")
	assert.Equal(t, []string{"x"}, outputs(t, w.must(receiveAsk(w.id, ""))))
}

// TestHostDirectory: what lies there is private, and says what the host is.
func TestHostDirectory(t *testing.T) {
	w := newShell(t, func(c *HostConfig) {
		c.Scope, c.Identity = "/sys/fs/cgroup/x", "7 8"
		c.Start.Plugin = json.RawMessage(`{"kind":"test"}`)
		c.Start.Configuration.TotalSpoolSize = 7
		c.Start.CredentialCache = []byte("secret")
	})
	for name, mode := range map[string]fs.FileMode{recordName: 0o600, socketName: 0o600 | fs.ModeSocket} {
		info, err := os.Lstat(filepath.Join(w.directory, name))
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode(), name)
	}
	entries, err := os.ReadDir(w.directory)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "%v", entries)
	rec, err := readRecord(w.directory)
	require.NoError(t, err)
	want := record{
		Start: w.host.config.Start, PID: os.Getpid(), Identity: "7 8", Scope: "/sys/fs/cgroup/x",
	}
	cfg := *want.Configuration
	cfg.Plugin = nil
	want.Configuration, want.CredentialCache = &cfg, nil
	assert.Equal(t, &want, rec)
}

// TestHostEnds in each way there is, and leaves nothing.
func TestHostEnds(t *testing.T) {
	t.Run("context", func(t *testing.T) {
		cleared := make(chan struct{})
		w := newShell(t, func(c *HostConfig) {
			c.Clear = func(context.Context) error { close(cleared); return errors.New("one is left") }
		})
		waiting := make(chan error, 1)
		go func() {
			_, err := w.pass(receiveAsk(w.id, ""))
			waiting <- err
		}()
		eventually(t, "a receive that waits", w.busy)
		begun := time.Now()
		w.stop()
		w.gone()
		assert.Less(t, time.Since(begun), farewell)
		within(t, "clear", cleared)
		assert.Contains(t, w.log.String(), "one is left")
		require.Error(t, within(t, "end of the receive", waiting))
		within(t, "close", w.plugin.Last().Closed())
		within(t, "end of the watch", w.remote.ended)
	})
	t.Run("failed create", func(t *testing.T) {
		w := newHost(t, func(c *HostConfig) {
			c.Plugin.(*shelltest.Plugin).OpenFunc = func(context.Context, *shelltest.Instance) error { return errors.New("no engine") }
		})
		_, err := w.pass(createAsk(w.id))
		require.ErrorIs(t, err, wsman.CodeInternalError)
		w.gone()
		assert.Contains(t, w.log.String(), "no engine")
	})
	t.Run("refused create", func(t *testing.T) {
		w := newHost(t)
		a := createAsk(w.id)
		a.body = `<r:Shell><r:IdleTimeOut>PT1S</r:IdleTimeOut></r:Shell>`
		_, err := w.pass(a)
		require.ErrorIs(t, err, wsman.CodeIdleTimeoutOutOfBounds)
		w.gone()
	})
	t.Run("create in too little time", func(t *testing.T) {
		w := newHost(t, func(c *HostConfig) {
			c.Plugin.(*shelltest.Plugin).OpenFunc = func(ctx context.Context, _ *shelltest.Instance) error {
				<-ctx.Done()
				return ctx.Err()
			}
		})
		a := createAsk(w.id)
		a.timeout = 20 * time.Millisecond
		_, err := w.pass(a)
		require.ErrorIs(t, err, wsman.CodeOperationTimedOut)
		w.gone()
	})
	t.Run("administrator deletes", func(t *testing.T) {
		w := newShell(t)
		a := simpleAsk(wsman.ActionDelete, w.id)
		a.resource, a.who = wsman.ResourceShell, root
		w.must(a)
		w.gone()
	})
	t.Run("without a create", func(t *testing.T) {
		directory := shortDirectory(t)
		h := NewHost(HostConfig{
			Start:  Start{ShellID: newID(), Directory: directory, Configuration: configuration()},
			Plugin: &shelltest.Plugin{}, Log: slog.New(slog.DiscardHandler),
		})
		assert.Equal(t, createTimeout, h.patience)
		h.patience = 10 * time.Millisecond
		require.NoError(t, h.Run(t.Context(), func() error { return nil }))
		assert.NoDirExists(t, directory)
	})
	t.Run("nobody waits for it", func(t *testing.T) {
		directory, log := shortDirectory(t), &logBuffer{}
		h := NewHost(HostConfig{
			Start:  Start{ShellID: newID(), Directory: directory, Configuration: configuration()},
			Plugin: &shelltest.Plugin{}, Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		h.patience = 100 * time.Millisecond
		require.NoError(t, h.Run(t.Context(), func() error {
			remote, err := attach(h.config.Start.ShellID, filepath.Join(directory, socketName), nil)
			require.NoError(t, err, "it can be spoken to")
			remote.letGo()
			return errors.New("the daemon has died")
		}))
		assert.NoDirExists(t, directory)
		assert.Contains(t, log.String(), "the daemon has died")
	})
	t.Run("no room for the socket", func(t *testing.T) {
		directory := filepath.Join(shortDirectory(t), strings.Repeat("x", 100))
		h := NewHost(HostConfig{
			Start:  Start{ShellID: newID(), Directory: directory, Configuration: configuration()},
			Plugin: &shelltest.Plugin{}, Log: slog.New(slog.DiscardHandler),
		})
		require.ErrorContains(t, h.Run(t.Context(), func() error { return nil }), "socket of the shell")
	})
	t.Run("nothing to recover", func(t *testing.T) {
		directory := shortDirectory(t)
		h := NewHost(HostConfig{
			Start:  Start{ShellID: newID(), Directory: directory, Configuration: configuration(), Recover: true},
			Plugin: &shelltest.Plugin{}, Log: slog.New(slog.DiscardHandler),
		})
		require.ErrorContains(t, h.Run(t.Context(), func() error { return nil }), "nothing is left")
		assert.NoDirExists(t, directory)
	})
}

// TestHostRepeats: a Create that comes again is answered by the host's own
// memory, and a shell is not made twice.
func TestHostRepeats(t *testing.T) {
	w := newHost(t)
	a := createAsk(w.id)
	a.id = "uuid:" + newID()
	first := w.must(a)
	other, err := attach(w.id, w.socket(), nil)
	require.NoError(t, err)
	defer other.letGo()
	again, err := passAll(t, other, a, nil)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	assert.Len(t, w.plugin.Instances(), 1)

	c := commandAsk(w.id, commandA, "run")
	c.id = "uuid:" + newID()
	first = w.must(c)
	again, err = passAll(t, other, c, nil)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	assert.Len(t, w.plugin.Last().Calls(), 1)
}
