package main

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leavingServer is a server that can be told to leave.
func leavingServer(t *testing.T, h http.HandlerFunc) (*connections, *atomic.Bool, string) {
	t.Helper()
	cs, leaving := &connections{}, &atomic.Bool{}
	server := httptest.NewUnstartedServer(closing(h, leaving))
	server.Config.ConnState = cs.changed
	server.Start()
	t.Cleanup(server.Close)
	return cs, leaving, server.Listener.Addr().String()
}

// testPatience is for what takes a moment, on a machine that does much else.
const testPatience = 2 * time.Minute

// talker is a client on one connection.
type talker struct {
	net.Conn
	r *bufio.Reader
}

func dialTalker(t *testing.T, address string) *talker {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(testPatience)))
	return &talker{c, bufio.NewReader(c)}
}

// ask makes a request and reports whether its answer says that the connection
// closes.
func (k *talker) ask(t *testing.T, path string) (closes bool) {
	t.Helper()
	_, err := k.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	answer, err := http.ReadResponse(k.r, nil)
	require.NoError(t, err)
	answer.Body.Close()
	return answer.Close
}

func (k *talker) closed() bool {
	_, err := k.r.ReadByte()
	return err != nil
}

func TestClosing(t *testing.T) {
	t.Parallel()
	_, leaving, address := leavingServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "0")
		if r.URL.Path == "/who" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusOK)
		assert.NoError(t, http.NewResponseController(w).Flush())
	})
	k := dialTalker(t, address)
	assert.False(t, k.ask(t, "/"))
	leaving.Store(true)
	assert.False(t, k.ask(t, "/who"), "a handshake goes on on its connection")
	assert.True(t, k.ask(t, "/"))
	assert.True(t, k.closed())
}

// TestExpire: only connections end on which nothing has come for long enough,
// and on which nothing is under way.
func TestExpire(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}), make(chan struct{})
	cs, _, address := leavingServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "0")
		if r.URL.Path == "/slow" {
			close(begun)
			<-release
			assert.NoError(t, r.Context().Err())
		}
		w.WriteHeader(http.StatusOK)
	})
	fresh, used, busy := dialTalker(t, address), dialTalker(t, address), dialTalker(t, address)
	used.ask(t, "/")
	answered := make(chan bool, 1)
	go func() {
		defer close(answered) // also if the test fails in it
		answered <- busy.ask(t, "/slow")
	}()
	<-begun
	require.Eventually(t, func() bool { return cs.expire(time.Time{}) == 3 }, testPatience, time.Millisecond)

	assert.Equal(t, 3, cs.expire(time.Now().Add(-time.Minute)), "not long enough")
	assert.False(t, used.ask(t, "/"))
	cs.expire(time.Now())
	assert.True(t, used.closed())
	assert.True(t, fresh.closed())
	close(release)
	assert.False(t, <-answered)
	require.Eventually(t, func() bool { return cs.expire(time.Now()) == 0 }, testPatience, time.Millisecond)
}
