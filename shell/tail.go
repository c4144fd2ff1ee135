package shell

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// TailRequest says what somebody wants to see who looks on.
type TailRequest struct {
	// CommandID leaves out what is not of this command. The beginning of an
	// identifier is enough, and means every command that has it. Empty: all,
	// the shell's own streams too.
	CommandID string
	// HeldOnly ends with what is held.
	HeldOnly bool
}

// Output is a piece of output as somebody sees it who looks on.
type Output struct {
	// Time is when the piece came; zero where it was held before.
	Time      time.Time `json:",omitzero"`
	CommandID string    `json:"CommandId,omitempty"` // empty: the shell's own streams
	Stream    string    `json:",omitempty"`
	// Object is the number of the object that the piece belongs to, 0 if it is
	// one by itself; End marks the last piece of it.
	Object uint64 `json:",omitempty"`
	End    bool   `json:",omitempty"`
	Data   Base64 `json:",omitempty"`
	// Missed is how many pieces came here and are not shown: too fast, or the
	// client had them before they were read. Such an Output has nothing else.
	Missed int `json:",omitempty"`
	// Following says that all that was held has been shown and nothing has come
	// since. Such an Output, too, has nothing else.
	Following bool `json:",omitempty"`
}

// Base64 is base64 text, which is what it is in JSON too.
type Base64 []byte

// MarshalText implements encoding.TextMarshaler.
func (b Base64) MarshalText() ([]byte, error) { return b, nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Base64) UnmarshalText(text []byte) error {
	*b = slices.Clone(text)
	return nil
}

// tail is somebody who looks on. All but came is guarded by the shell's lock.
type tail struct {
	command string // beginning of the identifiers, in upper case
	queue   []tailed
	size    int // of the queue
	missed  int // pieces that came after the queue was full
	came    chan struct{}
}

// maxTail is how many bytes wait for one who looks on before pieces are missed.
const maxTail = 8 << 20

// tailedSize is what a piece takes beside its content.
const tailedSize = 256

// tailed is a piece for a tail.
type tailed struct {
	Output
	held held // read outside of the lock
}

// fill gives the Output its content. It fails where the client has had the
// piece meanwhile and it is on disk no more.
func (p *tailed) fill() error {
	d := p.held.data
	if !p.held.inMemory() {
		content, err := p.held.record.Read()
		if err != nil {
			return err
		}
		d.content = content
	}
	if d.IsBase64() {
		p.Data = d.Raw()
	} else {
		p.Data = d.AppendBase64(nil)
	}
	return nil
}

// Tail calls show with the shell's output, first with what it holds and then
// with what comes, until the shell or ctx ends or show fails. more says that
// another piece follows at once. It takes nothing from the shell's client, and
// does not count as hearing of it. Only an administrator may look on.
func (sh *Shell) Tail(ctx context.Context, c Client, r TailRequest, show func(o Output, more bool) error) error {
	if !c.Administrator {
		return &AccessError{User: c.User, ShellID: sh.spec.ShellID}
	}
	t := &tail{command: strings.ToUpper(r.CommandID), came: make(chan struct{}, 1)}
	held, err := sh.look(t, !r.HeldOnly)
	if err != nil {
		return err
	}
	defer sh.lookAway(t)
	if err := showAll(held, 0, show); err != nil || r.HeldOnly {
		return err
	}
	if err := show(Output{Following: true}, false); err != nil {
		return err
	}
	for last := false; !last; {
		select {
		case <-t.came:
		case <-sh.closed:
			last = true // and nothing comes any more
		case <-ctx.Done():
			select {
			case <-sh.closed: // whose process ends ctx, too, when it goes
				last = true
			default:
				return ctx.Err()
			}
		}
		came, missed := sh.cameFor(t)
		if err := showAll(came, missed, show); err != nil {
			return err
		}
	}
	return nil
}

// showAll shows pieces, and that others came after them that are missed.
func showAll(pieces []tailed, missed int, show func(Output, bool) error) error {
	gap := 0 // pieces that could not be read, since the last one that could
	for i := range pieces {
		p := &pieces[i]
		if p.fill() != nil {
			gap++
			continue
		}
		if gap > 0 {
			if err := show(Output{Missed: gap}, true); err != nil {
				return err
			}
			gap = 0
		}
		if err := show(p.Output, i < len(pieces)-1 || missed > 0); err != nil {
			return err
		}
		*p = tailed{} // what is shown need not stay in memory for those behind it
	}
	if missed += gap; missed > 0 {
		return show(Output{Time: time.Now(), Missed: missed}, false)
	}
	return nil
}

// look returns what the shell holds, in order of arrival, and enters the tail
// if it is to follow. Objects that are not complete come last: the rest of
// them will follow, and nothing must stand between.
func (sh *Shell) look(t *tail, follow bool) ([]tailed, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if t.command != "" && !slices.ContainsFunc(sh.commands, func(c *Command) bool { return t.wants(&c.target) }) {
		return nil, &NotFoundError{ShellID: sh.spec.ShellID, CommandID: t.command}
	}
	var objects []*object
	sh.eachTarget(func(target *target) {
		if t.wants(target) {
			for _, st := range target.streams {
				objects = append(objects, st.objects...)
			}
		}
	})
	slices.SortStableFunc(objects, func(a, b *object) int {
		return cmp.Or(compareBools(!a.complete, !b.complete), cmp.Compare(a.seq, b.seq))
	})
	var pieces []tailed
	for _, o := range objects {
		pieces = o.appendHeld(pieces)
	}
	if follow {
		sh.tails = append(sh.tails, t)
	}
	return pieces, nil
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// appendHeld appends the pieces of an object that are there, from its start
// even if the client has that, because whoever looks on does not.
func (o *object) appendHeld(pieces []tailed) []tailed {
	for i := range o.pieces {
		h := o.pieces[i]
		if o.cut && h.size() == 0 {
			continue // the confirmed beginning of a very large one
		}
		pieces = append(pieces, tailed{o.stream.output(o.id, o.complete && i == len(o.pieces)-1), h})
	}
	return pieces
}

func (sh *Shell) lookAway(t *tail) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.tails = slices.DeleteFunc(sh.tails, func(other *tail) bool { return other == t })
}

// cameFor takes what waits for a tail, and the number of pieces that came after
// that and are missed.
func (sh *Shell) cameFor(t *tail) (pieces []tailed, missed int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	pieces, missed = t.queue, t.missed
	t.queue, t.size, t.missed = nil, 0, 0
	return pieces, missed
}

// wants reports whether a target's output is shown.
func (t *tail) wants(target *target) bool {
	return t.command == "" || target.cmd != nil && strings.HasPrefix(strings.ToUpper(target.cmd.id), t.command)
}

// output describes a piece of the stream.
func (st *Stream) output(object uint64, end bool) Output {
	o := Output{Stream: st.name, Object: object, End: end}
	if st.target.cmd != nil {
		o.CommandID = st.target.cmd.id
	}
	return o
}

// showTails shows a piece to whoever looks on. The caller holds the lock.
func (st *Stream) showTails(p Piece) {
	for _, t := range st.target.sh.tails {
		if t.wants(st.target) {
			o := st.output(p.Object, p.End || p.Object == 0)
			o.Time = time.Now()
			t.add(tailed{o, held{data: p.Data}})
		}
	}
}

// add puts a piece into the queue. Once one is missed so are all until the
// queue is taken: what is shown is in runs as long as may be, since half an
// object is of no use.
func (t *tail) add(p tailed) {
	size := tailedSize + p.held.size()
	if t.missed > 0 || len(t.queue) > 0 && t.size+size > maxTail {
		t.missed++
		return
	}
	t.queue = append(t.queue, p)
	t.size += size
	select {
	case t.came <- struct{}{}:
	default: // it is awake
	}
}
