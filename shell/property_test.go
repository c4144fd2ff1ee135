package shell_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

func (m *deliveryModel) disconnect() {
	m.note("disconnect")
	err := m.w.sh.Disconnect(m.w.t.Context(), m.client, shell.DisconnectRequest{})
	if m.state == shell.Disconnected {
		assertReason(m.w.t, err, shell.ReasonAlreadyDisconnected)
		return
	}
	require.NoError(m.w.t, err)
	m.state = shell.Disconnected
	for _, s := range m.streams {
		s.lost = false
	}
}

func (m *deliveryModel) silence() {
	if m.state == shell.Connected {
		m.note("silence")
		m.w.bring(shell.Lost)
		m.state = shell.Lost
		m.lose()
	}
}

func (m *deliveryModel) reconnect() {
	m.note("reconnect")
	require.NoError(m.w.t, m.w.sh.Reconnect(m.w.t.Context(), m.client, nil))
	m.state = shell.Connected
	for _, s := range m.streams {
		if s.lost {
			s.handed, s.answer, s.lost = s.confirmed, nil, false
		}
	}
}

// connect has a new client, which gets whole objects only.
func (m *deliveryModel) connect() {
	m.note("connect")
	c := owner
	c.Session = string(rune('a' + m.r.IntN(26)))
	_, err := m.w.sh.Connect(m.w.t.Context(), c, nil, shell.Data{})
	if m.state == shell.Connected {
		assertReason(m.w.t, err, shell.ReasonOtherClient)
		return
	}
	require.NoError(m.w.t, err)
	m.state, m.client = shell.Connected, c
	for _, s := range m.streams {
		i := s.firstUnconfirmed()
		if i < len(s.starts) {
			s.confirmed = s.starts[i]
		} else {
			s.confirmed = len(s.all)
		}
		s.handed, s.answer, s.lost = s.confirmed, nil, false
	}
}

// ends is where an object ends, so far.
func (s *streamModel) ends(i int) int {
	if i+1 < len(s.starts) {
		return s.starts[i+1]
	}
	return len(s.all)
}

// firstUnconfirmed is the first object that the client is not known to have
// whole.
func (s *streamModel) firstUnconfirmed() int {
	for i := range s.starts {
		whole := i < len(s.starts)-1 || !s.open
		if !whole || s.confirmed < s.ends(i) {
			return i
		}
	}
	return len(s.starts)
}

// command confirms the shell's own stream.
func (m *deliveryModel) command() {
	cmd, err := m.w.sh.Command(m.w.t.Context(), m.client, "", &shell.CommandRequest{})
	if m.state == shell.Disconnected {
		assertReason(m.w.t, err, shell.ReasonDisconnected)
		return
	}
	m.note("command")
	require.NoError(m.w.t, err)
	m.state = shell.Connected
	confirm(m.streams[:1])
	require.NoError(m.w.t, m.w.sh.Signal(m.w.t.Context(), m.client, cmd.ID(), shell.SignalTerminate))
}

// check compares the buffers with the model: what is counted is every piece of
// every object that the client is not known to have whole.
func (m *deliveryModel) check() {
	want := 0
	for _, s := range m.streams {
		for _, n := range s.sizes[s.firstUnconfirmed():] {
			want += n
		}
	}
	used, kept := m.w.sh.Buffered()
	require.GreaterOrEqual(m.w.t, used, 0)
	require.GreaterOrEqual(m.w.t, kept, 0)
	require.Equal(m.w.t, want, used+kept)
	counted, recounted := m.w.sh.Recount()
	require.Equal(m.w.t, recounted, counted, "used, on disk, kept, kept in memory")
}

// drain ends every object and fetches everything.
func (m *deliveryModel) drain() {
	m.note("drain")
	if m.state == shell.Disconnected {
		m.reconnect()
	}
	for _, s := range m.streams {
		m.put(s, true)
	}
	for _, s := range m.streams {
		for s.answer != nil || s.handed < len(s.all) {
			r := m.w.request(s.cmd)
			r.Streams = []string{s.stream.Name()}
			a, err := m.w.ask(m.client, r)
			confirm([]*streamModel{s})
			if err == nil {
				m.take(a, r, []*streamModel{s})
			}
		}
		require.Equal(m.w.t, len(s.all), s.confirmed)
	}
	m.check()
	m.w.empty()
	if spool := m.w.plugin.Spool; spool != nil {
		held, _ := spool.Records()
		require.Zero(m.w.t, held, "records that nobody needs")
	}
}

// TestDelivery: of random operations, thousands of runs. Nothing is lost,
// doubled or in disorder for one client, a new one gets every object that the
// one before has not whole, and the buffers count right.
func TestDelivery(t *testing.T) {
	const runs, steps = 2000, 60
	configurations := []func(*shell.Configuration){
		twoStreams, func(*shell.Configuration) {}, spooling, func(c *shell.Configuration) { twoStreams(c); spooling(c) },
	}
	for seed := range uint64(runs) {
		synctest.Test(t, func(t *testing.T) {
			m := newDeliveryModel(newWorld(t, configurations[seed%4]), seed)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("seed %d:\n%s", seed, strings.Join(m.log, "\n"))
				}
			})
			operations := []func(){
				m.receive, m.receive, m.receive, m.receive, m.repeat, m.notWritten, m.cancelled,
				m.superseded, m.disconnect, m.silence, m.reconnect, m.connect, m.command,
			}
			for range steps {
				if m.r.IntN(2) == 0 {
					m.put(m.pick(), m.r.IntN(2) == 0)
				} else {
					operations[m.r.IntN(len(operations))]()
				}
				m.check()
			}
			m.drain()
		})
		if t.Failed() {
			return
		}
	}
}

// TestDropping: of random pieces, reads and losses in mode Drop. What comes is
// in order and whole; what must stay comes; all that does not come is counted;
// and the buffers are never over by what could be dropped.
func TestDropping(t *testing.T) {
	const runs, steps = 1000, 150
	for seed := range uint64(runs) {
		synctest.Test(t, func(t *testing.T) {
			d := newDropModel(newWorld(t, dropping), seed)
			for range steps {
				d.step()
			}
			d.finish()
		})
		if t.Failed() {
			t.Logf("seed %d", seed)
			return
		}
	}
}

// dropModel puts numbered objects of several pieces.
type dropModel struct {
	*deliveryModel
	put, got map[string][]string // pieces by object
	kept     map[string]bool
	order    []string // objects in the order in which they came to the client
	next     int
	left     int // pieces that the object still has
}

func newDropModel(w *world, seed uint64) *dropModel {
	return &dropModel{
		deliveryModel: newDeliveryModel(w, seed),
		put:           map[string][]string{}, got: map[string][]string{}, kept: map[string]bool{},
	}
}

func (d *dropModel) name() string {
	return string(rune('A'+d.next/26/26%26)) + string(rune('A'+d.next/26%26)) + string(rune('A'+d.next%26))
}

func (d *dropModel) step() {
	switch d.r.IntN(10) {
	case 0, 1:
		d.fetch(4 * (3 + d.r.IntN(30)))
	case 2:
		if s := d.streams[1]; s.answer != nil {
			s.answer.Written(errWrite)
			for _, text := range texts(d.w.t, s.answer) {
				d.ungot(text)
			}
			s.answer = nil
		}
	default:
		d.piece()
	}
	used, kept := d.w.sh.Buffered()
	require.GreaterOrEqual(d.w.t, used, 0)
	require.GreaterOrEqual(d.w.t, kept, 0)
}

// piece puts one of at most 3 pieces of an object, of 9 bytes each.
func (d *dropModel) piece() {
	if d.left == 0 {
		d.next++
		d.left = 1 + d.r.IntN(3)
		d.kept[d.name()] = d.r.IntN(8) == 0
	}
	d.left--
	class := shell.ClassDrop
	if d.kept[d.name()] {
		class = shell.ClassKeep
	}
	text := d.name() + strings.Repeat(string(rune('0'+d.left)), 6)
	d.put[d.name()] = append(d.put[d.name()], text)
	d.streams[1].stream.Put(shell.Piece{
		Data: shell.BytesData([]byte(text)), Object: uint64(d.next), End: d.left == 0, Class: class,
	})
}

func (d *dropModel) fetch(room int) bool {
	s := d.streams[1]
	r := d.w.request(s.cmd)
	r.Room = room
	a, err := d.w.ask(d.client, r)
	s.answer = nil
	if err != nil {
		require.ErrorIs(d.w.t, err, shell.ErrTimedOut)
		return false
	}
	s.answer = a
	for _, text := range texts(d.w.t, a) {
		name := text[:3]
		if len(d.got[name]) == 0 {
			d.order = append(d.order, name)
		}
		d.got[name] = append(d.got[name], text)
	}
	return true
}

// ungot takes back what was not written.
func (d *dropModel) ungot(text string) {
	name := text[:3]
	n := len(d.got[name])
	d.got[name] = d.got[name][:n-1]
	if n == 1 {
		d.order = d.order[:len(d.order)-1]
	}
}

func (d *dropModel) finish() {
	t := d.w.t
	for d.left > 0 {
		d.piece()
	}
	for d.fetch(1 << 10) {
	}
	require.True(t, slices.IsSorted(d.order), "in disorder: %v", d.order)
	missing := 0
	for name, pieces := range d.put {
		got := d.got[name]
		if len(got) == 0 && !d.kept[name] {
			missing++
			continue
		}
		require.Equal(t, pieces, got, "not whole")
	}
	assert.EqualValues(t, missing, d.w.info().DroppedMessages)
	d.w.empty()
}
