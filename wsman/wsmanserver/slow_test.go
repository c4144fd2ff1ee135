package wsmanserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// TestSlow: a client that begins and does not go on is cut off, wherever it
// stops and whatever it asked for.
func TestSlow(t *testing.T) {
	const patience = 200 * time.Millisecond
	w := newWorld(t, wsman.HandlerFunc(echo), timeouts(wsmanserver.Timeouts{Header: patience, Body: patience, Write: patience, Idle: patience}))
	part := func(path string, headers ...string) string {
		return message(path, "<s:Env", append(headers, "Content-Length: 1000")...)
	}
	authorized := "Authorization: " + credentials
	chunked := []string{"Content-Length: -", "Transfer-Encoding: chunked"}
	method := func(m, text string) string { return strings.Replace(text, "POST", m, 1) }
	tests := map[string]string{
		"nothing":           "",
		"part of a line":    "POST /wsm",
		"part of a header":  "POST /wsman HTTP/1.1\r\nHost: x\r\nAuth",
		"no end of header":  strings.TrimSuffix(message("/wsman", ""), "\r\n"),
		"body":              part("/wsman", authorized),
		"body, 401":         part("/wsman"),
		"body, 404":         part("/nowhere"),
		"body, 405":         method("PUT", part("/wsman", authorized)),
		"body, 415":         part("/wsman", authorized, "Content-Type: text/plain"),
		"body, anonymous":   part("/wsman-anon/identify"),
		"body, by header":   part("/wsman", "WSMANIDENTIFY: unauthenticated"),
		"no body":           message("/wsman", "", authorized, "Content-Length: 1000"),
		"large, 401":        message("/wsman", "x", "Content-Length: 500000"),
		"too large, 404":    message("/nowhere", "x", "Content-Length: 100000000"),
		"chunk":             message("/wsman", "", append(chunked, authorized)...) + "5\r\nab",
		"chunk, 401":        message("/wsman", "", chunked...) + "5\r\nab",
		"chunk, 404":        message("/nowhere", "", chunked...) + "5\r\nab",
		"chunk, anonymous":  message("/wsman-anon/identify", "", chunked...) + "5",
		"continue":          message("/wsman", "", authorized, "Content-Length: 1000", "Expect: 100-continue"),
		"after an answer":   message("/wsman", envelope("<x/>"), authorized) + "POST /wsman",
		"idle":              message("/wsman", envelope("<x/>"), authorized),
		"too large a chunk": message("/wsman", "", append(chunked, authorized)...) + "fffffffffffffff\r\nab",
	}
	var wg sync.WaitGroup
	for name, text := range tests {
		wg.Go(func() {
			c, err := net.Dial("tcp", w.address)
			if !assert.NoError(t, err) {
				return
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			begun := time.Now()
			_, err = io.WriteString(c, text)
			assert.NoError(t, err, name)
			_, err = io.Copy(io.Discard, c)
			assert.False(t, errors.Is(err, os.ErrDeadlineExceeded), "%s: the connection is still open", name)
			// net/http waits half a second before it closes what was not read.
			assert.Less(t, time.Since(begun), 10*patience, name)
		})
	}
	wg.Wait()
	c := w.dial(t)
	assert.Equal(t, "hi", c.post(envelope("<x>hi</x>")).element().Text())
}

// TestTrickle: one byte now and then does not buy more time.
func TestTrickle(t *testing.T) {
	const patience = 200 * time.Millisecond
	w := newWorld(t, wsman.HandlerFunc(echo), timeouts(wsmanserver.Timeouts{Header: patience, Body: patience}))
	for name, text := range map[string]string{
		"header": "POST /wsman HTTP/1.1\r\nX: " + strings.Repeat("x", 1000),
		"body":   message("/wsman", "", "Authorization: "+credentials, "Content-Length: 1000") + strings.Repeat("x", 1000),
	} {
		c := w.dial(t)
		begun := time.Now()
		head := len(text) - 1000
		c.write("%s", text[:head])
		var err error
		for i := head; i < len(text) && err == nil; i++ {
			time.Sleep(10 * time.Millisecond)
			_, err = c.Conn.Write([]byte{text[i]})
		}
		require.Error(t, err, name)
		assert.Less(t, time.Since(begun), 5*time.Second, name)
	}
}

// TestNotReading: a client that asks and asks and reads no answer is cut off.
func TestNotReading(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), timeouts(wsmanserver.Timeouts{Write: 200 * time.Millisecond, Body: time.Second}))
	for name, m := range map[string]string{
		"404":    message("/nowhere", ""),
		"401":    message("/wsman", ""),
		"fault":  message("/wsman", "x", "Authorization: "+credentials),
		"answer": message("/wsman", envelope("<x/>"), "Authorization: "+credentials),
	} {
		c := w.dial(t)
		many := strings.Repeat(m, 100)
		begun := time.Now()
		var err error
		for err == nil {
			_, err = io.WriteString(c.Conn, many)
		}
		assert.False(t, errors.Is(err, os.ErrDeadlineExceeded), "%s: the connection is still open", name)
		assert.Less(t, time.Since(begun), 15*time.Second, name)
	}
}

// manyConnections is as many as this process may open, at most most. Each takes
// two file descriptors here, for both of its ends are here.
func manyConnections(t *testing.T, most int) int {
	n := min(most, (fileLimit(t)-200)/2)
	if n < most {
		t.Logf("the limit of open files allows %d connections in place of %d", n, most)
	}
	return n
}

// TestManySlow: ten thousand clients that send a part of a header and wait do
// not keep a real one from its work, cost little memory, and leave nothing.
func TestManySlow(t *testing.T) {
	n := manyConnections(t, 10000)
	w := newWorld(t, wsman.HandlerFunc(echo), timeouts(wsmanserver.Timeouts{Header: time.Minute}))
	real := w.dial(t)
	ask := func() time.Duration {
		begun := time.Now()
		require.Equal(t, "hi", real.post(envelope("<x>hi</x>")).element().Text())
		return time.Since(begun)
	}
	ask()
	goroutines := runtime.NumGoroutine()
	before := memory()

	slow := make([]net.Conn, n)
	var latencies []time.Duration
	for i := range slow {
		c, err := net.Dial("tcp", w.address)
		require.NoError(t, err)
		slow[i] = c
		_, err = io.WriteString(c, "POST /wsman HTTP/1.1\r\nHost: x\r\nAuthori")
		require.NoError(t, err)
		if i%500 == 0 {
			latencies = append(latencies, ask())
		}
	}
	eventually(t, func() bool { return len(w.conns.accepted()) == n+1 }, "%d connections", n+1)
	for range 50 {
		latencies = append(latencies, ask())
	}
	fresh := w.dial(t)
	begun := time.Now()
	require.Equal(t, "hi", fresh.post(envelope("<x>hi</x>")).element().Text())
	latencies = append(latencies, time.Since(begun))
	slices.Sort(latencies)
	each := (memory() - before) / uint64(n)
	t.Logf("%d slow connections: median %s, slowest %s, %d bytes for each", n, latencies[len(latencies)/2], latencies[len(latencies)-1], each)
	assert.Less(t, latencies[len(latencies)-1], time.Second)
	assert.Less(t, each, uint64(64<<10))

	for _, c := range slow {
		c.Close()
	}
	fresh.Close()
	for begun := time.Now(); runtime.NumGoroutine() > goroutines; time.Sleep(10 * time.Millisecond) {
		require.Less(t, time.Since(begun), 20*time.Second, "goroutines are left")
	}
}

// memory is what heap and stacks take.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// TestManyWaiting: the same for long polls: what is not there is waited for
// side by side.
func TestManyWaiting(t *testing.T) {
	const n = 300
	release := make(chan struct{})
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		select {
		case <-release:
			return echo(ctx, r)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}))
	clients := make([]*client, n)
	for i := range clients {
		clients[i] = w.dial(t)
		clients[i].send(envelope(fmt.Sprintf("<x>%d</x>", i)))
	}
	time.Sleep(50 * time.Millisecond)
	close(release)
	for i, c := range clients {
		require.Equal(t, fmt.Sprint(i), c.read().element().Text())
	}
}
