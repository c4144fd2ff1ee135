//go:build unix

package powershell

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
)

// cries is an engine that takes what opens a session, and reports an error at
// the next line and at the one after; then it does what comes last.
func cries(then string) string {
	return acknowledge + `read -r line
		echo "<DataAck PSGuid='00000000-0000-0000-0000-000000000000' />"
		for n in 1 2; do
			read -r line
			echo "Remote transport error: no" >&2
		` + then
}

// answering is an engine that answers whatever it cries at.
const answering = `
			id=${line#*PSGuid=\'}; id=${id%%\'*}
			kind=${line#<}; kind=${kind%% *}
			echo "<${kind}Ack PSGuid='$id' />"
		done
		acknowledge`

// TestEngineDoubted checks what becomes of an engine that reports an error: it
// is killed only if it no longer answers.
func TestEngineDoubted(t *testing.T) {
	t.Run("answers", func(t *testing.T) {
		w := newWorld(t, fake(t, cries(answering)))
		c, err := w.create(t, patience)
		require.NoError(t, err)
		e := w.session.engine
		require.NoError(t, e.signal(t.Context(), psGuid(newGUID(t))))
		require.Eventually(t, func() bool {
			e.doubts.mu.Lock()
			defer e.doubts.mu.Unlock()
			e.stderr.mu.Lock()
			defer e.stderr.mu.Unlock()
			// The Signal that looks was the second line.
			return e.stderr.cries == 2 && !e.doubts.looking
		}, patience, tick)
		assert.False(t, isClosed(e.dead))
		require.NoError(t, e.settle(t.Context()))
		require.NoError(t, e.signal(t.Context(), psGuid(newGUID(t))), "it goes on")
		require.NoError(t, c.sh.Close(c.who))
	})
	t.Run("does not answer", func(t *testing.T) {
		w := newWorld(t, fake(t, cries("done; exec sleep 60")))
		c, err := w.create(t, patience)
		require.NoError(t, err)
		begin := time.Now()
		assertEnded(t, w.session.engine.signal(t.Context(), psGuid(newGUID(t))), transportErrorText)
		assert.GreaterOrEqual(t, time.Since(begin), doubtful)
		c.isBroken(t, transportErrorText)
		require.NoError(t, c.sh.Close(c.who))
	})
}

// TestEngineNotDoubted checks that an error that no Signal can have caused ends
// the engine, which would answer.
func TestEngineNotDoubted(t *testing.T) {
	w := newWorld(t, fake(t, cries(answering)))
	c, err := w.create(t, patience)
	require.NoError(t, err)
	c.sendPool(t, psrp.MessageResetRunspaceState, "")
	c.isBroken(t, transportErrorText)
	require.NoError(t, c.sh.Close(c.who))
}

// TestSignalAfterInput checks that a Signal does not overtake what another
// request is giving to the same pipeline.
func TestSignalAfterInput(t *testing.T) {
	w := newWorld(t, fake(t, acknowledge+"acknowledge"))
	c, err := w.create(t, patience)
	require.NoError(t, err)
	s, p := w.session, &pipeline{id: psGuid(newGUID(t))}
	p.input.init(s.limits)
	p.input.turn <- struct{}{} // somebody is at it
	done := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		close(begun)
		done <- s.whenTaken(t.Context(), p, s.engine.signal)
	}()
	<-begun
	require.NoError(t, s.engine.settle(t.Context())) // a whole exchange with the engine
	require.NoError(t, s.engine.signal(t.Context(), psGuid(newGUID(t))))
	assert.Empty(t, done, "it overtook the input")
	<-p.input.turn
	require.NoError(t, <-done)
	require.NoError(t, c.sh.Close(c.who))
}

// TestNothingAfterState checks that a client gets nothing more of a pipeline
// that has told its final state: not even the same state again.
func TestNothingAfterState(t *testing.T) {
	w, c := open(t)
	r := c.start(t, "1", withInput...)
	state := base64Text(psrp.AppendFragments(nil, 900, psrp.PipelineStateMessage(c.pool, r.id, psrp.PSInvocationStopped, ""), 0))
	packet := outofproc.Packet{Kind: outofproc.Data, ID: psGuid(r.id)}
	packet.Text = append(append([]byte(nil), state...), state...)
	require.NoError(t, w.session.data(packet))
	packet.Text = state
	require.NoError(t, w.session.data(packet))
	r.finish(t) // fails at a second state
}
