package shellresource

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

// changing are the operations that must not be carried out twice, each with
// what it takes to be ready for it and the plug-in's method that it comes to
// ("" where it comes to none).
var changing = map[string]struct {
	prepare func(w *world)
	ask     ask
	method  string
}{
	"Create":     {func(*world) {}, ask{action: wsman.ActionCreate, body: psShell(shellA, "")}, "Open"},
	"Create cmd": {func(*world) {}, ask{action: wsman.ActionCreate, resource: wsman.ResourceCmd, body: cmdShell("")}, "Open"},
	"Command":    {func(w *world) { w.createPowerShell() }, ask{action: wsman.ActionCommand, body: commandBody("", "YQ==")}, "Command"},
	"Send":       {func(w *world) { w.createPowerShell() }, ask{action: wsman.ActionSend, body: sendBody("", "YQ==")}, "Send"},
	"Signal":     {withCommand, ask{action: wsman.ActionSignal, body: signalBody(commandA, wsman.SignalTerminate)}, "Signal"},
	"Disconnect": {func(w *world) { w.createPowerShell() }, ask{action: wsman.ActionDisconnect, body: "<r:Disconnect/>"}, ""},
	"Reconnect":  {disconnected, ask{action: wsman.ActionReconnect}, ""},
	"Connect":    {disconnected, ask{action: wsman.ActionConnect, body: connectBody("")}, "Connect"},
	"Delete":     {func(w *world) { w.createPowerShell() }, ask{action: wsman.ActionDelete}, "Close"},
}

func withCommand(w *world) { w.createPowerShell(); w.command() }

func disconnected(w *world) {
	w.createPowerShell()
	require.NoError(w.t, w.serve(ask{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>"}).err())
}

// eachChanging runs f for each of them, in a bubble of time of its own.
func eachChanging(t *testing.T, f func(t *testing.T, w *world, a ask, count func() int)) {
	for name, c := range changing {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, slowPlugins)
				c.prepare(w)
				a := c.ask
				if a.action != wsman.ActionCreate {
					a.shell = shellA
				}
				count := func() int {
					if c.method == "Open" {
						return len(w.powershell.Instances()) + len(w.cmd.Instances())
					}
					return called(w.powershell, c.method)
				}
				f(t, w, a, count)
			})
		})
	}
}

// slowPlugins take a second for everything, unless they are told to stop.
func slowPlugins(w *world) {
	slow := func(ctx context.Context) error {
		select {
		case <-time.After(time.Second):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.powershell.OpenFunc = func(ctx context.Context, _ *shelltest.Instance) error { return slow(ctx) }
	w.cmd.OpenFunc = w.powershell.OpenFunc
	w.powershell.CommandFunc = func(ctx context.Context, _ *shelltest.Instance, _ *shell.Command, _ *shell.CommandRequest) error {
		return slow(ctx)
	}
	w.powershell.SendFunc = func(ctx context.Context, _ *shelltest.Instance, _ *shell.Command, _ shell.Input) error {
		return slow(ctx)
	}
	w.powershell.SignalFunc = func(ctx context.Context, _ *shelltest.Instance, _ *shell.Command, _ shell.Signal) error {
		return slow(ctx)
	}
	w.powershell.ConnectFunc = func(ctx context.Context, _ *shelltest.Instance, _ shell.Data) (shell.Data, error) {
		return shell.Data{}, slow(ctx)
	}
	w.powershell.CloseFunc = func(ctx context.Context, _ *shelltest.Instance) error { return slow(ctx) }
}

// TestRepeat: the same message again gets the same envelope, to the byte, and
// is not carried out again.
func TestRepeat(t *testing.T) {
	eachChanging(t, func(t *testing.T, w *world, a ask, count func() int) {
		a.id = "uuid:" + uuid.NewString()
		before := count()
		first := w.serve(a)
		require.NoError(t, first.err())
		after := count()
		for range 3 {
			assert.Equal(t, string(first.envelope), string(w.serve(a).envelope))
		}
		assert.Equal(t, after, count())
		assert.LessOrEqual(t, after, before+1)
		assert.Equal(t, a.id, first.headerText("a:RelatesTo"))

		a.id = "uuid:" + uuid.NewString()
		again := w.serve(a)
		assert.NotEqual(t, first.headerText("a:MessageID"), again.headerText("a:MessageID"), "another message is another operation")
	})
}

// TestRepeatOperation: the same step of an operation is the same message, even
// with a new MessageID. The next step is not.
func TestRepeatOperation(t *testing.T) {
	eachChanging(t, func(t *testing.T, w *world, a ask, count func() int) {
		a.operation, a.sequence = "uuid:"+uuid.NewString(), 1
		first := w.serve(a)
		require.NoError(t, first.err())
		after := count()
		assert.Equal(t, string(first.envelope), string(w.serve(a).envelope))
		assert.Equal(t, after, count())

		a.sequence = 2
		assert.NotEqual(t, first.headerText("a:MessageID"), w.serve(a).headerText("a:MessageID"))
		a.sequence = 0
		assert.NotEqual(t, first.headerText("a:MessageID"), w.serve(a).headerText("a:MessageID"), "without a step the OperationID says nothing")
	})
}

// TestRepeatAtOnce: of two at the same time one is carried out, and the other
// waits for its answer.
func TestRepeatAtOnce(t *testing.T) {
	eachChanging(t, func(t *testing.T, w *world, a ask, count func() int) {
		a.id = "uuid:" + uuid.NewString()
		before := count()
		var replies [5]*reply
		var wg sync.WaitGroup
		for i := range replies {
			wg.Go(func() { replies[i] = w.serve(a) })
		}
		wg.Wait()
		for _, r := range replies {
			require.NoError(t, r.err())
			assert.Equal(t, string(replies[0].envelope), string(r.envelope))
		}
		assert.LessOrEqual(t, count(), before+1)
	})
}

// TestRepeatAfterBreak: an operation whose client lost its connection is
// carried out to its end, and the client that asks again gets its answer.
func TestRepeatAfterBreak(t *testing.T) {
	eachChanging(t, func(t *testing.T, w *world, a ask, count func() int) {
		a.id = "uuid:" + uuid.NewString()
		before := count()
		ctx, cancel := context.WithCancel(t.Context())
		var broken *reply
		var wg sync.WaitGroup
		wg.Go(func() { broken = w.serveContext(ctx, a) })
		time.Sleep(time.Second / 2)
		cancel()
		again := w.serve(a)
		wg.Wait()
		require.NoError(t, again.err())
		assert.Equal(t, string(broken.envelope), string(again.envelope))
		assert.LessOrEqual(t, count(), before+1)
	})
}

// TestRepeatWaits no longer than its own client does.
func TestRepeatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, slowPlugins)
		a := ask{action: wsman.ActionCreate, body: psShell(shellA, ""), id: "uuid:1"}
		var wg sync.WaitGroup
		wg.Go(func() { assert.NoError(t, w.serve(a).err()) })
		synctest.Wait()
		again := a
		again.timeout = "PT0.25S"
		begun := time.Now()
		require.ErrorIs(t, w.serve(again).err(), wsman.CodeOperationTimedOut)
		assert.Equal(t, time.Second/4, time.Since(begun))
		wg.Wait()
		require.NoError(t, w.serve(again).err())
		assert.Len(t, w.powershell.Instances(), 1)
	})
}

// TestRepeatOfOther: a message of somebody else is never the same.
func TestRepeatOfOther(t *testing.T) {
	eachChanging(t, func(t *testing.T, w *world, a ask, count func() int) {
		a.id, a.operation, a.sequence = "uuid:"+uuid.NewString(), "uuid:"+uuid.NewString(), 1
		first := w.serve(a)
		require.NoError(t, first.err())
		a.who = bob
		r := w.serve(a)
		switch {
		case a.action != wsman.ActionCreate && a.action != wsman.ActionDelete:
			require.ErrorIs(t, r.err(), wsman.CodeAccessDenied)
		case a.action == wsman.ActionDelete:
			require.ErrorIs(t, r.err(), wsman.CodeUnexpectedSelectors)
		case a.resource == "":
			require.ErrorIs(t, r.err(), wsman.CodeShellIDConflict)
		default:
			require.NoError(t, r.err())
			assert.Equal(t, bob.User, r.text("rsp:Owner"))
		}
	})
}

// TestSameMessageOfOtherShell: the same MessageID on another shell is another
// message. A client that gives every message the same one gets at least so far.
func TestSameMessageOfOtherShell(t *testing.T) {
	w := newWorld(t)
	ids := w.shells(2)
	for _, action := range []string{wsman.ActionSend, wsman.ActionDelete} {
		for _, id := range ids {
			require.NoError(t, w.serve(ask{action: action, shell: id, body: sendBody("", "YQ=="), id: "uuid:1"}).err())
		}
	}
	assert.Equal(t, 2, called(w.powershell, "Send"))
	assert.Equal(t, 2, called(w.powershell, "Close"))
}

// TestMessageNamedAlike: a MessageID that is made from a name comes with every
// message of a client, and none of them is another one again.
func TestMessageNamedAlike(t *testing.T) {
	w := newWorld(t)
	ids := w.shells(2)
	for range 2 {
		for _, id := range ids {
			a := ask{action: wsman.ActionSend, shell: id, body: sendBody("", "YQ=="), id: "uuid:CC21DC1E-5F72-54C0-B9A5-F2C1E3F1DF59"}
			require.NoError(t, w.serve(a).err())
		}
	}
	assert.Equal(t, 4, called(w.powershell, "Send"))
}

// TestFailedIsForgotten: what failed has changed nothing and is tried again.
func TestFailedIsForgotten(t *testing.T) {
	refusal := errors.New("not now")
	w := newWorld(t, func(w *world) {
		w.powershell.OpenFunc = func(context.Context, *shelltest.Instance) error { return refusal }
	})
	a := ask{action: wsman.ActionCreate, body: psShell(shellA, ""), id: "uuid:1"}
	require.ErrorIs(t, w.serve(a).err(), wsman.CodeInternalError)
	refusal = nil
	require.NoError(t, w.serve(a).err())
}

// TestPanicIsForgotten: a plug-in that panics does not keep the repetition
// waiting.
func TestPanicIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		panics := true
		w := newWorld(t, func(w *world) {
			w.powershell.SendFunc = func(context.Context, *shelltest.Instance, *shell.Command, shell.Input) error {
				time.Sleep(time.Second)
				if panics {
					panics = false
					panic("broken plug-in")
				}
				return nil
			}
		})
		w.createPowerShell()
		a := ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ=="), id: "uuid:1"}
		var wg sync.WaitGroup
		wg.Go(func() { assert.Panics(t, func() { w.serve(a) }) })
		synctest.Wait()
		require.ErrorIs(t, w.serve(a).err(), wsman.CodeInternalError, "it waited for the one that panicked")
		wg.Wait()
		require.NoError(t, w.serve(a).err())
	})
}

// TestPlayedAgain: a client that plays the same messages again, to a new shell
// after the Delete of the old one, means every one of them.
func TestPlayedAgain(t *testing.T) {
	w := newWorld(t)
	script := []ask{
		{action: wsman.ActionCreate, body: psShell(shellA, ""), id: "uuid:1"},
		{action: wsman.ActionCommand, shell: shellA, body: commandBody(commandA, "YQ=="), id: "uuid:2"},
		{action: wsman.ActionSend, shell: shellA, body: sendBody(commandA, "YQ=="), id: "uuid:3"},
		{action: wsman.ActionSignal, shell: shellA, body: signalBody(commandA, "stop"), id: "uuid:4"},
		{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>", id: "uuid:5"},
		{action: wsman.ActionReconnect, shell: shellA, id: "uuid:6"},
		{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>", id: "uuid:7"},
		{action: wsman.ActionConnect, shell: shellA, body: connectBody(""), id: "uuid:8"},
		{action: wsman.ActionDelete, shell: shellA, id: "uuid:9"},
	}
	play := func() {
		for _, a := range script {
			first := w.serve(a)
			require.NoError(t, first.err(), a.action)
			require.Equal(t, string(first.envelope), string(w.serve(a).envelope), "each is repeated once")
		}
	}
	for n := 1; n <= 3; n++ {
		play()
		assert.Len(t, w.powershell.Instances(), n)
		for _, method := range []string{"Command", "Send", "Signal", "Connect", "Close"} {
			assert.Equal(t, n, called(w.powershell, method), method)
		}
	}
}

// TestNewShellAfterTimeout: the same, where the old shell ended by itself.
func TestNewShellAfterTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		create := ask{action: wsman.ActionCreate, body: psShell(shellA, "<r:IdleTimeOut>PT60S</r:IdleTimeOut>"), id: "uuid:1"}
		send := ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ=="), id: "uuid:2"}
		for n := 1; n <= 2; n++ {
			require.NoError(t, w.serve(create).err())
			require.NoError(t, w.serve(send).err())
			assert.Len(t, w.powershell.Instances(), n)
			assert.Equal(t, n, called(w.powershell, "Send"))
			time.Sleep(time.Minute + time.Second) // within repeatTime
		}
	})
}

// TestRepeatTime: after its time an operation is forgotten.
func TestRepeatTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.createPowerShell()
		a := ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ=="), id: "uuid:1"}
		require.NoError(t, w.serve(a).err())
		time.Sleep(repeatTime)
		require.NoError(t, w.serve(a).err())
		assert.Equal(t, 1, called(w.powershell, "Send"))
		time.Sleep(time.Nanosecond)
		require.NoError(t, w.serve(a).err())
		assert.Equal(t, 2, called(w.powershell, "Send"))
	})
}

// remembered counts what is remembered.
func (w *world) remembered() (lists, operations int) {
	m := w.resource.repeats
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range m.lists {
		operations += len(list)
	}
	return len(m.lists), operations
}

// TestRepeatMemory: however much a client does, little of it is remembered.
func TestRepeatMemory(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	for i := range 3 * maxRepeats {
		require.NoError(t, w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ=="), id: strconv.Itoa(i)}).err())
		require.Error(t, w.serve(ask{action: wsman.ActionSend, shell: strings.Repeat("x", i), body: sendBody("", "YQ==")}).err())
	}
	lists, operations := w.remembered()
	assert.Equal(t, 2, lists, "Create and Send")
	assert.Equal(t, 1+maxRepeats, operations)
	assert.Equal(t, 3*maxRepeats, called(w.powershell, "Send"))
	r := ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ=="), id: strconv.Itoa(3*maxRepeats - 1)}
	require.NoError(t, w.serve(r).err())
	assert.Equal(t, 3*maxRepeats, called(w.powershell, "Send"), "the last is remembered")

	for range 3 * maxRepeats {
		id := uuid.NewString()
		require.NoError(t, w.serve(ask{action: wsman.ActionCreate, body: psShell(id, "")}).err())
		require.NoError(t, w.serve(ask{action: wsman.ActionSend, shell: id, body: sendBody("", "YQ==")}).err())
		require.NoError(t, w.serve(ask{action: wsman.ActionDelete, shell: id}).err())
	}
	lists, operations = w.remembered()
	assert.Equal(t, 3, lists, "Create, Delete, and Send to the shell that is there")
	assert.Equal(t, 3*maxRepeats, operations)
}

// TestRepeatSweep: what nobody asks for again is let go of.
func TestRepeatSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.createPowerShell()
		require.NoError(t, w.serve(ask{action: wsman.ActionSend, shell: shellA, body: sendBody("", "YQ==")}).err())
		time.Sleep(repeatTime + time.Second)
		require.Error(t, w.serve(ask{action: wsman.ActionSend, shell: nowhere, who: bob, body: sendBody("", "YQ==")}).err())
		lists, _ := w.remembered()
		assert.Zero(t, lists)
	})
}
