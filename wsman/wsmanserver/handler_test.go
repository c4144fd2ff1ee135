package wsmanserver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// TestHandlerErrors: faults are told, other errors are not.
func TestHandlerErrors(t *testing.T) {
	var answer error
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) { return nil, answer }))
	c := w.dial(t)

	answer = wsman.NewFault(wsman.CodeUnexpectedSelectors, "no such shell")
	r := c.post(envelope("<x/>"))
	f := r.fault()
	assert.Equal(t, wsman.CodeUnexpectedSelectors, f.WSMan.Code)
	assert.Equal(t, "no such shell", f.Message())
	assert.Contains(t, string(r.body), "<a:RelatesTo>uuid:1</a:RelatesTo>")

	answer = errors.Join(errors.New("outer"), wsman.NewFault(wsman.CodeOperationTimedOut, "").WithCause(errors.New("inner")))
	r = c.post(envelope("<x/>"))
	assert.Equal(t, wsman.CodeOperationTimedOut, r.fault().WSMan.Code)
	assert.NotContains(t, string(r.body), "inner")

	answer = errors.New("the password is swordfish")
	r = c.post(envelope("<x/>"))
	f = r.fault()
	assert.Equal(t, wsman.CodeInternalError, f.WSMan.Code)
	assert.Equal(t, wsman.SOAPReceiver, f.Code)
	assert.NotContains(t, string(r.body), "swordfish")
	assert.Contains(t, w.log.String(), "swordfish", "it is in the log")
	assert.Contains(t, w.log.String(), "uuid:1")

	answer = &wsman.Fault{Reason: "made by hand"}
	assert.Equal(t, "made by hand", c.post(envelope("<x/>")).fault().Reason, "without a status it is 500 too")

	answer = context.Canceled // though nobody has gone
	assert.Equal(t, wsman.CodeInternalError, c.post(envelope("<x/>")).fault().WSMan.Code)
}

// TestPanic: of one request, and of no other.
func TestPanic(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if r.BodySize() > 0 {
			return echo(ctx, r)
		}
		panic("swordfish")
	}))
	c := w.dial(t)
	for range 3 {
		r := c.post(envelope(""))
		assert.Equal(t, wsman.CodeInternalError, r.fault().WSMan.Code)
		assert.NotContains(t, string(r.body), "swordfish")
		assert.Equal(t, "hi", c.post(envelope("<x>hi</x>")).element().Text())
	}
	assert.Len(t, w.conns.accepted(), 1)
	assert.Contains(t, w.log.String(), "swordfish")
	assert.Contains(t, w.log.String(), "handler_test.go", "with where it happened")
}

// TestNoAnswer: a Handler that gives nothing at all is an internal error.
func TestNoAnswer(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) { return nil, nil }))
	assert.Equal(t, wsman.CodeInternalError, w.post(t, envelope("")).fault().WSMan.Code)
}

// TestAbort: the one panic that is meant for net/http ends the connection, and
// so does a request that nobody may answer.
func TestAbort(t *testing.T) {
	for name, handler := range map[string]wsman.HandlerFunc{
		"panic": func(context.Context, *wsman.Request) (*wsman.Response, error) { panic(http.ErrAbortHandler) },
		"no answer": func(context.Context, *wsman.Request) (*wsman.Response, error) {
			return nil, fmt.Errorf("host: %w", wsman.ErrNoAnswer)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, handler)
			c := w.dial(t)
			c.send(envelope(""))
			c.closed()
		})
	}
}

// TestClientGone: whoever waits for nobody is told.
func TestClientGone(t *testing.T) {
	for name, leave := range map[string]func(c *client){
		"closed": func(c *client) { c.Close() },
		"reset":  func(c *client) { reset(c); c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			begun, ended := make(chan struct{}), make(chan error, 1)
			w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, _ *wsman.Request) (*wsman.Response, error) {
				close(begun)
				<-ctx.Done()
				ended <- ctx.Err()
				return nil, ctx.Err()
			}))
			c := w.dial(t)
			c.send(envelope(""))
			<-begun
			leave(c)
			select {
			case err := <-ended:
				require.ErrorIs(t, err, context.Canceled)
			case <-time.After(10 * time.Second):
				t.Fatal("the Handler still waits")
			}
			assert.NotContains(t, w.log.String(), "level=ERROR", "a client that goes is no error")
		})
	}
}

// rendering is a body of which rendering is told.
type rendering func(dst []byte) []byte

func (f rendering) AppendXML(dst []byte) []byte { return f(dst) }

// delivery records the calls of Written.
type delivery struct {
	mu    sync.Mutex
	calls []error
}

func (d *delivery) written(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, err)
}

// once waits for the one call.
func (d *delivery) once(t *testing.T) error {
	t.Helper()
	eventually(t, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.calls) > 0
	}, "Written is called")
	time.Sleep(20 * time.Millisecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	require.Len(t, d.calls, 1, "Written is called once")
	return d.calls[0]
}

// TestWritten: a Response learns what became of it, once.
func TestWritten(t *testing.T) {
	var d delivery
	var body wsman.Body
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Body: body, Written: d.written}, nil
	}), timeouts(wsmanserver.Timeouts{Write: 200 * time.Millisecond}))
	ask := func(t *testing.T) *client {
		d = delivery{}
		c := w.dial(t)
		c.send(envelope(""))
		return c
	}

	t.Run("well", func(t *testing.T) {
		body = wsman.RawBody("<rsp:X/>")
		require.Equal(t, 200, ask(t).read().status)
		require.NoError(t, d.once(t))
	})
	t.Run("large", func(t *testing.T) {
		body = wsman.RawBody("<rsp:X>" + strings.Repeat("x", 1<<20) + "</rsp:X>")
		require.Equal(t, 200, ask(t).read().status)
		require.NoError(t, d.once(t))
	})
	t.Run("connection broken", func(t *testing.T) {
		body = rendering(func(dst []byte) []byte {
			conns := w.conns.accepted()
			last := conns[len(conns)-1]
			last.mu.Lock()
			defer last.mu.Unlock()
			last.broken = errors.New("broken")
			return append(dst, "<rsp:X/>"...)
		})
		ask(t)
		require.ErrorContains(t, d.once(t), "broken")
	})
	t.Run("client does not read", func(t *testing.T) {
		body = wsman.RawBody("<rsp:X>" + strings.Repeat("x", 64<<20) + "</rsp:X>")
		begun := time.Now()
		c := ask(t)
		require.Error(t, d.once(t))
		assert.Less(t, time.Since(begun), 5*time.Second)
		c.Close()
	})
	t.Run("rendering panics", func(t *testing.T) {
		body = rendering(func([]byte) []byte { panic("bad body") })
		assert.Equal(t, wsman.CodeInternalError, ask(t).read().fault().WSMan.Code)
		require.Error(t, d.once(t))
	})
}

// TestWrites: header and body go out together. A peer that waits for the rest
// of an answer delays its acknowledgement, and that costs 40 ms.
func TestWrites(t *testing.T) {
	var size int
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Body: wsman.RawBody("<rsp:X>" + strings.Repeat("x", size) + "</rsp:X>")}, nil
	}))
	c := w.dial(t)
	before := 0
	for _, test := range []struct{ size, writes int }{{0, 1}, {1000, 1}, {2000, 1}, {4000, 2}, {32000, 2}, {500000, 2}} {
		size = test.size
		r := c.post(envelope(""))
		require.Equal(t, 200, r.status)
		writes := w.conns.accepted()[0].written()
		assert.LessOrEqual(t, len(writes)-before, test.writes, "%d bytes: %v", test.size, writes[before:])
		before = len(writes)
	}
	for _, m := range []string{message("/wsman", "x"), message("/nowhere", "")} {
		c.write("%s", m)
		c.read()
		writes := w.conns.accepted()[0].written()
		assert.Equal(t, 1, len(writes)-before)
		before = len(writes)
	}
}
