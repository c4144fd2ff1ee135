package conformance

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration/configresource"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/enumeration"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// The URLs of the server: it takes no notice of which is used.
const (
	serverURL = "http://server:5985/wsman"
	secureURL = "https://server:5986/wsman"
)

// everybody may see all shells.
var everybody = shell.Client{Administrator: true}

// world is winrmd's own server and shells in memory: PowerShell is the engine in
// Go, and command lines are those that the checks use. It fits a synctest bubble.
type world struct {
	configurations map[string]*shell.Configuration
	switchedOff    bool // AllowRemoteShellAccess is false
	directory      *shell.Directory
	server         *wsmanserver.Server
}

// Configuration implements shellresource.Configurations.
func (w *world) Configuration(uri string) *shell.Configuration {
	return w.configurations[strings.ToLower(uri)]
}

func newWorld(t *testing.T) *world { return newWorldWith(t, settingsText) }

// newWorldWith is a server with settings of its own.
func newWorldWith(t *testing.T, settings string) *world {
	t.Helper()
	plugin, err := runspace.New(runspace.Config{Commands: append(commands.Session(), commands.Language()...)})
	require.NoError(t, err)
	store := openStore(t, settings)
	service := store.Service()
	w := &world{directory: shell.NewDirectory(), switchedOff: !service.Winrs.AllowRemoteShellAccess, configurations: map[string]*shell.Configuration{}}
	enter := func(uri, name string, p shell.Plugin, traits shell.Traits) *shell.Configuration {
		c := &shell.Configuration{
			Name: name, Plugin: p, Traits: traits, IdleTimeout: 2 * time.Hour, MaxIdleTimeout: 12 * time.Hour,
			RobustConnectionTimeout: 3 * time.Minute, BufferSize: 1 << 20,
			Service: shell.ServiceQuotas{MaxShellsPerUser: service.Winrs.MaxShellsPerUser, MaxConcurrentUsers: service.Winrs.MaxConcurrentUsers},
		}
		w.configurations[strings.ToLower(uri)] = c
		return c
	}
	enter(wsman.ResourceCmd, "cmd", newConsole(), shell.Traits{CommandStreams: []string{"stdout", "stderr"}, Console: true, AnySession: true})
	for _, s := range store.Sessions() {
		c := enter(s.ResourceURI(), s.Name, plugin, runspace.Traits())
		c.MaxShells, c.MaxShellsPerUser, c.MaxConcurrentUsers = s.MaxShells, s.MaxShellsPerUser, s.MaxConcurrentUsers
		c.MaxConcurrentCommandsPerShell = s.MaxConcurrentCommandsPerShell
	}
	log := slog.New(slog.DiscardHandler)
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify("test"))
	contexts := enumeration.New(enumeration.Config{Timeout: func() time.Duration { return 4 * time.Minute }})
	shellresource.New(w.directory, w, log).Route(mux)
	shellresource.NewEnumeration(shellresource.Local{Directory: w.directory}, contexts).Route(mux)
	configresource.New(configresource.Config{
		Settings: store, Enumerations: contexts, Listeners: listeners{}, Machine: "server", Log: log,
	}).Route(mux)
	configresource.NewPlugins(store, contexts, log).Route(mux)
	w.server = wsmanserver.New(wsmanserver.Config{Handler: w.allowing(mux), Authenticator: known{newAcceptor(t)}, Machine: "server", Log: log})
	t.Cleanup(w.directory.Close)
	return w
}

// allowing is a handler that makes no shells where that is switched off; in the
// service the catalogue of configurations sees to it.
func (w *world) allowing(next wsman.Handler) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if w.switchedOff && r.Header.Action == wsman.ActionCreate && r.Header.ResourceURI == wsman.ResourceCmd {
			return nil, wsman.NewFault(wsman.CodeRemoteShellsNotAllowed, "")
		}
		return next.ServeWSMan(ctx, r)
	})
}

// known lets in who says that he is known.
type known struct{ acceptor *kerberos.Acceptor }

// Authenticate implements wsmanserver.Authenticator.
func (k known) Authenticate(_ *auth.Connection, r *http.Request) (auth.Outcome, error) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Known ")
	if !ok {
		name = accepts(r.Context(), k.acceptor, r.Header.Get("Authorization"))
	}
	principal := wsman.Principal{User: name, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.1")}
	if name == "root" {
		principal.Groups = []string{wsman.GroupAdministrators}
	}
	return auth.Outcome{
		Authenticated: name != "", Principal: principal,
		Lines: []string{"Negotiate", `Basic realm="WSMAN"`},
	}, nil
}

// serve lets the server answer.
func (w *world) serve(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, r.WithContext(auth.WithConnection(r.Context(), new(auth.Connection))))
	return recorder
}

// RoundTrip implements Server.
func (w *world) RoundTrip(ctx context.Context, envelope []byte, _ time.Duration) ([]byte, int, error) {
	return w.ask(ctx, envelope, "ann")
}

// bob is a second user.
type bob struct{ *world }

// RoundTrip implements Server.
func (b bob) RoundTrip(ctx context.Context, envelope []byte, _ time.Duration) ([]byte, int, error) {
	return b.ask(ctx, envelope, "bob")
}

// root is an administrator.
type root struct{ *world }

// RoundTrip implements Server.
func (r root) RoundTrip(ctx context.Context, envelope []byte, _ time.Duration) ([]byte, int, error) {
	return r.ask(ctx, envelope, "root")
}

// stranger is a client with a wrong password.
type stranger struct{}

// RoundTrip implements Server.
func (stranger) RoundTrip(context.Context, []byte, time.Duration) ([]byte, int, error) {
	return nil, 0, &wsmanclient.AuthenticationError{Scheme: "Negotiate"}
}

// ask asks as a user.
func (w *world) ask(ctx context.Context, envelope []byte, user string) ([]byte, int, error) {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, serverURL, bytes.NewReader(envelope))
	r.Header.Set("Content-Type", "application/soap+xml;charset=UTF-8")
	r.Header.Set("Authorization", "Known "+user)
	answer := w.serve(r)
	return answer.Body.Bytes(), answer.Code, ctx.Err()
}

// nobody sends requests without logging on.
type nobody struct{ *world }

// RoundTrip implements http.RoundTripper.
func (n nobody) RoundTrip(r *http.Request) (*http.Response, error) {
	return n.serve(r).Result(), nil
}

// newConsole is a plug-in that knows echo, exit and sort.
func newConsole() *shelltest.Plugin {
	var mu sync.Mutex
	inputs := map[*shell.Command]*bytes.Buffer{}
	return &shelltest.Plugin{
		OpenFunc: func(_ context.Context, i *shelltest.Instance) error {
			if request := i.Request(); request.WorkingDirectory != "" {
				return &shell.PluginError{Code: 0x8007010B, Message: "The directory name is invalid."}
			}
			return nil
		},
		CommandFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, r *shell.CommandRequest) error {
			var words []string
			for _, a := range r.Arguments {
				word, err := a.Bytes()
				if err != nil {
					return err
				}
				words = append(words, string(word))
			}
			if len(r.Line)+len(strings.Join(words, " ")) > 8191 {
				return &shell.PluginError{Code: uint32(wsman.CodeFilenameTooLong), Message: "The filename or extension is too long. "}
			}
			switch r.Line {
			case "echo":
				cmd.Stream("stdout").Put(shell.Piece{Data: shell.BytesData([]byte(strings.Join(words, " ") + "\n"))})
				cmd.Finish(0)
			case "exit":
				code, err := strconv.Atoi(words[0])
				cmd.Finish(code)
				return err
			case "sort":
				mu.Lock()
				defer mu.Unlock()
				inputs[cmd] = &bytes.Buffer{}
			default:
				return &shell.PluginError{Code: uint32(wsman.CodeFileNotFound), Message: "The system cannot find the file specified. "}
			}
			return nil
		},
		SendFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, in shell.Input) error {
			data, err := in.Data.Bytes()
			mu.Lock()
			defer mu.Unlock()
			inputs[cmd].Write(data)
			if in.End {
				lines := strings.SplitAfter(inputs[cmd].String(), "\n")
				slices.Sort(lines)
				cmd.Stream("stdout").Put(shell.Piece{Data: shell.BytesData([]byte(strings.Join(lines, "")))})
				cmd.Finish(0)
			}
			return err
		},
		SignalFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, _ shell.Signal) error {
			cmd.Finish(130)
			return nil
		},
	}
}
