package shell

import "sync"

// Key is how a repeated request is known: by its MessageID, or by the same
// OperationID and SequenceID.
type Key struct{ MessageID, OperationID, SequenceID string }

// Same reports whether two requests are the same one sent twice.
func (k Key) Same(o Key) bool {
	if k.MessageID != "" && k.MessageID == o.MessageID {
		return true
	}
	return k.OperationID != "" && k.SequenceID != "" &&
		k.OperationID == o.OperationID && k.SequenceID == o.SequenceID
}

// CommandState is what an answer says of its command (MS-WSMV 2.2.4.10).
type CommandState string

// The states, as the last part of the wire's URI.
const (
	CommandRunning CommandState = "Running"
	CommandPending CommandState = "Pending" // it waits for its client
	CommandDone    CommandState = "Done"
)

// Part is one rsp:Stream of an answer.
type Part struct {
	Stream string
	Data   Data
	End    bool // nothing more comes on this stream
}

// Answer is what a Receive gave. It is kept until it is confirmed: by the next
// Receive of its streams, and a shell's own also by a Command. It does not
// change.
type Answer struct {
	CommandID string // empty: the shell's own streams
	Parts     []Part
	State     CommandState // empty: none is said
	ExitCode  int          // with CommandDone

	key     Key
	sh      *Shell
	streams []*Stream

	envelope             sync.Once
	messageID, relatesTo string
}

// Envelope names the envelope that carries the answer: its MessageID, made by
// newID at the first call, and the message that it relates to, which is that
// of the first call too. So it is the same envelope when it is sent again.
func (a *Answer) Envelope(newID func() string, relatesTo string) (messageID, related string) {
	a.envelope.Do(func() { a.messageID, a.relatesTo = newID(), relatesTo })
	return a.messageID, a.relatesTo
}

// Written reports whether the answer was handed to the client's connection.
// One that was not comes again with the next Receive.
func (a *Answer) Written(err error) {
	if err == nil {
		return
	}
	a.sh.mu.Lock()
	defer a.sh.mu.Unlock()
	current := false
	for _, st := range a.streams {
		if st.answer == a {
			current = true
			st.resume()
			st.target.rewound()
			st.target.notify()
		}
	}
	if current {
		a.sh.eachTarget((*target).lose)
	}
}

// Doubt says that nobody knows whether the answer was handed to the client's
// connection: whoever had the connection is gone. Its client goes on as it
// would after a cut: the next Receive confirms the answer, the same Receive
// again or a Reconnect brings it again.
func (a *Answer) Doubt() {
	a.sh.mu.Lock()
	defer a.sh.mu.Unlock()
	for _, st := range a.streams {
		st.lost = st.lost || st.answer == a
	}
}

// found says that its client asked for the answer again and so is there.
func (a *Answer) found() {
	for _, st := range a.streams {
		st.lost = st.lost && st.answer != a
	}
}

// answerBuilder collects pieces up to the size that an answer may have.
type answerBuilder struct {
	cutter   Cutter
	parts    []Part
	left     int // characters of base64 text that still fit
	whole    int // characters that fit an empty answer
	overhead int // characters that a part takes beside its text
}

// add takes the next pieces of an object. It reports whether it took
// everything that has come of it.
func (b *answerBuilder) add(st *Stream, o *object) bool {
	for o.handed.piece < len(o.pieces) {
		if !o.pieces[o.handed.piece].inMemory() {
			return false // it is for the next answer, which loads it first
		}
		d := o.pieces[o.handed.piece].data
		room := b.left - b.overhead
		plain := o.handed.offset == 0 && o.handed.shift == 0
		if plain && d.EncodedLen() <= room {
			b.append(st, d)
			o.begun = true
			o.handed.piece++
			continue
		}
		if plain && len(b.parts) > 0 && d.EncodedLen() <= b.whole-b.overhead {
			return false // it fits the next answer uncut
		}
		if room <= 0 {
			return false
		}
		part, next := b.cutter.Cut(d, o.handed.offset, o.handed.shift, room)
		if part.Empty() {
			return false
		}
		b.append(st, part)
		o.begun = true
		if next == 0 {
			o.handed = position{piece: o.handed.piece + 1, shift: o.handed.shift}
		} else {
			o.handed = position{piece: o.handed.piece, offset: next, shift: o.handed.shift + 1}
		}
	}
	return true
}

func (b *answerBuilder) append(st *Stream, d Data) {
	b.parts = append(b.parts, Part{Stream: st.name, Data: d})
	b.left -= d.EncodedLen() + b.overhead
}

// byteCutter cuts pieces that are plain bytes.
type byteCutter struct{}

// Cut implements Cutter. shift does not matter to bytes.
func (byteCutter) Cut(d Data, from, _, max int) (Data, int) {
	unit := max / 4 * 3
	raw := d.Raw()
	if d.IsBase64() {
		unit = max / 4 * 4
	}
	if unit <= 0 {
		return Data{}, 0
	}
	end, next := from+unit, from+unit
	if end >= len(raw) {
		end, next = len(raw), 0
	}
	return Data{content: raw[from:end], text: d.text}, next
}
