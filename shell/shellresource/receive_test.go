package shellresource

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// receive asks for output of ann's shell, or of a command of it.
func receive(command string) ask {
	return ask{action: wsman.ActionReceive, shell: shellA, body: receiveRequest(command, "stdout")}
}

// texts are the contents of an answer's streams.
func texts(r *reply) []string {
	var all []string
	for _, e := range r.all("rsp:Stream") {
		all = append(all, e.Text())
	}
	return all
}

// TestReceiveAgain: the same Receive gets the same envelope to the byte, and
// the next one goes on after it.
func TestReceiveAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.createPowerShell()
		cmd := w.command()
		cmd.Stream("stdout").Put(keep("one"))
		a := receive(commandA)
		a.id = "uuid:" + uuid.NewString()
		first := w.serve(a)
		require.NoError(t, first.err())
		cmd.Stream("stdout").Put(keep("two"))
		time.Sleep(time.Second)
		assert.Equal(t, string(first.envelope), string(w.serve(a).envelope))
		assert.Equal(t, a.id, first.headerText("a:RelatesTo"))

		next := w.serve(receive(commandA))
		assert.Equal(t, []string{encode([]byte("two"))}, texts(next))
		assert.NotEqual(t, first.headerText("a:MessageID"), next.headerText("a:MessageID"))
	})
}

// TestReceiveStepAgain: the same step of an operation is the same, and its
// answer relates to the message that it answered first.
func TestReceiveStepAgain(t *testing.T) {
	w := newWorld(t)
	sh := w.createPowerShell()
	sh.Stream("stdout").Put(keep("one"))
	a := receive("")
	a.operation, a.sequence = "uuid:"+uuid.NewString(), 4
	first := w.serve(a)
	require.NoError(t, first.err())
	assert.Equal(t, a.operation, first.headerText("p:OperationID"))
	assert.Equal(t, "4", first.headerText("p:SequenceId"))
	assert.Equal(t, string(first.envelope), string(w.serve(a).envelope))
}

// TestReceiveNotWritten: an answer that did not reach the connection comes
// again with the next Receive, whatever its MessageID.
func TestReceiveNotWritten(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	cmd := w.command()
	cmd.Stream("stdout").Put(keep("one"))
	cmd.Finish(3)
	a := receive(commandA)
	a.lost = errors.New("the connection is gone")
	for range 3 {
		r := w.serve(a)
		require.NoError(t, r.err())
		assert.Equal(t, []string{encode([]byte("one"))}, texts(r))
		assert.Equal(t, "3", r.text("rsp:ExitCode"))
	}
	a.lost = nil
	assert.Equal(t, []string{encode([]byte("one"))}, texts(w.serve(a)))
	assert.Empty(t, texts(w.serve(a)))
}

// TestReceiveTimesOut at its OperationTimeout, not before, and loses nothing.
func TestReceiveTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sh := w.createPowerShell()
		for range 3 {
			begun := time.Now()
			a := receive("")
			a.timeout = "PT7.5S"
			r := w.serve(a)
			require.ErrorIs(t, r.err(), wsman.CodeOperationTimedOut)
			assert.Equal(t, wsman.QName{Space: wsman.NamespaceWSMan, Local: "TimedOut"}, r.fault.Subcode)
			assert.Equal(t, 7500*time.Millisecond, time.Since(begun))
		}
		sh.Stream("stdout").Put(keep("one"))
		assert.Equal(t, []string{encode([]byte("one"))}, texts(w.serve(receive(""))))
	})
}

// TestReceiveWaits: an answer comes as soon as there is something.
func TestReceiveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sh := w.createPowerShell()
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(3 * time.Second)
			sh.Stream("stdout").Put(keep("one"))
		})
		begun := time.Now()
		assert.Equal(t, []string{encode([]byte("one"))}, texts(w.serve(receive(""))))
		assert.Equal(t, 3*time.Second, time.Since(begun))
		wg.Wait()
	})
}

// TestReceiveEnds with the fault of what ended it.
func TestReceiveEnds(t *testing.T) {
	tests := map[string]struct {
		end  func(w *world, sh *shell.Shell, cancel context.CancelFunc)
		code wsman.FaultCode
	}{
		"disconnect": {func(w *world, _ *shell.Shell, _ context.CancelFunc) {
			assert.NoError(w.t, w.serve(ask{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>"}).err())
		}, wsman.CodeStreamDisconnected},
		"delete": {func(w *world, _ *shell.Shell, _ context.CancelFunc) {
			assert.NoError(w.t, w.serve(ask{action: wsman.ActionDelete, shell: shellA}).err())
		}, wsman.CodeOperationAborted},
		"signal": {func(w *world, _ *shell.Shell, _ context.CancelFunc) {
			assert.NoError(w.t, w.serve(ask{action: wsman.ActionSignal, shell: shellA, body: signalBody(commandA, "terminate")}).err())
		}, wsman.CodeOperationAborted},
		"another receive": {func(w *world, _ *shell.Shell, _ context.CancelFunc) {
			a := receive(commandA)
			a.timeout = "PT0.1S"
			assert.Error(w.t, w.serve(a).err())
		}, wsman.CodeOperationTimedOut},
		"engine ended": {func(w *world, sh *shell.Shell, _ context.CancelFunc) {
			w.powershell.Last().Host().Ended(errors.New("killed"))
		}, wsman.CodeInternalError},
		"client gone": {func(_ *world, _ *shell.Shell, cancel context.CancelFunc) { cancel() }, wsman.CodeInternalError},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				sh := w.createPowerShell()
				w.command()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var r *reply
				var wg sync.WaitGroup
				begun := time.Now()
				wg.Go(func() { r = w.serveContext(ctx, receive(commandA)) })
				synctest.Wait()
				test.end(w, sh, cancel)
				wg.Wait()
				require.ErrorIs(t, r.err(), test.code)
				assert.Less(t, time.Since(begun), time.Second)
			})
		})
	}
}

// TestReceiveState: what is said of a command beside its output.
func TestReceiveState(t *testing.T) {
	w := newWorld(t)
	w.createPowerShell()
	cmd := w.command()
	cmd.Stream("stdout").Put(keep("a"))
	assert.Empty(t, w.serve(receive(commandA)).all("rsp:CommandState"), "of a pipeline that runs nothing is said")
	cmd.Stream("stdout").Put(keep("b"))
	cmd.SetPending(true)
	state := w.serve(receive(commandA)).all("rsp:CommandState")
	require.Len(t, state, 1)
	assert.Equal(t, wsman.CommandStatePending, state[0].SelectAttrValue("State", ""))
	assert.Equal(t, commandA, state[0].SelectAttrValue("CommandId", ""))
	cmd.Finish(0)
	r := w.serve(receive(commandA))
	assert.Equal(t, wsman.CommandStateDone, r.all("rsp:CommandState")[0].SelectAttrValue("State", ""))
	assert.Equal(t, "0", r.text("rsp:ExitCode"))
	assert.Empty(t, texts(r), "a pipeline's streams have no end marks")

	id := w.createCmd()
	a := ask{action: wsman.ActionCommand, resource: wsman.ResourceCmd, shell: id, body: commandBody("", "x")}
	command := w.serve(a).text("rsp:CommandId")
	cmd = w.lastCommand(w.cmd)
	a.action, a.body = wsman.ActionReceive, receiveRequest(command, "stdout stderr")
	cmd.Stream("stderr").Put(keep("a"))
	r = w.serve(a)
	assert.Equal(t, wsman.CommandStateRunning, r.all("rsp:CommandState")[0].SelectAttrValue("State", ""))
	assert.Empty(t, r.all("rsp:ExitCode"))
	cmd.Finish(-1)
	r = w.serve(a)
	ends := r.all("rsp:Stream")
	require.Len(t, ends, 2)
	for i, name := range []string{"stdout", "stderr"} {
		assert.Equal(t, name, ends[i].SelectAttrValue("Name", ""))
		assert.Equal(t, "true", ends[i].SelectAttrValue("End", ""))
		assert.Empty(t, ends[i].Text())
	}
	assert.Equal(t, "-1", r.text("rsp:ExitCode"))
	a.body = receiveRequest("", "stdout stderr")
	r = w.serve(a)
	require.ErrorIs(t, r.err(), wsman.CodeInvalidParameter, "a command shell has no streams of its own")
	assert.Equal(t, "Shell cmd plugin", r.fault.WSMan.Provider.Provider)
}
