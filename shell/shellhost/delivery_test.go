package shellhost

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

var errLost = errors.New("the client's connection is broken")

// receive passes a Receive on and leaves open what becomes of its answer.
func (w *hostWorld) receive(a ask) *wsman.Response {
	w.t.Helper()
	r := a.request(w.t)
	answer, err := w.remote.pass(context.Background(), r, r.Deadline, false)
	require.NoError(w.t, err)
	require.NotNil(w.t, answer.Written)
	return answer
}

// nothing says that a Receive has nothing to give.
func (w *hostWorld) nothing() {
	w.t.Helper()
	a := receiveAsk(w.id, "")
	a.timeout = 30 * time.Millisecond
	_, err := w.pass(a)
	require.ErrorIs(w.t, err, wsman.CodeOperationTimedOut)
}

// cut ends the connections to the host as the end of the daemon does.
func (w *hostWorld) cut() {
	w.t.Helper()
	w.remote.mu.Lock()
	idle := w.remote.idle
	w.remote.idle = nil
	w.remote.mu.Unlock()
	require.NotEmpty(w.t, idle)
	for _, c := range idle {
		c.Close()
	}
}

// report is what the host hears of an answer.
func (w *hostWorld) report(want error) {
	w.t.Helper()
	got := within(w.t, "what became of the answer", w.reports)
	if want == nil {
		require.NoError(w.t, got)
		return
	}
	require.ErrorIs(w.t, got, want)
}

// once prepares a shell whose client was given one object, in an answer that
// is written or not.
func once(t *testing.T, written error) (w *hostWorld, a ask, envelope string) {
	t.Helper()
	w = newShell(t)
	w.put("1")
	a = receiveAsk(w.id, "")
	a.id = "uuid:" + newID()
	answer := w.receive(a)
	envelope = string(answer.Envelope)
	require.Equal(t, []string{"1"}, outputs(t, envelope))
	assert.Empty(t, w.reports, "nobody has said anything yet")
	answer.Written(written)
	return w, a, envelope
}

// TestDelivery: what the next things are that a client hears, after what its
// daemon said or did not say of the answer before.
func TestDelivery(t *testing.T) {
	reconnect := func(w *hostWorld) { w.must(reconnectAsk(w.id)) }

	t.Run("the next request confirms", func(t *testing.T) {
		w, _, _ := once(t, nil)
		assert.Empty(t, w.reports)
		require.Len(t, w.remote.idle, 1)
		c := w.remote.idle[0]
		assert.True(t, c.owes)
		w.must(simpleAsk(wsman.ActionGet, w.id))
		require.Equal(t, []*conn{c}, w.remote.idle)
		w.report(nil)
		w.cut()
		reconnect(w)
		w.nothing()
	})
	t.Run("whatever it asks for", func(t *testing.T) {
		for _, path := range []string{pathInfo, pathCommands, pathCancel, pathWritten, pathEndReceives, "/nothing"} {
			w, _, _ := once(t, nil)
			require.NotZero(t, w.remote.small(path, "x"))
			w.report(nil)
		}
	})
	t.Run("unwritten", func(t *testing.T) {
		w, a, _ := once(t, errLost)
		w.report(errUnwritten)
		assert.Len(t, w.remote.idle, 1, "the connection can go on")
		assert.Equal(t, []string{"1"}, outputs(t, w.must(receiveAsk(w.id, ""))))
		w.put("2")
		assert.Equal(t, []string{"2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
		_ = a
	})
	t.Run("unwritten, and asked for by its name", func(t *testing.T) {
		w, a, _ := once(t, errLost)
		w.report(errUnwritten)
		w.put("2")
		assert.Equal(t, []string{"1", "2"}, outputs(t, w.must(a)))
	})
	t.Run("doubt, the same receive", func(t *testing.T) {
		w, a, envelope := once(t, nil)
		w.cut()
		w.report(wsman.ErrDeliveryUnknown)
		w.put("2")
		for range 2 {
			assert.Equal(t, envelope, w.must(a), "the same envelope to the byte")
		}
		assert.Equal(t, []string{"2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
	})
	t.Run("doubt, reconnect", func(t *testing.T) {
		w, _, _ := once(t, nil)
		w.cut()
		w.report(wsman.ErrDeliveryUnknown)
		reconnect(w)
		w.put("2")
		assert.Equal(t, []string{"1", "2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
	})
	t.Run("doubt, the next receive", func(t *testing.T) {
		w, _, _ := once(t, nil)
		w.cut()
		w.report(wsman.ErrDeliveryUnknown)
		w.put("2")
		assert.Equal(t, []string{"2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
		w.cut()
		w.report(wsman.ErrDeliveryUnknown)
	})
	t.Run("doubt about an answer that was overtaken", func(t *testing.T) {
		w, _, _ := once(t, nil)
		w.remote.mu.Lock()
		old := w.remote.idle
		w.remote.idle = nil
		w.remote.mu.Unlock()
		w.put("2")
		require.Equal(t, []string{"2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
		require.NotZero(t, w.remote.small(pathWritten, "")) // of that
		w.report(nil)
		old[0].Close()
		w.report(wsman.ErrDeliveryUnknown)
		reconnect(w)
		w.nothing()
	})
	t.Run("hang-up", func(t *testing.T) {
		for _, hangUp := range []func(w *hostWorld){
			func(w *hostWorld) { w.remote.closeIdle(time.Now()) },
			func(w *hostWorld) { w.remote.letGo() },
		} {
			w, _, _ := once(t, nil)
			hangUp(w)
			w.report(nil)
			var err error
			w.remote, err = attach(w.id, w.socket(), nil)
			require.NoError(t, err)
			defer w.remote.letGo()
			reconnect(w)
			w.nothing()
		}
	})
	t.Run("hang-up after more than is kept", func(t *testing.T) {
		w := newShell(t)
		var open []*wsman.Response
		for range maxIdle + 2 {
			w.put("x")
			open = append(open, w.receive(receiveAsk(w.id, ""))) // each on a connection of its own
		}
		for _, answer := range open {
			answer.Written(nil)
		}
		assert.Len(t, w.remote.idle, maxIdle)
		for range 2 {
			w.report(nil)
		}
	})
	t.Run("let go while an answer is written", func(t *testing.T) {
		w := newShell(t)
		w.put("1")
		answer := w.receive(receiveAsk(w.id, ""))
		w.remote.letGo()
		answer.Written(nil)
		w.report(nil)
	})
	t.Run("only receives are of interest", func(t *testing.T) {
		w := newShell(t)
		r := simpleAsk(wsman.ActionGet, w.id).request(t)
		answer, err := w.remote.pass(t.Context(), r, r.Deadline, false)
		require.NoError(t, err)
		assert.Nil(t, answer.Written)
		assert.Len(t, w.remote.idle, 1)
	})
}

// TestDeliveryCut: a daemon that dies while the answer is on its way leaves it
// in doubt too, and one that has only half sent a request changes nothing.
func TestDeliveryCut(t *testing.T) {
	w := newShell(t)
	c, err := dial(w.socket(), -1)
	require.NoError(t, err)
	a := receiveAsk(w.id, "")
	a.id = "uuid:" + newID()
	r := a.request(t)
	_, err = (&net.Buffers{appendRequest(nil, 1, "x", r, r.Deadline), r.Raw}).WriteTo(c)
	require.NoError(t, err)
	eventually(t, "a receive that waits", w.busy)
	w.put("1")
	eventually(t, "an answer on its way", func() bool { return !w.busy() })
	require.NoError(t, c.Close())
	w.report(wsman.ErrDeliveryUnknown)
	envelope := w.must(a)
	assert.Equal(t, []string{"1"}, outputs(t, envelope))
	assert.Equal(t, envelope, w.must(a))

	c, err = dial(w.socket(), -1)
	require.NoError(t, err)
	r = commandAsk(w.id, commandA, "run").request(t)
	_, err = (&net.Buffers{appendRequest(nil, 1, "x", r, r.Deadline), r.Raw[:100]}).WriteTo(c)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	w.put("2")
	assert.Equal(t, []string{"2"}, outputs(t, w.must(receiveAsk(w.id, ""))))
	assert.Empty(t, w.plugin.Last().Calls())
}

// TestCancel: a Receive whose client has gone ends at once, at the host too.
func TestCancel(t *testing.T) {
	w := newShell(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		r := receiveAsk(w.id, "").request(t)
		_, err := w.remote.pass(ctx, r, r.Deadline, false)
		ended <- err
	}()
	eventually(t, "a receive that waits", w.busy)
	begun := time.Now()
	cancel()
	require.ErrorIs(t, within(t, "its end", ended), context.Canceled, "what gave up because its context ended says so")
	assert.Less(t, time.Since(begun), 2*time.Second)
	assert.False(t, w.busy())
	assert.NotContains(t, w.log.String(), "level=ERROR")
	w.put("x")
	assert.Equal(t, []string{"x"}, outputs(t, w.must(receiveAsk(w.id, ""))))

	// One whose client has gone before it is passed on.
	r := receiveAsk(w.id, "").request(t)
	begun = time.Now()
	_, err := w.remote.pass(ctx, r, r.Deadline, false)
	require.ErrorIs(t, err, context.Canceled)
	assert.Less(t, time.Since(begun), 2*time.Second)
}

// TestCancelRace: whenever clients go, all output comes, once and in order.
func TestCancelRace(t *testing.T) {
	const rounds = 300
	w := newShell(t)
	var got []string
	cancelled, both := 0, 0
	for i := range rounds {
		ctx, cancel := context.WithCancel(context.Background())
		putAfter, cancelAfter := rand.N(300*time.Microsecond), rand.N(300*time.Microsecond)
		if i%3 == 0 { // as near to each other as it goes
			cancelAfter = putAfter
		}
		put := make(chan struct{})
		go func() {
			time.Sleep(putAfter)
			w.put(fmt.Sprint(i))
			close(put)
		}()
		timer := time.AfterFunc(cancelAfter, cancel)
		r := receiveAsk(w.id, "").request(t)
		answer, err := w.remote.pass(ctx, r, r.Deadline, false)
		switch {
		case err != nil:
			require.ErrorIs(t, err, context.Canceled)
			cancelled++
		case ctx.Err() != nil && i%2 == 0: // the client is gone, and so is the answer
			answer.Written(errLost)
			both++
		default:
			got = append(got, outputs(t, string(answer.Envelope))...)
			answer.Written(nil)
		}
		<-put
		timer.Stop()
		cancel()
	}
	for len(got) < rounds {
		got = append(got, outputs(t, w.must(receiveAsk(w.id, "")))...)
	}
	w.nothing()
	t.Logf("%d rounds: %d cancelled, %d answered and not written", rounds, cancelled, both)
	require.Len(t, got, rounds)
	for i, s := range got {
		require.Equal(t, fmt.Sprint(i), s)
	}
	assert.NotContains(t, w.log.String(), "level=ERROR")
}
