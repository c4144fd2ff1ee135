//go:build unix

package shellhost

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// TestRouterAdopts many hosts quickly.
func TestRouterAdopts(t *testing.T) {
	hosts := 50
	if testing.Short() {
		hosts = 8
	}
	w := newRealm(t)
	d := w.daemon()
	ids := map[string]bool{}
	for left := hosts; left > 0; left -= 10 {
		for _, id := range d.createAll(min(left, 10)) {
			ids[id] = true
		}
	}
	d.Close()
	begun := time.Now()
	d = w.daemon()
	t.Logf("%d hosts adopted in %v", hosts, time.Since(begun))
	assert.Less(t, time.Since(begun), 3*time.Second)
	begun = time.Now()
	infos := d.List(t.Context(), adminClient)
	t.Logf("%d hosts listed in %v", hosts, time.Since(begun))
	require.Len(t, infos, hosts)
	for _, info := range infos {
		assert.True(t, ids[info.ShellID])
	}
	assert.NotContains(t, w.log.String(), "level=WARN")
}

// TestRouterNewerHost: a host of a newer program that speaks no protocol of ours
// is left alone, and its clients are told.
func TestRouterNewerHost(t *testing.T) {
	w := newRealm(t)
	id := newID()
	require.NoError(t, os.Mkdir(w.path(id), 0o700))
	rec := &record{Start: Start{ShellID: id, Directory: w.path(id), User: ann.User, Configuration: configuration()}, PID: os.Getpid()}
	require.NoError(t, rec.write())
	l, err := ListenPrivate(filepath.Join(w.path(id), socketName))
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		assert.Equal(t, pathWatch, r.URL.Path, "nothing else is said to it")
		_, _ = io.WriteString(rw, `{"MinProtocol":7,"MaxProtocol":9,"Release":"v9","User":"x","Newer":[1]}`)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	d := w.daemon()
	for _, a := range []ask{
		receiveAsk(id, ""), simpleAsk(wsman.ActionDelete, id), connectAsk(id), simpleAsk(wsman.ActionGet, id),
	} {
		_, err := d.serve(a)
		require.ErrorIs(t, err, wsman.CodeInternalError)
		require.ErrorContains(t, err, "its protocol is 7 to 9 and ours 1 to 1")
		require.ErrorContains(t, err, "v9")
	}
	_, err = d.serve(createAsk(id))
	require.Error(t, err)
	assert.Empty(t, d.List(t.Context(), adminClient))
	_, err = d.Commands(t.Context(), adminClient, id)
	require.Error(t, err)
	assert.FileExists(t, filepath.Join(w.path(id), recordName))
	require.NoError(t, server.Close())
	<-served
}

// stale makes directories as daemons and hosts may have left them, all of them
// long ago unless they are young. It returns which must go and which stay.
func (w *realm) stale() (gone, left []string) {
	w.t.Helper()
	make := func(young bool, files map[string]string, socket bool) string {
		id := newID()
		require.NoError(w.t, os.Mkdir(w.path(id), 0o700))
		for name, text := range files {
			require.NoError(w.t, os.MkdirAll(filepath.Dir(filepath.Join(w.path(id), name)), 0o700))
			require.NoError(w.t, os.WriteFile(filepath.Join(w.path(id), name), []byte(text), 0o600))
		}
		if socket {
			l, err := ListenPrivate(filepath.Join(w.path(id), socketName))
			require.NoError(w.t, err)
			unlinkNot(l)
			require.NoError(w.t, l.Close())
		}
		if !young {
			old := time.Now().Add(-time.Hour)
			require.NoError(w.t, os.Chtimes(w.path(id), old, old))
		}
		return w.path(id)
	}
	const record = `{"Configuration":{"Name":"Test"},"User":"ann"}`
	gone = []string{
		make(false, nil, false),
		make(false, map[string]string{recordName: record}, false),
		make(false, nil, true),
		make(false, map[string]string{recordName: record}, true),
		make(true, map[string]string{recordName: record}, true),
		make(false, map[string]string{recordName: "garbage"}, true),
		make(false, map[string]string{recordName: record, spoolName + "/index": ""}, true),
		make(false, map[string]string{recordName: record, spoolName + "/index": "garbage"}, true),
		make(false, map[string]string{socketName: "a file"}, false),
	}
	left = []string{make(true, nil, false), make(true, nil, true)}
	for _, name := range []string{"other", "..x", "4283cbdc-3706-415b-88bd-b385f3e51a53", "{4283CBDC-3706-415B-88BD-B385F3E51A53}", "lost+found"} {
		path := filepath.Join(w.directory, name)
		require.NoError(w.t, os.Mkdir(path, 0o700))
		old := time.Now().Add(-time.Hour)
		require.NoError(w.t, os.Chtimes(path, old, old))
		left = append(left, path)
	}
	file := w.path(newID())
	require.NoError(w.t, os.WriteFile(file, nil, 0o600))
	link := w.path(newID())
	require.NoError(w.t, os.Symlink("/", link))
	return gone, append(left, file, link)
}

// TestRouterStale: what is left of hosts that are dead is cleared away, and
// nothing else is touched.
func TestRouterStale(t *testing.T) {
	w := newRealm(t)
	gone, left := w.stale()
	d := w.daemon()
	for i, path := range gone {
		assert.NoDirExists(t, path, "%d", i)
	}
	for i, path := range left {
		_, err := os.Lstat(path)
		assert.NoError(t, err, "%d %s", i, path)
	}
	assert.Empty(t, d.List(t.Context(), adminClient))
	d.create(ann)
}

// TestRouterCLI: what has no hosts of its own makes and removes nothing.
func TestRouterCLI(t *testing.T) {
	cli := func(c *RouterConfig) { c.Launcher, c.Command = nil, nil }
	w := newRealm(t)
	id := w.daemon().create(ann)
	gone, left := w.stale()
	d := w.daemon(cli)
	for _, path := range append(gone, left...) {
		_, err := os.Lstat(path)
		assert.NoError(t, err)
	}
	list := d.List(t.Context(), adminClient)
	require.Len(t, list, 1)
	assert.Equal(t, id, list[0].ShellID)
	_, err := d.serve(createAsk(newID()))
	require.ErrorIs(t, err, wsman.CodeActionNotSupported)
	remove := simpleAsk(wsman.ActionDelete, id)
	remove.resource, remove.who = wsman.ResourceShell, root
	d.must(remove)
	assert.Empty(t, d.List(t.Context(), adminClient))

	missing := filepath.Join(w.directory, "missing")
	d = w.daemon(cli, func(c *RouterConfig) { c.Directory = missing })
	assert.Empty(t, d.List(t.Context(), adminClient))
	assert.NoDirExists(t, missing)
}
