package shell_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// streamModel is what a stream must do, said in bytes: all that was put, where
// its objects begin, and how far its client has come.
type streamModel struct {
	stream *shell.Stream
	cmd    *shell.Command // nil: the shell's own

	all       []byte
	starts    []int // of the objects
	sizes     []int // memory of the pieces of each object
	open      bool  // the last object goes on
	handed    int
	confirmed int
	lost      bool
	answer    *shell.Answer // unconfirmed
	key       shell.Key     // of the last Receive that brought something
}

// deliveryModel drives one shell with random operations and knows what must
// come of each.
type deliveryModel struct {
	w       *world
	r       *rand.Rand
	client  shell.Client
	state   shell.State
	streams []*streamModel
	log     []string // what was done, to be shown when it fails
}

func newDeliveryModel(w *world, seed uint64) *deliveryModel {
	m := &deliveryModel{w: w, r: rand.New(rand.NewPCG(seed, 1)), client: owner}
	m.streams = append(m.streams, &streamModel{stream: w.sh.Stream("stdout")})
	for range 2 {
		cmd := w.command()
		for _, name := range w.cfg.Traits.CommandStreams {
			m.streams = append(m.streams, &streamModel{stream: cmd.Stream(name), cmd: cmd})
		}
	}
	return m
}

func (m *deliveryModel) note(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf(format, args...))
}

// pick is one of the streams.
func (m *deliveryModel) pick() *streamModel { return m.streams[m.r.IntN(len(m.streams))] }

// put puts the next piece of the open object, or the first of a new one.
func (m *deliveryModel) put(s *streamModel, end bool) {
	n := 1 + m.r.IntN(40)
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.r.Uint32())
	}
	d := shell.BytesData(b)
	if m.r.IntN(2) == 0 {
		d = shell.Base64Data(d.AppendBase64(nil))
	}
	if !s.open {
		s.starts, s.sizes = append(s.starts, len(s.all)), append(s.sizes, 0)
	}
	s.all, s.open = append(s.all, b...), !end
	s.sizes[len(s.sizes)-1] += d.Size()
	m.note("put %d bytes in %p, end %v", n, s, end)
	s.stream.Put(shell.Piece{Data: d, Object: uint64(len(s.starts)), End: end})
}

// selected is a request for one stream, or for all of its command.
func (m *deliveryModel) selected() (shell.ReceiveRequest, []*streamModel) {
	s := m.pick()
	r := m.w.request(s.cmd)
	r.Overhead = m.r.IntN(10)
	r.Room = r.Overhead + 4 + m.r.IntN(200)
	if m.r.IntN(3) == 0 {
		r.Streams = []string{s.stream.Name()}
		return r, []*streamModel{s}
	}
	var list []*streamModel
	for _, o := range m.streams {
		if o.cmd == s.cmd {
			list = append(list, o)
		}
	}
	return r, list
}

// confirm is what a new request of these streams does.
func confirm(list []*streamModel) {
	for _, s := range list {
		s.lost = false
		if s.answer != nil {
			s.confirmed, s.answer = s.handed, nil
		}
	}
}

// receive asks for new output of some streams and checks what comes.
func (m *deliveryModel) receive() {
	r, list := m.selected()
	m.note("receive of %d streams, room %d", len(list), r.Room)
	a, err := m.w.ask(m.client, r)
	if m.state == shell.Disconnected {
		assertReason(m.w.t, err, shell.ReasonDisconnected)
		return
	}
	m.state = shell.Connected
	confirm(list)
	if err != nil {
		require.ErrorIs(m.w.t, err, shell.ErrTimedOut)
		for _, s := range list {
			require.Equal(m.w.t, len(s.all), s.handed, "there was something")
		}
		return
	}
	m.take(a, r, list)
}

// take checks that an answer goes on where each stream was.
func (m *deliveryModel) take(a *shell.Answer, r shell.ReceiveRequest, list []*streamModel) {
	t, size := m.w.t, 0
	require.NotEmpty(t, a.Parts)
	for _, p := range a.Parts {
		b, err := p.Data.Bytes()
		require.NoError(t, err)
		size += p.Data.EncodedLen() + r.Overhead
		found := false
		for _, s := range list {
			if s.stream.Name() == p.Stream {
				found = true
				end := min(s.handed+len(b), len(s.all))
				require.Equal(t, s.all[s.handed:end], b, "lost, doubled or in disorder")
				s.handed = end
			}
		}
		require.True(t, found)
	}
	require.LessOrEqual(t, size, r.Room)
	for _, s := range list {
		s.answer, s.key = a, r.Key
	}
}

// repeat sends the last request of a stream once more.
func (m *deliveryModel) repeat() {
	s := m.pick()
	if s.answer == nil || m.state == shell.Disconnected {
		return
	}
	m.note("repeat")
	r := m.w.request(s.cmd)
	r.Streams, r.Key = []string{s.stream.Name()}, s.key
	a, err := m.w.ask(m.client, r)
	require.NoError(m.w.t, err)
	require.Same(m.w.t, s.answer, a)
	m.state = shell.Connected
	for _, o := range m.streams {
		o.lost = o.lost && o.answer != a
	}
}

// notWritten fails the last answer of a stream.
func (m *deliveryModel) notWritten() {
	s := m.pick()
	if s.answer == nil {
		return
	}
	m.note("not written")
	a := s.answer
	a.Written(errWrite)
	for _, o := range m.streams {
		if o.answer == a {
			o.handed, o.answer = o.confirmed, nil
		}
		o.lost = true
	}
}

// cancelled has a Receive whose connection is cut while it waits.
func (m *deliveryModel) cancelled() {
	r, list := m.selected()
	for _, s := range list {
		// What was rewound, or is unfetched, would be given.
		if s.handed != len(s.all) {
			return
		}
	}
	if m.state == shell.Disconnected {
		return
	}
	m.note("cancelled")
	ctx, cancel := context.WithCancel(m.w.t.Context())
	p := m.w.wait(ctx, m.client, r)
	confirm(list)
	m.state = shell.Connected
	cancel()
	_, err := p.ended()
	require.ErrorIs(m.w.t, err, context.Canceled)
	m.lose()
}

func (m *deliveryModel) lose() {
	for _, s := range m.streams {
		s.lost = true
	}
}

// superseded has a Receive that waits, a newer one, and then output.
func (m *deliveryModel) superseded() {
	r, list := m.selected()
	for _, s := range list {
		if s.handed != len(s.all) {
			return
		}
	}
	if m.state == shell.Disconnected {
		return
	}
	m.note("superseded")
	first := m.w.wait(m.w.t.Context(), m.client, r)
	confirm(list)
	m.state = shell.Connected
	second := r
	second.Key = m.w.key()
	p := m.w.wait(m.w.t.Context(), m.client, second)
	_, err := first.ended()
	require.ErrorIs(m.w.t, err, shell.ErrTimedOut)
	m.put(list[m.r.IntN(len(list))], m.r.IntN(2) == 0)
	a, err := p.ended()
	require.NoError(m.w.t, err)
	m.take(a, second, list)
}
