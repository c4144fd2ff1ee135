package shellhost

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

func init() { roles["winrmd-test-host"] = hostRole }

// hostKind is the description of the plug-in.
type hostKind struct {
	// Exit lets the process end before it is ready, Die when the shell is to be
	// created. Fail refuses the shell.
	Exit, Die, Fail bool
}

// hostRole is a process with a shell whose commands echo: their line, and what
// is sent to them. The command "end" ends at once, others when they are told to.
func hostRole([]string) error {
	var start Start
	if err := json.NewDecoder(os.Stdin).Decode(&start); err != nil {
		return err
	}
	var kind hostKind
	if err := json.Unmarshal(start.Plugin, &kind); err != nil {
		return err
	}
	if kind.Exit {
		os.Exit(3)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // nothing is left of a test that was killed
		for parent := os.Getppid(); os.Getppid() == parent; time.Sleep(200 * time.Millisecond) {
		}
		cancel()
	}()
	put := func(cmd *shell.Command, text string) {
		cmd.Stream("stdout").Put(shell.Piece{Data: shell.BytesData([]byte(text))})
	}
	plugin := &shelltest.Plugin{
		PID: os.Getpid(),
		OpenFunc: func(context.Context, *shelltest.Instance) error {
			if kind.Die {
				os.Exit(3)
			}
			if kind.Fail {
				return &shell.PluginError{Code: 7, Message: "no engine"}
			}
			return nil
		},
		CommandFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, r *shell.CommandRequest) error {
			put(cmd, r.Line)
			if strings.HasPrefix(r.Line, "end") {
				cmd.Finish(0)
			}
			return nil
		},
		SendFunc: func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, in shell.Input) error {
			b, err := in.Data.Bytes()
			if err == nil && cmd != nil {
				put(cmd, string(b))
			}
			return err
		},
		ConnectFunc: func(context.Context, *shelltest.Instance, shell.Data) (shell.Data, error) { return shell.Data{}, nil },
	}
	host := NewHost(HostConfig{Start: start, Plugin: plugin, Release: "test", Log: slog.New(slog.DiscardHandler)})
	return host.Run(ctx, func() error {
		if err := Ready(os.Stdout); err != nil {
			return err
		}
		return os.Stdout.Close()
	})
}

// launcher implements Launcher.
type launcher struct {
	cfg  *shell.Configuration
	kind hostKind
}

// Launch implements Launcher.
func (l *launcher) Launch(uri string, _ *wsman.Principal) (*shell.Configuration, json.RawMessage, error) {
	if !strings.EqualFold(uri, uriTest) {
		return nil, nil, shellresource.NoConfiguration(uri)
	}
	text, err := json.Marshal(l.kind)
	return l.cfg, text, err
}

// realm is a directory of hosts that are processes, and the Routers of it.
type realm struct {
	t         *testing.T
	directory string
	launcher  *launcher
	log       *logBuffer
}

func newRealm(t *testing.T) *realm {
	t.Helper()
	w := &realm{t: t, directory: shortDirectory(t), launcher: &launcher{cfg: configuration()}, log: &logBuffer{}}
	t.Cleanup(w.killAll)
	return w
}

func (w *realm) config() RouterConfig {
	return RouterConfig{
		Directory: w.directory, Launcher: w.launcher, Command: []string{os.Args[0], "winrmd-test-host"}, Machine: "machine",
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// daemon is a Router and its table.
type daemon struct {
	*Router
	mux wsman.Mux
	t   *testing.T
}

// daemon makes a Router as a server does that is started.
func (w *realm) daemon(change ...func(*RouterConfig)) *daemon {
	w.t.Helper()
	config := w.config()
	for _, f := range change {
		f(&config)
	}
	rt, err := NewRouter(config)
	require.NoError(w.t, err)
	d := &daemon{Router: rt, t: w.t}
	w.t.Cleanup(d.closeAndWait)
	rt.Route(&d.mux, enumeration.New(enumeration.Config{Timeout: func() time.Duration { return time.Minute }}))
	return d
}

// serve does with a request what a server does.
func (d *daemon) serve(a ask) (string, error) {
	d.t.Helper()
	return d.serveContext(context.Background(), a)
}

func (d *daemon) serveContext(ctx context.Context, a ask) (string, error) {
	d.t.Helper()
	r := a.request(d.t)
	answer, err := d.mux.ServeWSMan(ctx, r)
	if err != nil {
		return "", err
	}
	text := string(answer.AppendEnvelope(nil, r))
	if answer.Written != nil {
		answer.Written(nil)
	}
	return text, nil
}

func (d *daemon) must(a ask) string {
	d.t.Helper()
	text, err := d.serve(a)
	require.NoError(d.t, err)
	return text
}

// closeAndWait closes the Router, and waits until it does nothing any more about
// a host that has just died.
func (d *daemon) closeAndWait() {
	d.t.Helper()
	hosts := d.attached()
	d.Close()
	for _, h := range hosts {
		within(d.t, "the end of the watch", h.settled)
	}
}

// create makes a shell and returns its identifier.
func (d *daemon) create(who wsman.Principal) string {
	d.t.Helper()
	id := newID()
	d.must(withWho(createAsk(id), who))
	return id
}

// createAll makes several at once.
func (d *daemon) createAll(n int) []string {
	d.t.Helper()
	ids := make([]string, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range ids {
		ids[i] = newID()
		wg.Go(func() { _, errs[i] = d.serve(createAsk(ids[i])) })
	}
	wg.Wait()
	require.NoError(d.t, errors.Join(errs...))
	return ids
}

// remove deletes a shell.
func (d *daemon) remove(id string, who wsman.Principal) {
	d.t.Helper()
	d.must(withWho(simpleAsk(wsman.ActionDelete, id), who))
}

// process is that of a shell's host.
func (w *realm) process(id string) *os.Process {
	w.t.Helper()
	rec, err := readRecord(w.path(id))
	require.NoError(w.t, err)
	p, err := os.FindProcess(rec.PID)
	require.NoError(w.t, err)
	return p
}

func (w *realm) path(id string) string { return w.directory + "/" + id }

// kill kills a host and waits for its end.
func (w *realm) kill(id string) {
	w.t.Helper()
	w.end(w.process(id))
}

func (w *realm) end(p *os.Process) {
	w.t.Helper()
	_ = p.Kill()
	eventually(w.t, "the end of a process", func() bool { return p.Signal(syscall.Signal(0)) != nil })
}

// killAll kills every host that there is.
func (w *realm) killAll() {
	ids, err := shellIDs(w.directory)
	assert.NoError(w.t, err)
	for _, id := range ids {
		rec, err := readRecord(w.path(id))
		if err != nil || rec.PID == 0 || rec.PID == os.Getpid() {
			continue
		}
		if p, err := os.FindProcess(rec.PID); err == nil {
			w.end(p)
		}
	}
}
