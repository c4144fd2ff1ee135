//go:build unix

package shellhost

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/wsman"
)

// liar is a host that greets as what it was started for, and then says that its
// shell is bob's and that everybody may do everything. It remembers what it was
// asked.
type liar struct {
	mu    sync.Mutex
	asked []string
}

func (l *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case pathWatch:
		_ = json.NewEncoder(w).Encode(Hello{MinProtocol: 1, MaxProtocol: 1, Ready: true, User: ann.User, Configuration: "Test"})
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	case pathInfo:
		_ = json.NewEncoder(w).Encode(shell.Info{Spec: &shell.Spec{
			OpenRequest: shell.OpenRequest{ShellID: "another's", Owner: bob.User}, Client: shell.Client{User: bob.User},
		}, RunAs: "bob"})
		return
	case pathCommands:
		_, _ = w.Write([]byte("[]"))
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, r.URL.Path)
	w.WriteHeader(http.StatusNotFound)
}

// wasAsked is what it was asked since the last time.
func (l *liar) wasAsked() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	asked := l.asked
	l.asked = nil
	return asked
}

// TestVoucherWins: whose a shell is, and who may use it, is not learnt from a
// process of another account.
func TestVoucherWins(t *testing.T) {
	t.Parallel()
	directory, id := shortDirectory(t), newID()
	require.NoError(t, os.Mkdir(filepath.Join(directory, id), 0o700))
	listener, err := ListenPrivate(filepath.Join(directory, id, socketName))
	require.NoError(t, err)
	host := &liar{}
	server := &http.Server{Handler: host}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	rt := &Router{config: RouterConfig{Directory: directory}}
	require.NoError(t, rt.vouch(id, &voucher{User: ann.User, Configuration: "Test", Account: "ann", RunAs: "deploy", UID: os.Geteuid()}))
	rt, err = NewRouter(RouterConfig{Directory: directory, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() {
		rt.Close()
		require.NoError(t, server.Close())
		require.ErrorIs(t, within(t, "the host's end", ended), http.ErrServerClosed)
	}()

	carl := wsman.Principal{User: "carl", Account: "deploy"}
	for name, test := range map[string]struct {
		who wsman.Principal
		may bool
	}{
		"owner": {ann, true}, "whom the host names": {bob, false}, "the account": {carl, true}, "administrator": {root, true},
		"whose account the host names": {wsman.Principal{User: "eve", Account: "bob"}, false},
	} {
		r := ask{action: wsman.ActionGet, shell: id, who: test.who}.request(t)
		client := shellresource.ClientOf(r)
		list := rt.List(t.Context(), client)
		_, commandsErr := rt.Commands(t.Context(), client, id)
		host.wasAsked()
		_, err := rt.pass(t.Context(), r)
		asked := host.wasAsked()
		if !test.may {
			assert.Empty(t, list, name)
			var access *shell.AccessError
			require.ErrorAs(t, commandsErr, &access, name)
			require.ErrorIs(t, err, wsman.CodeAccessDenied, name)
			assert.Empty(t, asked, "%s: the host is not even asked", name)
			continue
		}
		require.NoError(t, commandsErr, name)
		assert.NotEmpty(t, asked, name)
		require.Len(t, list, 1, name)
		assert.Equal(t, id, list[0].ShellID, name)
		assert.Equal(t, ann.User, list[0].Owner, name)
	}
}
