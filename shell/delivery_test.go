package shell_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

var errWrite = errors.New("connection reset")

// twoStreams is a PowerShell-like configuration whose commands have two.
func twoStreams(c *shell.Configuration) { c.Traits.CommandStreams = []string{"stdout", "stderr"} }

// TestSameRequestSameAnswer: by MessageID, or by OperationID and SequenceID.
func TestSameRequestSameAnswer(t *testing.T) {
	first := shell.Key{MessageID: "uuid:1", OperationID: "uuid:op", SequenceID: "7"}
	tests := map[string]struct {
		key  shell.Key
		same bool
	}{
		"identical":              {first, true},
		"MessageID":              {shell.Key{MessageID: "uuid:1", OperationID: "x", SequenceID: "9"}, true},
		"operation and sequence": {shell.Key{MessageID: "uuid:2", OperationID: "uuid:op", SequenceID: "7"}, true},
		"another sequence":       {shell.Key{MessageID: "uuid:2", OperationID: "uuid:op", SequenceID: "8"}, false},
		"operation alone":        {shell.Key{MessageID: "uuid:2", OperationID: "uuid:op"}, false},
		"another":                {shell.Key{MessageID: "uuid:2"}, false},
		"none":                   {shell.Key{}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stdout").Put(whole("one"))
				r := w.request(cmd)
				r.Key = first
				a, err := w.ask(owner, r)
				require.NoError(w.t, err)
				cmd.Stream("stdout").Put(whole("two"))
				r.Key = test.key
				b, err := w.ask(owner, r)
				require.NoError(w.t, err)
				if test.same {
					assert.Same(w.t, a, b)
					return
				}
				w.assertTexts(b, "two")
			})
		})
	}
}

// TestEmptyKeysAreNeverTheSame: a client without ids gets what comes next.
func TestEmptyKeysAreNeverTheSame(t *testing.T) {
	assert.False(t, shell.Key{}.Same(shell.Key{}))
	assert.False(t, shell.Key{SequenceID: "1"}.Same(shell.Key{SequenceID: "1"}))
}

// TestConfirmedByTheNextReceive frees what the answer before had.
func TestConfirmedByTheNextReceive(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("one"))
		r := w.request(cmd)
		_, err := w.ask(owner, r)
		require.NoError(t, err)
		used, _ := w.sh.Buffered()
		assert.Equal(t, 3, used)
		assert.Equal(t, 3, w.info().BufferedBytes)

		w.nothing(owner, cmd)
		w.empty()
		_, err = w.ask(owner, r) // too late to ask again
		require.ErrorIs(t, err, shell.ErrTimedOut)
	})
}

// TestNotWritten: what was not handed to the connection comes again.
func TestNotWritten(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("one"))
		a := w.receive(owner, cmd)
		a.Written(errWrite)
		cmd.Stream("stdout").Put(whole("two"))
		b := w.receive(owner, cmd)
		w.assertTexts(b, "one", "two")
		b.Written(nil)
		a.Written(errWrite) // says nothing of b
		w.nothing(owner, cmd)
		w.empty()
		b.Written(errWrite) // confirmed already
		w.nothing(owner, cmd)
	})
}

// TestNotWrittenWakes: the Receive that the client has sent meanwhile gets it.
func TestNotWrittenWakes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("one"))
		a := w.receive(owner, cmd)
		shellOwn := w.wait(t.Context(), owner, w.request(nil))
		a.Written(errWrite)
		assert.False(t, shellOwn.returned())
		w.assertTexts(w.receive(owner, cmd), "one")
		w.sh.Stream("stdout").Put(whole("pool"))
		b, err := shellOwn.ended()
		require.NoError(t, err)
		w.assertTexts(b, "pool")
	}, twoStreams)
}

// TestCommandConfirmsTheShellsOwnStream and nothing else.
func TestCommandConfirmsTheShellsOwnStream(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.sh.Stream("stdout").Put(whole("pool"))
		cmd.Stream("stdout").Put(whole("command"))
		w.receive(owner, nil)
		w.receive(owner, cmd)
		w.command()
		used, _ := w.sh.Buffered()
		assert.Equal(t, len("command"), used)
		w.disconnect()
		w.connect(other)
		w.nothing(other, nil)
		w.assertTexts(w.receive(other, cmd), "command")
	})
}

// TestNothingElseConfirms: only a Receive of the stream, or a Command for the
// shell's own.
func TestNothingElseConfirms(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.sh.Stream("stdout").Put(whole("pool"))
		cmd.Stream("stdout").Put(whole("command"))
		w.receive(owner, nil)
		w.receive(owner, cmd)
		require.NoError(t, w.sh.Send(t.Context(), owner, cmd.ID(), shell.Input{}))
		require.NoError(t, w.sh.Signal(t.Context(), owner, cmd.ID(), shell.SignalStop))
		w.disconnect()
		w.reconnect()
		used, _ := w.sh.Buffered()
		assert.Equal(t, len("pool")+len("command"), used)
	})
}

// TestStreamsAreConfirmedOneByOne: a Receive of one stream says nothing of the
// other.
func TestStreamsAreConfirmedOneByOne(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("out"))
		cmd.Stream("stderr").Put(whole("err"))
		a := w.receive(owner, cmd)
		w.assertTexts(a, "out", "err")
		r := w.request(cmd)
		r.Streams = []string{"stdout"}
		_, err := w.ask(owner, r)
		require.ErrorIs(t, err, shell.ErrTimedOut)
		used, _ := w.sh.Buffered()
		assert.Equal(t, len("err"), used, "stderr is still unconfirmed")
		a.Written(errWrite)
		b := w.receive(owner, cmd)
		w.assertTexts(b, "err")
	}, twoStreams)
}

// TestStreamsAreMergedByArrival, and only those that were asked for.
func TestStreamsAreMergedByArrival(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		out, err := cmd.Stream("stdout"), cmd.Stream("stderr")
		out.Put(whole("1"))
		err.Put(whole("2"))
		err.Put(piece(5, "3a", false))
		out.Put(whole("4"))
		err.Put(piece(5, "3b", true))
		out.Put(whole("5"))
		r := w.request(cmd)
		r.Streams = []string{"stderr", "stdout", "stderr"}
		a, e := w.ask(owner, r)
		require.NoError(t, e)
		w.assertTexts(a, "1", "2", "3a", "3b", "4", "5")
		var names []string
		for _, p := range a.Parts {
			names = append(names, p.Stream)
		}
		assert.Equal(t, []string{"stdout", "stderr", "stderr", "stderr", "stdout", "stdout"}, names)
		assert.Equal(t, cmd.ID(), a.CommandID)
		a.Written(errWrite)
		r = w.request(cmd)
		r.Streams = []string{"stderr"}
		a, e = w.ask(owner, r)
		require.NoError(t, e)
		w.assertTexts(a, "2", "3a", "3b")
	}, twoStreams)
}

// TestWrongStreams are refused, each with the name that was wrong.
func TestWrongStreams(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		for _, test := range []struct {
			command string
			streams []string
			want    shell.StreamError
		}{
			{"", nil, shell.StreamError{Shell: true}},
			{"", []string{"stderr"}, shell.StreamError{Stream: "stderr", Shell: true}},
			{cmd.ID(), nil, shell.StreamError{}},
			{cmd.ID(), []string{"stdout", "pr"}, shell.StreamError{Stream: "pr"}},
		} {
			r := w.request(nil)
			r.CommandID, r.Streams = test.command, test.streams
			_, err := w.ask(owner, r)
			var stream *shell.StreamError
			require.ErrorAs(t, err, &stream)
			assert.Equal(t, test.want, *stream)
		}
		r := w.request(cmd)
		r.CommandID = shape
		_, err := w.ask(owner, r)
		var none *shell.NotFoundError
		require.ErrorAs(t, err, &none)
		assert.Equal(t, shell.NotFoundError{ShellID: w.sh.ID(), CommandID: shape}, *none)
	})
	bubble(t, func(t *testing.T, w *world) { // a command shell has no streams of its own
		r := w.request(nil)
		r.Streams = []string{"stdout"}
		_, err := w.ask(owner, r)
		var stream *shell.StreamError
		require.ErrorAs(t, err, &stream)
		assert.Nil(t, w.command().Stream("pr"))
	}, console)
}

// TestGathering: in the middle of a burst an answer waits for company, and
// never for longer than its time, or for more than its size, or for what is
// urgent.
func TestGathering(t *testing.T) {
	drop := func(s string) shell.Piece { return classed(shell.ClassDrop, s) }
	tests := map[string]struct {
		pause time.Duration // since the answer before
		first shell.Piece
		then  func(cmd *shell.Command)
		want  []string
		takes time.Duration
	}{
		"company":      {0, drop("1"), func(c *shell.Command) { c.Stream("stdout").Put(drop("2")) }, []string{"1", "2"}, shell.GatherTime},
		"no company":   {0, drop("1"), func(*shell.Command) {}, []string{"1"}, shell.GatherTime},
		"urgent":       {0, whole("1"), func(*shell.Command) {}, []string{"1"}, 0},
		"urgent later": {0, drop("1"), func(c *shell.Command) { c.Stream("stdout").Put(whole("2")) }, []string{"1", "2"}, 0},
		"end":          {0, drop("1"), func(c *shell.Command) { c.Finish(0) }, []string{"1"}, 0},
		"no burst":     {time.Second, drop("1"), func(*shell.Command) {}, []string{"1"}, 0},
		"enough": {0, drop("1"), func(c *shell.Command) {
			c.Stream("stdout").Put(drop(string(make([]byte, shell.GatherBytes))))
		}, []string{"1", string(make([]byte, shell.GatherBytes))}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				cmd.Stream("stdout").Put(drop("0"))
				w.receive(owner, cmd)
				time.Sleep(test.pause)
				began := time.Now()
				cmd.Stream("stdout").Put(test.first)
				p := w.wait(w.t.Context(), owner, w.request(cmd))
				test.then(cmd)
				a, err := p.ended()
				require.NoError(w.t, err)
				w.assertTexts(a, test.want...)
				assert.Equal(w.t, test.takes, time.Since(began))
			})
		})
	}
}
