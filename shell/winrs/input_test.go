package winrs

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// within sends with a time limit.
func within(in *input, limit time.Duration, b []byte, end bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return in.send(ctx, b, end)
}

func TestInputBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInput()
		require.NoError(t, within(in, time.Second, make([]byte, maxInput), false))
		began := time.Now()
		require.ErrorIs(t, within(in, time.Second, []byte("x"), true), shell.ErrTimedOut)
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, maxInput, in.size, "the refused Send left something behind")
		assert.False(t, in.ended)

		// A Send that waits goes on as soon as there is room.
		errs := make(chan error)
		go func() { errs <- within(in, time.Minute, []byte("x"), true) }()
		synctest.Wait()
		b, ok := in.next()
		require.True(t, ok)
		assert.Len(t, b, maxInput)
		synctest.Wait()
		assert.Equal(t, maxInput, in.size, "a piece counts until it is written")
		in.written(len(b))
		require.NoError(t, <-errs)
		b, ok = in.next()
		assert.True(t, ok)
		assert.Equal(t, "x", string(b))
		_, ok = in.next()
		assert.False(t, ok)
	})
}

func TestInputLargerThanBound(t *testing.T) {
	in := newInput()
	require.NoError(t, within(in, time.Second, make([]byte, maxInput+1), false))
	assert.Equal(t, maxInput+1, in.size)
}

// TestInputTurns: of two Sends that wait the first one is written first.
func TestInputTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInput()
		require.NoError(t, within(in, time.Second, make([]byte, maxInput), false))
		errs := make(chan error, 2)
		for _, text := range []string{"first", "second"} {
			go func() { errs <- within(in, time.Minute, []byte(text), false) }()
			synctest.Wait()
		}
		require.ErrorIs(t, within(in, time.Second, nil, true), shell.ErrTimedOut, "the end overtook what came before it")
		b, _ := in.next()
		in.written(len(b))
		for _, want := range []string{"first", "second"} {
			require.NoError(t, <-errs)
			b, _ := in.next()
			assert.Equal(t, want, string(b))
		}
	})
}

// TestInputClosed: the end of a command sets all free that wait.
func TestInputClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newInput()
		require.NoError(t, within(in, time.Second, make([]byte, maxInput), false))
		errs := make(chan error)
		for range 3 {
			go func() { errs <- within(in, time.Minute, []byte("x"), false) }()
		}
		synctest.Wait()
		in.close()
		in.close()
		for range 3 {
			assert.NoError(t, <-errs)
		}
		_, ok := in.next()
		assert.False(t, ok)
		assert.NoError(t, within(in, time.Second, make([]byte, maxInput), true))
		in.written(maxInput) // of the write that was under way
		assert.Empty(t, in.queue)
	})
}

// sink is a stdin that fails after a number of writes.
type sink struct {
	bytes.Buffer
	left   int
	closed bool
}

func (s *sink) Write(b []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, errors.New("broken pipe")
	}
	return s.Buffer.Write(b)
}

func (s *sink) Close() error { s.closed = true; return nil }

func TestPump(t *testing.T) {
	for name, test := range map[string]struct {
		writes int
		want   string
	}{"whole": {10, "abc"}, "broken": {1, "a"}} {
		t.Run(name, func(t *testing.T) {
			in, w := newInput(), &sink{left: test.writes}
			for _, c := range "abc" {
				require.NoError(t, within(in, time.Second, []byte(string(c)), c == 'c'))
			}
			in.pump(w)
			assert.True(t, w.closed)
			assert.Equal(t, test.want, w.String())
			assert.NoError(t, within(in, time.Second, []byte("late"), false))
		})
	}
}
