package shell_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// maxTail is how many bytes wait for one who looks on.
const maxTail = 8 << 20

// onlooker collects what a Tail shows, in a bubble.
type onlooker struct {
	t      *testing.T
	shown  []shell.Output
	stop   context.CancelFunc
	err    error
	done   bool
	gate   chan struct{} // not nil: each show waits for it
	refuse error
}

// look starts a Tail of the administrator and waits until it waits.
func (w *world) look(r shell.TailRequest, gate chan struct{}) *onlooker {
	ctx, stop := context.WithCancel(w.t.Context())
	o := &onlooker{t: w.t, stop: stop, gate: gate}
	go func() {
		o.err = w.sh.Tail(ctx, admin, r, o.show)
		o.done = true
	}()
	synctest.Wait()
	return o
}

func (o *onlooker) show(out shell.Output, _ bool) error {
	if o.gate != nil {
		<-o.gate
	}
	o.shown = append(o.shown, out)
	return o.refuse
}

// seen is what was shown since the last time, as short texts.
func (o *onlooker) seen() []string {
	synctest.Wait()
	var list []string
	for _, out := range o.shown {
		switch {
		case out.Following:
			list = append(list, "following")
		case out.Missed > 0:
			list = append(list, "missed "+strconv.Itoa(out.Missed))
		default:
			b, err := base64.StdEncoding.DecodeString(string(out.Data))
			require.NoError(o.t, err)
			list = append(list, string(b))
		}
	}
	o.shown = nil
	return list
}

func TestTailShowsWhatIsHeldAndThenWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		cmd.Stream("stdout").Put(whole("1"))
		w.sh.Stream("stdout").Put(whole("2"))
		cmd.Stream("stdout").Put(shell.Piece{Data: shell.Base64Data([]byte("Mw=="))})
		o := w.look(shell.TailRequest{}, nil)
		first := o.shown[0]
		assert.Equal(t, shell.Output{CommandID: cmd.ID(), Stream: "stdout", End: true, Data: shell.Base64("MQ==")}, first)
		assert.Equal(t, []string{"1", "2", "3", "following"}, o.seen())

		time.Sleep(time.Second)
		cmd.Stream("stdout").Put(piece(7, "4", false))
		synctest.Wait()
		assert.Equal(t, shell.Output{Time: time.Now(), CommandID: cmd.ID(), Stream: "stdout", Object: 7, Data: shell.Base64("NA==")}, o.shown[0])
		assert.Equal(t, []string{"4"}, o.seen())

		// The client gets everything all the same.
		w.assertTexts(w.receive(owner, cmd), "1", "3", "4")
		w.assertTexts(w.receive(owner, nil), "2")
		o.stop()
		synctest.Wait()
		require.ErrorIs(t, o.err, context.Canceled)
		cmd.Stream("stdout").Put(piece(7, "5", true)) // to nobody
		assert.Empty(t, o.seen())
	})
}

func TestTailHeldOnly(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.sh.Stream("stdout").Put(whole("1"))
		o := w.look(shell.TailRequest{HeldOnly: true}, nil)
		assert.True(t, o.done)
		require.NoError(t, o.err)
		assert.Equal(t, []string{"1"}, o.seen())
	})
}

// TestTailOfOneCommand: the beginning of its identifier names it.
func TestTailOfOneCommand(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.command(), w.command()
		a.Stream("stdout").Put(whole("a"))
		b.Stream("stdout").Put(whole("b"))
		w.sh.Stream("stdout").Put(whole("shell"))
		o := w.look(shell.TailRequest{CommandID: strings.ToLower(b.ID())[:8]}, nil)
		assert.Equal(t, []string{"b", "following"}, o.seen())
		a.Stream("stdout").Put(whole("a"))
		w.sh.Stream("stdout").Put(whole("shell"))
		b.Stream("stdout").Put(whole("more"))
		assert.Equal(t, []string{"more"}, o.seen())

		var missing *shell.NotFoundError
		require.ErrorAs(t, w.look(shell.TailRequest{CommandID: "X"}, nil).err, &missing)
		assert.Equal(t, "X", missing.CommandID)
	})
}

// TestTailIsForAdministrators: not even the owner looks on.
func TestTailIsForAdministrators(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, c := range []shell.Client{owner, other, bob} {
			err := w.sh.Tail(t.Context(), c, shell.TailRequest{}, func(shell.Output, bool) error { return nil })
			var access *shell.AccessError
			assert.ErrorAs(t, err, &access)
		}
	})
}

// TestTailEndsWithTheShell, after everything that came before it.
func TestTailEndsWithTheShell(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		gate := make(chan struct{})
		o := w.look(shell.TailRequest{}, gate)
		gate <- struct{}{} // following
		for _, s := range []string{"1", "2", "3"} {
			w.sh.Stream("stdout").Put(whole(s))
		}
		require.NoError(t, w.sh.Close(owner))
		o.stop() // as the end of the process does
		assert.False(t, o.done)
		close(gate)
		assert.Equal(t, []string{"following", "1", "2", "3"}, o.seen())
		assert.True(t, o.done)
		require.NoError(t, o.err)

		again := w.look(shell.TailRequest{}, nil) // a closed shell holds nothing
		assert.Equal(t, []string{"following"}, again.seen())
		assert.True(t, again.done)
	})
}

func TestTailEndsWhereShowFails(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		bad := errors.New("bad")
		o := w.look(shell.TailRequest{}, nil)
		o.refuse = bad
		w.sh.Stream("stdout").Put(whole("1"))
		synctest.Wait()
		require.ErrorIs(t, o.err, bad)
	})
}

// TestTailMisses: one who reads too slowly misses pieces at the end of what
// waits for him, is told how many, and sees what comes afterwards.
func TestTailMisses(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		gate := make(chan struct{})
		o := w.look(shell.TailRequest{}, gate)
		const size = maxTail / 4
		put := func(s string) { w.sh.Stream("stdout").Put(whole(strings.Repeat(s, size))) }
		for _, s := range []string{"1", "2", "3", "4", "5"} {
			put(s) // three fit
		}
		w.sh.Stream("stdout").Put(whole("6")) // would, but comes after what did not
		close(gate)
		got := o.seen()
		for i, s := range got {
			if len(s) == size {
				got[i] = s[:1]
			}
		}
		assert.Equal(t, []string{"following", "1", "2", "3", "missed 3"}, got)
		put("7")
		w.sh.Stream("stdout").Put(whole("8"))
		got = o.seen()
		require.Len(t, got, 2)
		assert.Equal(t, "8", got[1])

		big := strings.Repeat("9", maxTail+1) // is shown, if alone
		w.sh.Stream("stdout").Put(whole(big))
		assert.Equal(t, []string{big}, o.seen())
	})
}

// TestTailOfOpenObject: what is left of an object comes after what is there of
// it, with nothing in between.
func TestTailOfOpenObject(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		st := w.sh.Stream("stdout")
		st.Put(piece(1, "a", false))
		st.PutFirst(whole("greeting"))
		o := w.look(shell.TailRequest{}, nil)
		st.Put(piece(1, "b", true))
		assert.Equal(t, []string{"greeting", "a", "following", "b"}, o.seen())
	})
}

// TestTailOfCutObject: the beginning that the client has is gone.
func TestTailOfCutObject(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		st := w.sh.Stream("stdout")
		st.Put(piece(1, "0123456789", false))
		w.receive(owner, nil)
		w.nothing(owner, nil) // confirms
		st.Put(piece(1, "rest", true))
		assert.Equal(t, []string{"rest", "following"}, w.look(shell.TailRequest{}, nil).seen())
	}, func(c *shell.Configuration) { c.BufferSize = 8 })
}

// TestTailIsNoUse: whoever looks on does not keep a shell from its idle
// timeout.
func TestTailIsNoUse(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.disconnect()
		o := w.look(shell.TailRequest{}, nil)
		time.Sleep(idle)
		synctest.Wait()
		assert.True(t, o.done)
		require.NoError(t, o.err)
	})
}

// TestTailWithoutGap: it sees each piece once, in order, whatever its plug-in
// and its client do meanwhile.
func TestTailWithoutGap(t *testing.T) {
	const total = 2000
	w := newWorld(t)
	cmd := w.command()
	put := make(chan struct{})
	go func() {
		defer close(put)
		for i := range total {
			cmd.Stream("stdout").Put(whole(strconv.Itoa(i)))
		}
		cmd.Finish(0)
	}()
	received := make(chan []string, 1)
	go func() {
		var got []string
		for len(got) < total {
			a, err := w.sh.Receive(context.Background(), owner, shell.ReceiveRequest{
				CommandID: cmd.ID(), Streams: w.cfg.Traits.CommandStreams, Room: 1000,
				Key: shell.Key{MessageID: strconv.Itoa(len(got))},
			})
			if !assert.NoError(t, err) {
				break
			}
			got = append(got, texts(t, a)...)
		}
		received <- got
	}()
	type sight struct {
		numbers []int
		err     error
	}
	sights := make(chan sight)
	for range 4 {
		go func() {
			var s sight
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			s.err = w.sh.Tail(ctx, admin, shell.TailRequest{}, func(o shell.Output, _ bool) error {
				if o.Following {
					return nil
				}
				b, err := base64.StdEncoding.DecodeString(string(o.Data))
				if err != nil {
					return err
				}
				n, err := strconv.Atoi(string(b))
				s.numbers = append(s.numbers, n)
				return err
			})
			sights <- s
		}()
		time.Sleep(time.Millisecond)
	}
	<-put
	assert.Len(t, <-received, total)
	require.NoError(t, w.sh.Close(owner))
	for range 4 {
		s := <-sights
		require.NoError(t, s.err)
		for i, n := range s.numbers { // from somewhere on to the end
			require.Equal(t, s.numbers[0]+i, n)
		}
		if len(s.numbers) > 0 {
			assert.Equal(t, total-1, s.numbers[len(s.numbers)-1])
		}
	}
}

// TestOutputJSON: a piece is base64 text once.
func TestOutputJSON(t *testing.T) {
	for _, test := range []struct {
		out  shell.Output
		want string
	}{
		{shell.Output{Stream: "stdout", End: true, Data: shell.Base64("a+/=")}, `{"Stream":"stdout","End":true,"Data":"a+/="}`},
		{shell.Output{Following: true}, `{"Following":true}`},
		{
			shell.Output{Time: time.Unix(0, 0).UTC(), CommandID: "A", Stream: "stdout", Object: 7, Data: shell.Base64("AA==")},
			`{"Time":"1970-01-01T00:00:00Z","CommandId":"A","Stream":"stdout","Object":7,"Data":"AA=="}`,
		},
		{shell.Output{Missed: 3}, `{"Missed":3}`},
	} {
		text, err := json.Marshal(test.out)
		require.NoError(t, err)
		assert.Equal(t, test.want, string(text))
		var back shell.Output
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, test.out, back)
	}
}

// TestTailOfSpool reads what is on disk when it is shown. What the client has
// taken by then is missed, and said to be.
func TestTailOfSpool(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		all := numbered(1, 50)
		putAll(cmd, all)
		assert.Equal(t, append(slices.Clone(all), "following"), w.look(shell.TailRequest{}, nil).seen())
		assert.Equal(t, 100, w.sh.InMemory(), "nothing is loaded for it")

		gate := make(chan struct{})
		o := w.look(shell.TailRequest{}, gate)
		for n := 0; n < len(all); {
			n += len(texts(t, w.receive(owner, cmd)))
		}
		w.nothing(owner, cmd) // confirms
		close(gate)
		putAll(cmd, []string{"later"})
		// The first ten are in memory; the one that waits was read before.
		assert.Equal(t, append(slices.Clone(all[:10]), "missed 40", "following", "later"), o.seen())
	}, spooling)
}
