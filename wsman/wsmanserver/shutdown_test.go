package wsmanserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// shutDown shuts a server down and says how long it took.
func (w *world) shutDown(t *testing.T, patience time.Duration) (time.Duration, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begun := time.Now()
	err := w.server.Shutdown(ctx)
	return time.Since(begun), err
}

// TestShutdown: long polls are answered and connections nobody uses are
// closed, at once.
func TestShutdown(t *testing.T) {
	begun := make(chan struct{}, 3)
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if r.BodySize() > 0 {
			return echo(ctx, r)
		}
		begun <- struct{}{}
		return never(ctx, r)
	}))
	idle := w.dial(t)
	idle.post(envelope("<x/>"))
	var polls []*client
	for range 3 {
		c := w.dial(t)
		c.send(envelope(""))
		polls = append(polls, c)
		<-begun
	}
	took, err := w.shutDown(t, 10*time.Second)
	require.NoError(t, err)
	assert.Less(t, took, 5*time.Second)
	for _, c := range polls {
		r := c.read()
		assert.Equal(t, wsman.CodeShutdownInProgress, r.fault().WSMan.Code)
		assert.True(t, r.closes)
		c.closed()
	}
	idle.closed()
	assert.NotContains(t, w.log.String(), "level=ERROR")
}

// TestShutdownWithAnswer: what a Handler has, it may still give.
func TestShutdownWithAnswer(t *testing.T) {
	begun := make(chan struct{})
	var d delivery
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, _ *wsman.Request) (*wsman.Response, error) {
		close(begun)
		<-ctx.Done()
		return &wsman.Response{Body: wsman.RawBody("<rsp:X>last</rsp:X>"), Written: d.written}, nil
	}))
	c := w.dial(t)
	c.send(envelope(""))
	<-begun
	_, err := w.shutDown(t, 10*time.Second)
	require.NoError(t, err)
	assert.Equal(t, "last", c.read().element().Text())
	require.NoError(t, d.once(t))
}

// TestShutdownFault: a Handler's own fault is not replaced.
func TestShutdownFault(t *testing.T) {
	begun := make(chan struct{})
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, _ *wsman.Request) (*wsman.Response, error) {
		close(begun)
		<-ctx.Done()
		return nil, wsman.NewFault(wsman.CodeOperationAborted, "").WithCause(ctx.Err())
	}))
	c := w.dial(t)
	c.send(envelope(""))
	<-begun
	_, err := w.shutDown(t, 10*time.Second)
	require.NoError(t, err)
	assert.Equal(t, wsman.CodeOperationAborted, c.read().fault().WSMan.Code)
}

// TestShutdownTimesOut: a Handler that does not listen holds it up only as
// long as it may; Close ends its connection.
func TestShutdownTimesOut(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var d delivery
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		close(begun)
		<-release
		return &wsman.Response{Written: d.written}, nil
	}))
	c := w.dial(t)
	c.send(envelope(""))
	<-begun
	took, err := w.shutDown(t, 200*time.Millisecond)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, took, 5*time.Second)
	w.server.Close()
	c.closed()
	close(release)
	require.Error(t, d.once(t), "nobody got it")
}
