package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// dropping has small buffers and mode Drop.
func dropping(c *shell.Configuration) { small(c); c.BufferMode = shell.Drop }

// record is a piece of output of 30 bytes that begins with a name.
func record(c shell.Class, name string, object uint64, end bool) shell.Piece {
	return shell.Piece{
		Data: shell.BytesData([]byte(name + strings.Repeat(".", 30-len(name)))), Object: object, End: end, Class: c,
	}
}

// names are the names of the records of an answer.
func names(t *testing.T, a *shell.Answer) string {
	t.Helper()
	var list []string
	for _, s := range texts(t, a) {
		list = append(list, strings.TrimRight(s, "."))
	}
	return strings.Join(list, " ")
}

// rest receives all that is there.
func (w *world) rest(c shell.Client, cmd *shell.Command) string {
	w.t.Helper()
	a, err := w.ask(c, w.request(cmd))
	if err != nil {
		require.ErrorIs(w.t, err, shell.ErrTimedOut)
		return ""
	}
	return names(w.t, a)
}

// TestDrop: which objects go. Upper case is kept, lower case may be dropped; a
// digit behind is the object, "+" says that more of it comes.
func TestDrop(t *testing.T) {
	tests := map[string]struct {
		put     string
		want    string
		dropped int64
	}{
		"fits":                        {"a b c", "a b c", 0},
		"oldest first":                {"a b c d e", "c d e", 2},
		"kept stay":                   {"A b C d E f", "A C E", 3},
		"kept alone are over":         {"A B C D E", "A B C D E", 0},
		"all of an object":            {"a1+ b1 c d", "c d", 1},
		"all of three pieces":         {"a1+ b1+ c1 d e", "d e", 1},
		"what comes of it later too":  {"a1+ b c d e1", "c d e1", 2}, // a1 was never finished: e1 is another
		"the one that comes now":      {"A B C d1+ e1+ f1 g", "A B C", 2},
		"kept is whole":               {"A1+ B1+ C1 d e", "A1+ B1+ C1", 2},
		"pieces of a dropped swallow": {"A B a1+ b1+ c1+ d1+ e1 D", "A B D", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				for _, s := range strings.Fields(test.put) {
					class := shell.ClassDrop
					if s[0] < 'a' {
						class = shell.ClassKeep
					}
					var object uint64
					if len(s) > 1 {
						object = uint64(s[1] - '0')
					}
					cmd.Stream("stdout").Put(record(class, s, object, !strings.HasSuffix(s, "+")))
				}
				assert.Equal(t, test.dropped, w.info().DroppedMessages)
				assert.Equal(t, test.want, w.rest(owner, cmd))
				w.nothing(owner, cmd)
				w.empty()
			}, dropping)
		})
	}
}

// TestDropAcrossCommands: the oldest of the whole shell goes first.
func TestDropAcrossCommands(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		one, two := w.command(), w.command()
		one.Stream("stdout").Put(record(shell.ClassDrop, "1", 0, true))
		two.Stream("stdout").Put(record(shell.ClassDrop, "2", 0, true))
		one.Stream("stdout").Put(record(shell.ClassDrop, "3", 0, true))
		two.Stream("stdout").Put(record(shell.ClassDrop, "4", 0, true))
		two.Stream("stdout").Put(record(shell.ClassDrop, "5", 0, true))
		assert.Equal(t, "3", w.rest(owner, one))
		assert.Equal(t, "4 5", w.rest(owner, two))
		assert.EqualValues(t, 2, w.info().DroppedMessages)
	}, dropping)
}

// TestDropNeverWhatWasBegun: an answer has had some of it, written or not.
func TestDropNeverWhatWasBegun(t *testing.T) {
	for name, written := range map[string]error{"written": nil, "not written": errWrite} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				out := cmd.Stream("stdout")
				out.Put(record(shell.ClassDrop, "begun1", 1, false))
				a := w.receive(owner, cmd)
				a.Written(written)
				for i := range 5 {
					out.Put(record(shell.ClassDrop, fmt.Sprint("begun", i+2), 1, i == 4))
				}
				for i := range 50 {
					out.Put(record(shell.ClassDrop, fmt.Sprint(i), 0, true))
				}
				want := "begun2 begun3 begun4 begun5 begun6"
				if written != nil {
					want = "begun1 " + want
				}
				assert.Equal(t, want, w.rest(owner, cmd))
				assert.EqualValues(t, 50, w.info().DroppedMessages)
			}, dropping)
		})
	}
}

// TestDropSwallowsTheRest of an object of which nothing is there any more.
func TestDropSwallowsTheRest(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		one, two := w.command(), w.command()
		one.Stream("stdout").Put(record(shell.ClassDrop, "open", 1, false))
		for i := range 4 {
			two.Stream("stdout").Put(record(shell.ClassDrop, fmt.Sprint(i), 0, true))
		}
		one.Stream("stdout").Put(record(shell.ClassDrop, "more", 1, false))
		w.nothing(owner, one)
		one.Stream("stdout").Put(record(shell.ClassDrop, "last", 1, true))
		one.Stream("stdout").Put(record(shell.ClassKeep, "next", 2, true))
		assert.Equal(t, "next", w.rest(owner, one))
	}, dropping)
}

// TestModeIsSwitched at Create, Disconnect, Reconnect and Connect; Drop begins
// with what is there.
func TestModeIsSwitched(t *testing.T) {
	drop, block := ptr(shell.Drop), ptr(shell.Block)
	disconnect := func(m *shell.Mode) func(w *world) {
		return func(w *world) {
			require.NoError(w.t, w.sh.Disconnect(w.t.Context(), owner, shell.DisconnectRequest{BufferMode: m}))
		}
	}
	tests := map[string]struct {
		do   func(w *world)
		from shell.Mode
		want shell.Mode
	}{
		"Disconnect, Drop":  {disconnect(drop), shell.Block, shell.Drop},
		"Disconnect, none":  {disconnect(nil), shell.Drop, shell.Drop},
		"Disconnect, Block": {disconnect(block), shell.Drop, shell.Block},
		"Reconnect, Drop": {func(w *world) { w.disconnect(); assert.NoError(w.t, w.sh.Reconnect(w.t.Context(), owner, drop)) },
			shell.Block, shell.Drop},
		"Reconnect, Block": {func(w *world) { w.disconnect(); assert.NoError(w.t, w.sh.Reconnect(w.t.Context(), owner, block)) },
			shell.Drop, shell.Block},
		"Connect, Drop": {func(w *world) {
			w.disconnect()
			_, err := w.sh.Connect(w.t.Context(), owner, drop, shell.Data{})
			assert.NoError(w.t, err)
		}, shell.Block, shell.Drop},
		"Connect, none": {func(w *world) { w.disconnect(); w.connect(owner) }, shell.Drop, shell.Drop},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				one, two := w.command(), w.command()
				require.Equal(t, test.from, w.info().BufferMode)
				for i := range 3 {
					one.Stream("stdout").Put(record(shell.ClassDrop, fmt.Sprint(2*i), 0, true))
					if test.from == shell.Block { // more than the buffers hold
						two.Stream("stdout").Put(record(shell.ClassDrop, fmt.Sprint(2*i+1), 0, true))
					}
				}
				test.do(w)
				assert.Equal(t, test.want, w.info().BufferMode)
				if test.from == shell.Block {
					assert.EqualValues(t, 3, w.info().DroppedMessages)
				}
				one.Stream("stdout").Put(record(shell.ClassDrop, "new", 0, true))
				used, _ := w.sh.Buffered()
				assert.Equal(t, test.want == shell.Block, used > 100)
			}, small, func(c *shell.Configuration) { c.BufferMode = test.from })
		})
	}
}

// TestModeAtCreate: the client's mode goes before the configuration's.
func TestModeAtCreate(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		assert.Equal(t, "Drop", w.info().BufferMode.String())
		spec := w.spec()
		spec.ShellID, spec.BufferMode = "", ptr(shell.Block)
		sh, err := w.dir.Create(t.Context(), spec)
		require.NoError(t, err)
		info, err := sh.Info(owner)
		require.NoError(t, err)
		assert.Equal(t, "Block", info.BufferMode.String())
	}, dropping)
}

// TestDropForEver: however long a command goes on, and whatever of it must
// stay, what the shell remembers stays small.
func TestDropForEver(t *testing.T) {
	const rounds = 20_000
	t.Run("nobody reads, the first must stay", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			out := cmd.Stream("stdout")
			out.Put(record(shell.ClassKeep, "KEEP", 0, true))
			for i := range rounds {
				out.Put(record(shell.ClassDrop, fmt.Sprint(i), 0, true))
			}
			objects, droppable := out.Listed()
			assert.Less(t, objects, 500)
			assert.Less(t, droppable, 500)
			assert.Equal(t, fmt.Sprintf("KEEP %d %d", rounds-2, rounds-1), w.rest(owner, cmd))
			w.nothing(owner, cmd)
			w.empty()
		}, dropping)
	})
	t.Run("one command is read, another never", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			never, cmd := w.command(), w.command()
			never.Stream("stdout").Put(record(shell.ClassDrop, "first", 0, true))
			for i := range rounds {
				cmd.Stream("stdout").Put(record(shell.ClassDrop, fmt.Sprint(i), 0, true))
				if i%2 == 1 {
					require.Equal(t, fmt.Sprintf("%d %d", i-1, i), w.rest(owner, cmd))
				}
			}
			objects, droppable := cmd.Stream("stdout").Listed()
			assert.Less(t, objects, 500)
			assert.Less(t, droppable, 500)
		}, func(c *shell.Configuration) { dropping(c); c.BufferSize = 200 })
	})
	t.Run("what was handed out is in the middle", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			cmd := w.command()
			out := cmd.Stream("stdout")
			out.Put(record(shell.ClassDrop, "handed", 0, true))
			out.Put(record(shell.ClassDrop, "begun", 1, false))
			w.receive(owner, cmd)
			for i := range rounds {
				out.Put(record(shell.ClassDrop, fmt.Sprint(i), 0, true))
			}
			out.Put(record(shell.ClassKeep, "END", 0, true))
			assert.Equal(t, "END", w.rest(owner, cmd)) // handed and begun leave no room for more
			w.bring(shell.Lost)
			w.connect(other)
			assert.Equal(t, "END", w.rest(other, cmd))
		}, func(c *shell.Configuration) { dropping(c); c.BufferSize = 60 })
	})
}
