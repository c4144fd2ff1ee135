package shellresource

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

const (
	uriPowerShell = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"
	uriJEA        = wsman.ResourcePowerShellPrefix + "JEARole"

	// shellA is the ShellId of most tests, commandA the CommandId.
	shellA   = "4283CBDC-3706-415B-88BD-B385F3E51A53"
	commandA = "D4B7F2C4-1111-4AAA-8BBB-0123456789AB"
	// nowhere is a GUID that names nothing.
	nowhere = "00000000-0000-4000-8000-000000000001"

	idleTimeout = 2 * time.Hour
)

// Who asks.
var (
	ann  = wsman.Principal{User: `HOST\ann`, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.1")}
	bob  = wsman.Principal{User: `HOST\bob`, Scheme: "Basic", Source: netip.MustParseAddr("192.0.2.2")}
	root = wsman.Principal{User: `HOST\root`, Scheme: "Basic", Groups: []string{wsman.GroupAdministrators}}
)

// world is a Resource with plug-ins in memory.
type world struct {
	t          testing.TB
	powershell *shelltest.Plugin
	cmd        *shelltest.Plugin
	configs    map[string]*shell.Configuration // by lower-case resource URI
	dir        *shell.Directory
	resource   *Resource
	contexts   *enumeration.Contexts
	mux        *wsman.Mux
}

// Configuration implements Configurations.
func (w *world) Configuration(uri string) *shell.Configuration {
	return w.configs[strings.ToLower(uri)]
}

func newWorld(t testing.TB, change ...func(*world)) *world {
	w := &world{
		t: t, dir: shell.NewDirectory(), mux: &wsman.Mux{},
		cmd: &shelltest.Plugin{
			ConnectFunc: func(context.Context, *shelltest.Instance, shell.Data) (shell.Data, error) {
				return shell.Data{}, nil
			},
		},
		powershell: &shelltest.Plugin{
			PID: os.Getpid(),
			ConnectFunc: func(context.Context, *shelltest.Instance, shell.Data) (shell.Data, error) {
				return shell.BytesData([]byte("hello")), nil
			},
		},
	}
	configuration := func(name string, p *shelltest.Plugin, traits shell.Traits) *shell.Configuration {
		return &shell.Configuration{
			Name: name, Plugin: p, Traits: traits,
			IdleTimeout: idleTimeout, MaxIdleTimeout: 2147483647 * time.Millisecond,
			BufferSize: 1 << 20, SpoolSize: 1 << 20,
		}
	}
	relayed := shell.Traits{ShellStreams: []string{"stdout"}, CommandStreams: []string{"stdout"}}
	w.configs = map[string]*shell.Configuration{
		strings.ToLower(uriPowerShell): configuration("Microsoft.PowerShell", w.powershell, relayed),
		strings.ToLower(uriJEA):        configuration("JEARole", w.powershell, relayed),
		strings.ToLower(wsman.ResourceCmd): configuration("cmd", w.cmd, shell.Traits{
			CommandStreams: []string{"stdout", "stderr"}, Console: true, AnySession: true,
		}),
	}
	for _, f := range change {
		f(w)
	}
	w.resource = New(w.dir, w, slog.New(slog.DiscardHandler))
	w.resource.Route(w.mux)
	w.contexts = enumeration.New(enumeration.Config{Timeout: func() time.Duration { return 4 * time.Minute }})
	NewEnumeration(Local{w.dir}, w.contexts).Route(w.mux)
	t.Cleanup(w.dir.Close)
	return w
}

// configuration is that of a resource URI.
func (w *world) configuration(uri string) *shell.Configuration { return w.Configuration(uri) }

// createPowerShell makes ann's PowerShell shell.
func (w *world) createPowerShell(change ...func(*ask)) *shell.Shell {
	w.t.Helper()
	a := ask{action: wsman.ActionCreate, body: psShell(shellA, "")}
	for _, f := range change {
		f(&a)
	}
	require.NoError(w.t, w.serve(a).err())
	sh, err := w.dir.Shell(shellA)
	require.NoError(w.t, err)
	return sh
}

// createCmd makes ann's command shell and returns its identifier.
func (w *world) createCmd() string {
	w.t.Helper()
	r := w.serve(ask{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: cmdShell("")})
	require.NoError(w.t, r.err())
	return r.text("rsp:ShellId")
}

// command starts commandA in ann's PowerShell shell.
func (w *world) command() *shell.Command {
	w.t.Helper()
	require.NoError(w.t, w.serve(ask{action: wsman.ActionCommand, shell: shellA, body: commandBody(commandA, "YQ==")}).err())
	return w.lastCommand(w.powershell)
}

// lastCommand is the command that was started last in a plug-in's last shell.
func (w *world) lastCommand(p *shelltest.Plugin) *shell.Command {
	w.t.Helper()
	calls := p.Last().Calls()
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i].Method == "Command" {
			return calls[i].Command
		}
	}
	require.Fail(w.t, "no command was started")
	return nil
}

// called counts the calls of a method in all shells of a plug-in.
func called(p *shelltest.Plugin, method string) int {
	n := 0
	for _, i := range p.Instances() {
		for _, c := range i.Calls() {
			if c.Method == method {
				n++
			}
		}
	}
	return n
}

// keep is an object of a stream that nothing may drop.
func keep(text string) shell.Piece { return shell.Piece{Data: shell.BytesData([]byte(text))} }

// decodeInput and decodeArguments are plug-ins that want bytes.
func decodeInput(_ context.Context, _ *shelltest.Instance, _ *shell.Command, in shell.Input) error {
	_, err := in.Data.Bytes()
	return err
}

func decodeArguments(_ context.Context, _ *shelltest.Instance, _ *shell.Command, r *shell.CommandRequest) error {
	for _, a := range r.Arguments {
		if _, err := a.Bytes(); err != nil {
			return err
		}
	}
	return nil
}
