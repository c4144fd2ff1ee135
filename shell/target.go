package shell

import (
	"slices"
	"time"
)

// target is what a Receive is aimed at: a command, or the shell itself. It is
// guarded by the shell's lock.
type target struct {
	sh      *Shell
	cmd     *Command // nil: the shell itself
	streams []*Stream
	gone    bool // nothing more is put or received

	wake     chan struct{} // closed and forgotten at each change; nil: nobody waits
	receiver *receiver     // the Receive that is waiting
	urgent   bool          // something came that should not wait for company
	answered time.Time     // when the last answer was made
}

// receiver is one waiting Receive. A newer one takes its place: a client that
// lost its connection asks again before the server knows of the loss.
type receiver struct {
	streams   []*Stream
	dismissed chan struct{} // closed when it must give up its place
	err       error         // why
}

func (t *target) init(sh *Shell, cmd *Command, names []string) {
	t.sh, t.cmd = sh, cmd
	for _, name := range names {
		t.streams = append(t.streams, &Stream{name: name, target: t})
	}
}

// stream finds a stream by name.
func (t *target) stream(name string) *Stream {
	for _, st := range t.streams {
		if st.name == name {
			return st
		}
	}
	return nil
}

// selectStreams finds the streams that a Receive names, each once.
func (t *target) selectStreams(names []string) ([]*Stream, error) {
	if len(names) == 0 || len(t.streams) == 0 {
		return nil, &StreamError{Shell: t.cmd == nil}
	}
	var found []*Stream
	for _, name := range names {
		st := t.stream(name)
		if st == nil {
			return nil, &StreamError{Stream: name, Shell: t.cmd == nil}
		}
		if !slices.Contains(found, st) {
			found = append(found, st)
		}
	}
	return found, nil
}

// notify wakes the Receive that waits, if any.
func (t *target) notify() {
	if t.wake != nil {
		close(t.wake)
		t.wake = nil
	}
}

// waiter is a channel that the next change closes.
func (t *target) waiter() <-chan struct{} {
	if t.wake == nil {
		t.wake = make(chan struct{})
	}
	return t.wake
}

// pending is the number of bytes that wait to be handed out, at most limit.
func (t *target) pending(streams []*Stream, limit int) int {
	n := 0
	for _, st := range streams {
		st.skip()
		for _, o := range st.objects[st.next:] {
			if o.dropped {
				continue
			}
			for i := range o.pieces[o.handed.piece:] {
				n += o.pieces[o.handed.piece+i].size()
			}
			if n >= limit {
				return n
			}
		}
	}
	return n
}

// confirm marks the last answer on these streams as delivered.
func (t *target) confirm(streams []*Stream) {
	for _, st := range streams {
		st.lost = false // its client is there and goes on
		if st.answer == nil {
			continue
		}
		if t.cmd != nil && st.answer.State == CommandDone {
			t.cmd.doneConfirmed = true
		}
		st.confirm()
	}
}

// rewound says that the last answer comes again, its end state included.
func (t *target) rewound() {
	if t.cmd != nil && !t.cmd.doneConfirmed {
		t.cmd.doneAnswered = time.Time{}
	}
}

// resume makes what was lost come again for the same client, restart what is
// unconfirmed for a new one.
func (t *target) resume() {
	for _, st := range t.streams {
		if st.lost {
			st.resume()
			t.rewound()
		}
	}
	t.notify()
}

// lose says that the client was seen to be lost: it may ask for what it was
// given last once more.
func (t *target) lose() {
	for _, st := range t.streams {
		st.lost = true
	}
}

// left says that the client goes by itself, so it has what it was given.
func (t *target) left() {
	for _, st := range t.streams {
		st.lost = false
	}
}

func (t *target) ungreet() {
	for _, st := range t.streams {
		st.ungreet()
	}
}

func (t *target) restart() {
	for _, st := range t.streams {
		st.restart()
	}
	t.rewound()
}

// end throws away what is there and ends the Receive that waits.
func (t *target) end() {
	t.gone = true
	for _, st := range t.streams {
		st.release()
	}
	t.notify()
}

// take makes an answer of what is there. It is nil if there is nothing to say.
func (t *target) take(streams []*Stream, b *answerBuilder) *Answer {
	for {
		// Streams are merged in the order in which their objects came.
		var first *Stream
		for _, st := range streams {
			if st.waiting() && (first == nil || st.objects[st.next].seq < first.objects[first.next].seq) {
				first = st
			}
		}
		if first == nil || !b.add(first, first.objects[first.next]) {
			break
		}
		first.skip()
	}
	a := &Answer{Parts: b.parts, sh: t.sh, streams: streams}
	if t.cmd != nil {
		fits := len(a.Parts) == 0 || b.left >= b.overhead*len(streams)
		t.cmd.describe(a, streams, fits)
	}
	if len(a.Parts) == 0 && a.State == "" {
		return nil
	}
	t.urgent = false
	t.answered = time.Now()
	for _, st := range streams {
		st.answer = a
	}
	t.sh.sayLast()
	return a
}
