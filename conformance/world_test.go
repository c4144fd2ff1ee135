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

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/enumeration"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

const serverURL = "http://server:5985/wsman"

// everybody may see all shells.
var everybody = shell.Client{Administrator: true}

// world is winrmd's own server and shells in memory: PowerShell is the engine in
// Go, and command lines are those that the checks use. It fits a synctest bubble.
type world struct {
	configurations map[string]*shell.Configuration
	directory      *shell.Directory
	server         *wsmanserver.Server
}

// Configuration implements shellresource.Configurations.
func (w *world) Configuration(uri string) *shell.Configuration {
	return w.configurations[strings.ToLower(uri)]
}

func newWorld(t *testing.T) *world {
	t.Helper()
	plugin, err := runspace.New(runspace.Config{Commands: append(commands.Session(), commands.Language()...)})
	require.NoError(t, err)
	configuration := func(name string, p shell.Plugin, traits shell.Traits) *shell.Configuration {
		return &shell.Configuration{
			Name: name, Plugin: p, Traits: traits, IdleTimeout: 2 * time.Hour, MaxIdleTimeout: 12 * time.Hour,
			RobustConnectionTimeout: 3 * time.Minute, BufferSize: 1 << 20, MaxShellsPerUser: 12,
		}
	}
	w := &world{directory: shell.NewDirectory(), configurations: map[string]*shell.Configuration{
		strings.ToLower(wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"): configuration("Microsoft.PowerShell", plugin, runspace.Traits()),
		strings.ToLower(wsman.ResourceCmd): configuration("cmd", newConsole(), shell.Traits{
			CommandStreams: []string{"stdout", "stderr"}, Console: true, AnySession: true,
		}),
	}}
	log := slog.New(slog.DiscardHandler)
	mux := &wsman.Mux{}
	mux.HandleIdentify(wsmanserver.NewIdentify("test"))
	contexts := enumeration.New(enumeration.Config{Timeout: func() time.Duration { return 4 * time.Minute }})
	shellresource.New(w.directory, w, log).Route(mux)
	shellresource.NewEnumeration(shellresource.Local{Directory: w.directory}, contexts).Route(mux)
	mux.Handle(wsman.ResourceConfig, []string{wsman.ActionGet, wsman.ActionPut}, wsman.HandlerFunc(configured))
	w.server = wsmanserver.New(wsmanserver.Config{Handler: mux, Authenticator: known{}, Machine: "server", Log: log})
	t.Cleanup(w.directory.Close)
	return w
}

// configured stands in for the service's configuration, which is in files.
func configured(context.Context, *wsman.Request) (*wsman.Response, error) {
	return &wsman.Response{Body: wsman.RawBody(`<cfg:Config xmlns:cfg="` + wsman.NamespaceConfig +
		`"><cfg:MaxEnvelopeSizekb>500</cfg:MaxEnvelopeSizekb><cfg:MaxTimeoutms>60000</cfg:MaxTimeoutms>` +
		`<cfg:MaxBatchItems>32000</cfg:MaxBatchItems><cfg:Winrs><cfg:MaxShellsPerUser>12</cfg:MaxShellsPerUser></cfg:Winrs></cfg:Config>`)}, nil
}

// known lets in who says that he is known.
type known struct{}

// Authenticate implements wsmanserver.Authenticator.
func (known) Authenticate(_ *auth.Connection, r *http.Request) (auth.Outcome, error) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Known ")
	return auth.Outcome{
		Authenticated: ok && name != "", Principal: wsman.Principal{User: name, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.1")},
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
		CommandFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, r *shell.CommandRequest) error {
			var words []string
			for _, a := range r.Arguments {
				word, err := a.Bytes()
				if err != nil {
					return err
				}
				words = append(words, string(word))
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
