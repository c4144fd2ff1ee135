package shellhost

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// badHost listens as a host does, says what one says of itself, and answers
// everything else as it is told to. It counts the connections.
func badHost(t *testing.T, answer string, hold bool) (h *remote, connections *atomic.Int32) {
	t.Helper()
	socket := filepath.Join(shortDirectory(t), socketName)
	l, err := ListenPrivate(socket)
	require.NoError(t, err)
	connections = &atomic.Int32{}
	serve := func(c net.Conn) {
		defer c.Close()
		r := bufio.NewReader(c)
		for {
			request, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			if request.URL.Path == pathWatch {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n"+`{"MinProtocol":1,"MaxProtocol":1}`)
				continue // until it is let go
			}
			connections.Add(1)
			_, _ = io.WriteString(c, answer)
			if !hold {
				return
			}
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	h, err = attach(newID(), socket, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		h.letGo()
		l.Close()
		<-ended
	})
	return h, connections
}

// TestPassBadHost: whatever a host answers, a request comes to its end, and no
// connection is used again on which nobody knows what comes next.
func TestPassBadHost(t *testing.T) {
	const soon = grace - 100*time.Millisecond
	for _, c := range []struct {
		name, answer string
		hold         bool
		is           error
		gone         bool
		idle         int
	}{
		{name: "hangs up", gone: true},
		{name: "garbage", answer: "SSH-2.0-OpenSSH\r\n\r\n", gone: true},
		{name: "half a head", answer: "HTTP/1.1 200 OK\r\nContent-Le", gone: true},
		{name: "half a body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", gone: true},
		{name: "no length", answer: "HTTP/1.1 200 OK\r\n\r\nx", gone: true},
		{name: "chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", gone: true},
		{name: "far too much", answer: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx", gone: true},
		{name: "no fault", answer: "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1\r\n\r\nx", hold: true, idle: 1},
		{name: "empty", answer: "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", hold: true, idle: 1},
		{name: "says nothing", hold: true, is: shell.ErrTimedOut},
		{name: "stops in the middle", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", hold: true, is: shell.ErrTimedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, _ := badHost(t, c.answer, c.hold)
			r := receiveAsk(newID(), "").request(t)
			deadline := r.Deadline
			if c.is != nil {
				deadline = time.Now().Add(-soon)
			}
			_, err := h.pass(t.Context(), r, deadline, false)
			require.Error(t, err)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			var ended *shell.EndedError
			assert.Equal(t, c.gone, errors.As(err, &ended), "%v", err)
			assert.Len(t, h.idle, c.idle)
		})
	}
	t.Run("answers", func(t *testing.T) {
		h, connections := badHost(t, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"+headerReport+": 1\r\n\r\nx", true)
		r := receiveAsk(newID(), "").request(t)
		answer, err := h.pass(t.Context(), r, r.Deadline, true)
		require.NoError(t, err)
		assert.Equal(t, "x", string(answer.Envelope))
		answer.Written(nil)
		assert.Len(t, h.idle, 1)
		assert.EqualValues(t, 1, connections.Load())
	})
}

// TestAttachBadHost finds out at once who is no host.
func TestAttachBadHost(t *testing.T) {
	for name, answer := range map[string]string{
		"hangs up":     "",
		"garbage":      "x\r\n\r\n",
		"no hello":     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
		"old protocol": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"not found":    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(shortDirectory(t), socketName)
			l, err := ListenPrivate(socket)
			require.NoError(t, err)
			defer l.Close()
			go func() {
				if c, err := l.Accept(); err == nil {
					_, _ = http.ReadRequest(bufio.NewReader(c))
					_, _ = io.WriteString(c, answer)
					c.Close()
				}
			}()
			_, err = attach(newID(), socket, nil)
			require.ErrorContains(t, err, "shell host of")
			assert.False(t, isDead(err), "somebody is there")
		})
	}
	_, err := attach(newID(), filepath.Join(shortDirectory(t), socketName), nil)
	assert.True(t, isDead(err))
}

// TestCloseIdle closes what was not used for long, and that only.
func TestCloseIdle(t *testing.T) {
	w := newShell(t)
	var all []*conn
	for range 3 {
		c, err := w.remote.take()
		require.NoError(t, err)
		all = append(all, c)
	}
	for _, c := range all {
		w.remote.give(c)
	}
	w.remote.closeIdle(all[1].idle)
	assert.Len(t, w.remote.idle, 1)
	c, err := w.remote.take()
	require.NoError(t, err)
	assert.Equal(t, all[2], c, "the one that was used last")
	w.remote.give(c)
	w.must(simpleAsk(wsman.ActionGet, w.id))
}
