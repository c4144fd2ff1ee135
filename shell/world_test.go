package shell_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// Who asks, in the order of the columns of the tables.
var (
	owner = shell.Client{User: `HOST\ann`, Session: "uuid:AAAA", Address: "192.0.2.1"}
	other = shell.Client{User: `HOST\ann`, Session: "uuid:BBBB", Address: "192.0.2.2"}
	bob   = shell.Client{User: `HOST\bob`, Session: "uuid:AAAA", Address: "192.0.2.3"}
	// deploy is logged on as a local account, by a name of another user.
	deploy = shell.Client{User: `HOST\carl`, Account: "deploy", Session: "uuid:AAAA", Address: "192.0.2.5"}

	admin = shell.Client{User: `HOST\root`, Session: "uuid:CCCC", Address: "192.0.2.4", Administrator: true}
)

const (
	idle   = 2 * time.Hour
	robust = 4 * time.Minute
	shape  = "11111111-aaaa-4bbb-8ccc-222222222222"

	noProcess = 1 << 30 // no system has one of that number
)

// world is a directory with one shell of the owner.
type world struct {
	t      *testing.T
	plugin *shelltest.Plugin
	cfg    *shell.Configuration
	dir    *shell.Directory
	sh     *shell.Shell
	keys   int
}

// newConfiguration is like that of PowerShell: one stream, connections that
// can be lost.
func newConfiguration(p *shelltest.Plugin) *shell.Configuration {
	return &shell.Configuration{
		Name: "Test.PowerShell", Plugin: p,
		Traits:      shell.Traits{ShellStreams: []string{"stdout"}, CommandStreams: []string{"stdout"}},
		IdleTimeout: idle, MaxIdleTimeout: 12 * time.Hour,
		RobustConnectionTimeout: robust,
		BufferSize:              1 << 20, SpoolSize: 1 << 20,
	}
}

// console changes a configuration to one like that of a command shell.
func console(c *shell.Configuration) {
	c.Name = "Test.cmd"
	c.Traits = shell.Traits{CommandStreams: []string{"stdout", "stderr"}, Console: true, AnySession: true}
	c.RobustConnectionTimeout = 0
}

func newWorld(t *testing.T, change ...func(*shell.Configuration)) *world {
	t.Helper()
	w := &world{t: t, plugin: &shelltest.Plugin{PID: noProcess}, dir: shell.NewDirectory()}
	w.cfg = newConfiguration(w.plugin)
	for _, f := range change {
		f(w.cfg)
	}
	sh, err := w.dir.Create(t.Context(), w.spec())
	require.NoError(t, err)
	w.sh = sh
	t.Cleanup(w.dir.Close)
	return w
}

// spec asks for the owner's shell.
func (w *world) spec() shell.Spec {
	spec := shell.Spec{
		OpenRequest: shell.OpenRequest{ShellID: shape, Owner: owner.User},
		Client:      owner, Configuration: w.cfg, ClientNamed: true,
	}
	if w.plugin.Spool != nil {
		spec.Spool = w.plugin.Spool
	}
	return spec
}

// spooling gives shells a spool, and little memory.
func spooling(c *shell.Configuration) {
	c.BufferSize, c.SpoolSize = 100, 1<<20
	c.Plugin.(*shelltest.Plugin).Spool = &shelltest.Spool{}
}

// bubble runs f in a synctest bubble with a world of its own.
func bubble(t *testing.T, f func(t *testing.T, w *world), change ...func(*shell.Configuration)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t, change...)) })
}

// command starts a command of the owner.
func (w *world) command() *shell.Command {
	w.t.Helper()
	cmd, err := w.sh.Command(w.t.Context(), owner, "", &shell.CommandRequest{Line: "x"})
	require.NoError(w.t, err)
	return cmd
}

// key is one that no request had before.
func (w *world) key() shell.Key {
	w.keys++
	return shell.Key{MessageID: "uuid:" + strconv.Itoa(w.keys)}
}

// request asks for all streams of a command, or of the shell if cmd is nil.
func (w *world) request(cmd *shell.Command) shell.ReceiveRequest {
	r := shell.ReceiveRequest{Streams: w.cfg.Traits.ShellStreams, Key: w.key(), Room: 1 << 20}
	if cmd != nil {
		r.CommandID, r.Streams = cmd.ID(), w.cfg.Traits.CommandStreams
	}
	return r
}

// ask receives for a second at most.
func (w *world) ask(c shell.Client, r shell.ReceiveRequest) (*shell.Answer, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
	defer cancel()
	return w.sh.Receive(ctx, c, r)
}

// receive receives something from a command or the shell.
func (w *world) receive(c shell.Client, cmd *shell.Command) *shell.Answer {
	w.t.Helper()
	a, err := w.ask(c, w.request(cmd))
	require.NoError(w.t, err)
	return a
}

// nothing checks that a Receive has nothing to give.
func (w *world) nothing(c shell.Client, cmd *shell.Command) {
	w.t.Helper()
	a, err := w.ask(c, w.request(cmd))
	require.ErrorIs(w.t, err, shell.ErrTimedOut)
	require.Nil(w.t, a)
}

// pendingReceive is a Receive that waits.
type pendingReceive struct {
	answer *shell.Answer
	err    error
	done   chan struct{}
}

// wait starts a Receive and returns when it waits.
func (w *world) wait(ctx context.Context, c shell.Client, r shell.ReceiveRequest) *pendingReceive {
	p := &pendingReceive{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.answer, p.err = w.sh.Receive(ctx, c, r)
	}()
	synctest.Wait()
	return p
}

// ended waits until the Receive has returned.
func (p *pendingReceive) ended() (*shell.Answer, error) {
	<-p.done
	return p.answer, p.err
}

// returned reports whether the Receive has returned.
func (p *pendingReceive) returned() bool {
	synctest.Wait()
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (w *world) info() shell.Info {
	w.t.Helper()
	info, err := w.sh.Info(owner)
	require.NoError(w.t, err)
	return info
}

func (w *world) disconnect() {
	w.t.Helper()
	require.NoError(w.t, w.sh.Disconnect(w.t.Context(), owner, shell.DisconnectRequest{}))
}

func (w *world) reconnect() {
	w.t.Helper()
	require.NoError(w.t, w.sh.Reconnect(w.t.Context(), owner, nil))
}

func (w *world) connect(c shell.Client) {
	w.t.Helper()
	_, err := w.sh.Connect(w.t.Context(), c, nil, shell.Data{})
	require.NoError(w.t, err)
}

// empty checks that the buffers hold nothing.
func (w *world) empty() {
	w.t.Helper()
	used, kept := w.sh.Buffered()
	assert.Zero(w.t, used, "used")
	assert.Zero(w.t, kept, "kept")
}

// whole is an object of one piece.
func whole(s string) shell.Piece {
	return shell.Piece{Data: shell.BytesData([]byte(s))}
}

// piece is a piece of an object.
func piece(object uint64, s string, end bool) shell.Piece {
	return shell.Piece{Data: shell.BytesData([]byte(s)), Object: object, End: end}
}

// classed is an object of one piece and a class.
func classed(c shell.Class, s string) shell.Piece {
	return shell.Piece{Data: shell.BytesData([]byte(s)), Class: c}
}

// texts are the parts of an answer that are not ends.
func texts(t *testing.T, a *shell.Answer) []string {
	t.Helper()
	var list []string
	for _, p := range a.Parts {
		if !p.End {
			b, err := p.Data.Bytes()
			require.NoError(t, err)
			list = append(list, string(b))
		}
	}
	return list
}

// assertTexts checks what an answer brought.
func (w *world) assertTexts(a *shell.Answer, want ...string) {
	w.t.Helper()
	assert.Equal(w.t, want, texts(w.t, a))
}

// assertReason checks that err is a StateError with a reason.
func assertReason(t *testing.T, err error, want shell.StateReason) {
	t.Helper()
	var state *shell.StateError
	if assert.ErrorAs(t, err, &state) {
		assert.Equal(t, want, state.Reason)
		assert.NotEmpty(t, state.Error())
	}
}

// again changes the plug-in and makes the shell once more.
func (w *world) again(change func(*shelltest.Plugin)) *world {
	w.t.Helper()
	require.NoError(w.t, w.sh.Close(owner))
	change(w.plugin)
	sh, err := w.dir.Create(w.t.Context(), w.spec())
	require.NoError(w.t, err)
	w.sh = sh
	return w
}

// failing starts commands that put something out and then do not start.
func failing(err error) func(context.Context, *shelltest.Instance, *shell.Command, *shell.CommandRequest) error {
	return func(_ context.Context, _ *shelltest.Instance, cmd *shell.Command, _ *shell.CommandRequest) error {
		cmd.Stream("stdout").Put(whole("x"))
		return err
	}
}
