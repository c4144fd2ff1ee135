package shell_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
)

// numbering is a Cutter whose parts say the shift that they were cut with.
// It counts offsets in bytes and refuses to be asked for nothing.
func numbering(t *testing.T) func(d shell.Data, from, shift, max int) (shell.Data, int) {
	return func(d shell.Data, from, shift, max int) (shell.Data, int) {
		if !assert.Positive(t, max, "a Cutter is asked for room that there is") {
			return shell.Data{}, 0
		}
		head := fmt.Sprintf("%d|", shift)
		n := max/4*3 - len(head)
		if n <= 0 {
			return shell.Data{}, 0
		}
		end, next := from+n, from+n
		if end >= len(d.Raw()) {
			end, next = len(d.Raw()), 0
		}
		return shell.BytesData([]byte(head + string(d.Raw()[from:end]))), next
	}
}

// cutting has a world whose pieces are cut by numbering.
func cutting(t *testing.T, f func(t *testing.T, w *world, cmd *shell.Command)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).again(func(p *shelltest.Plugin) { p.CutFunc = numbering(t) })
		f(t, w, w.command())
	})
}

// receiveIn receives with little room.
func (w *world) receiveIn(c shell.Client, cmd *shell.Command, room, overhead int) *shell.Answer {
	w.t.Helper()
	r := w.request(cmd)
	r.Room, r.Overhead = room, overhead
	a, err := w.ask(c, r)
	require.NoError(w.t, err)
	return a
}

// TestCut: pieces are cut where they do not fit an empty answer, the rest of
// their object is renumbered, and the next object is not.
func TestCut(t *testing.T) {
	cutting(t, func(t *testing.T, w *world, cmd *shell.Command) {
		out := cmd.Stream("stdout")
		out.Put(piece(1, "aaaaaaaaaa", false))
		out.Put(piece(1, "bb", false))
		out.Put(piece(1, "cccccccccc", true))
		out.Put(piece(2, "dd", true))
		var got []string
		for range 7 {
			got = append(got, strings.Join(texts(t, w.receiveIn(owner, cmd, 8, 0)), ","))
		}
		assert.Equal(t, []string{"0|aaaa", "1|aaaa", "2|aa", "2|bb", "2|cccc", "3|cccc", "4|cc"}, got)
		w.assertTexts(w.receiveIn(owner, cmd, 8, 0), "dd")
		w.nothing(owner, cmd)
		w.empty()
	})
}

// TestCutAfterALoss: the same client gets it from where it was confirmed, with
// the numbers that go there; a new client from the start, with the first ones.
func TestCutAfterALoss(t *testing.T) {
	tests := map[string]struct {
		do     func(w *world, a *shell.Answer)
		client shell.Client
		want   []string
	}{
		"nothing happens": {func(*world, *shell.Answer) {}, owner, []string{"2|aa", "2|bbbb", "3|bb"}},
		"not written":     {func(_ *world, a *shell.Answer) { a.Written(errWrite) }, owner, []string{"1|aaaa", "2|aa", "2|bbbb", "3|bb"}},
		"silence, Reconnect": {func(w *world, _ *shell.Answer) { w.bring(shell.Lost); w.reconnect() }, owner,
			[]string{"1|aaaa", "2|aa", "2|bbbb", "3|bb"}},
		"Connect": {func(w *world, _ *shell.Answer) { w.disconnect(); w.connect(other) }, other,
			[]string{"0|aaaa", "1|aaaa", "2|aa", "2|bbbb", "3|bb"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cutting(t, func(t *testing.T, w *world, cmd *shell.Command) {
				cmd.Stream("stdout").Put(piece(1, "aaaaaaaaaa", false))
				cmd.Stream("stdout").Put(piece(1, "bbbbbb", true))
				w.assertTexts(w.receiveIn(owner, cmd, 8, 0), "0|aaaa")
				a := w.receiveIn(owner, cmd, 8, 0)
				w.assertTexts(a, "1|aaaa")
				test.do(w, a)
				var got []string
				for range test.want {
					got = append(got, texts(t, w.receiveIn(test.client, cmd, 8, 0))...)
				}
				assert.Equal(t, test.want, got)
				w.nothing(test.client, cmd)
				w.empty()
			})
		})
	}
}

// TestRoom: what goes into one answer, by its room and what each part takes.
func TestRoom(t *testing.T) {
	tests := map[string]struct {
		room, overhead int
		want           []string // of each answer, parts divided by commas
	}{
		"all":                       {100, 0, []string{"aaa,bbbbbb,ccc"}},
		"exactly":                   {16 + 3*5, 5, []string{"aaa,bbbbbb,ccc"}},
		"1 less":                    {16 + 3*5 - 1, 5, []string{"aaa,bbbbbb", "ccc"}},
		"the second not, uncut":     {11, 0, []string{"aaa", "bbbbbb", "ccc"}},
		"the second never":          {7, 0, []string{"aaa", "bbb", "bbb", "ccc"}},
		"the second never, as text": {7, 1, []string{"aaa", "bbb", "bbb", "ccc"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				cmd := w.command()
				for _, s := range []string{"aaa", "bbbbbb", "ccc"} {
					d := shell.BytesData([]byte(s))
					if strings.HasSuffix(name, "as text") {
						d = shell.Base64Data(d.AppendBase64(nil))
					}
					cmd.Stream("stdout").Put(shell.Piece{Data: d})
				}
				var got []string
				for range test.want {
					a := w.receiveIn(owner, cmd, test.room, test.overhead)
					size := 0
					for _, p := range a.Parts {
						size += p.Data.EncodedLen() + test.overhead
					}
					assert.LessOrEqual(t, size, test.room)
					got = append(got, strings.Join(texts(t, a), ","))
				}
				assert.Equal(t, test.want, got)
				w.nothing(owner, cmd)
				w.empty()
			})
		})
	}
}

// TestNoRoom: an answer that has room for nothing is none, and not in a loop.
func TestNoRoom(t *testing.T) {
	for _, room := range []int{-5, 0, 3} {
		cutting(t, func(t *testing.T, w *world, cmd *shell.Command) {
			cmd.Stream("stdout").Put(whole("abcdef"))
			cmd.Finish(0)
			r := w.request(cmd)
			r.Room = room
			_, err := w.ask(owner, r)
			require.ErrorIs(t, err, shell.ErrTimedOut)
			w.assertTexts(w.receive(owner, cmd), "abcdef")
		})
	}
}
