package replay

import (
	"strconv"

	"github.com/winrmd/winrmd/psrp"
)

// object is a message of PowerShell in its pieces, which may lie in several
// envelopes.
type object struct {
	fragments []*fragment
	complete  bool
	renewed   bool // ids and keys were put in
	abandoned bool // it began anew: this one gets no end
}

// bytes puts the object together.
func (o *object) bytes() []byte {
	var b []byte
	for _, f := range o.fragments {
		b = append(b, f.blob...)
	}
	return b
}

// message reads the object; ok is false where it is not complete or no message.
func (o *object) message() (m psrp.Message, ok bool) {
	if !o.complete {
		return m, false
	}
	m, err := psrp.ParseMessage(o.bytes())
	return m, err == nil
}

// replace puts other bytes into the object: into as many fragments as it has,
// each as long as it was, and the rest into the last. A message is longer than
// it has fragments.
func (o *object) replace(b []byte) {
	for i, f := range o.fragments {
		left := len(o.fragments) - 1 - i
		n := len(b)
		if left > 0 {
			n = max(min(len(f.blob), len(b)-left), 0)
		}
		f.blob, b = b[:n:n], b[n:]
		f.parcel.changed = true
	}
}

// assembly finds out which fragments belong together. Each direction of a
// conversation has its own.
type assembly struct{ open map[string]*object }

// add takes the fragments of an envelope about a shell and returns the objects
// that are complete with it. What does not fit is left alone: an assembly is for
// looking, and it is the peer's business to refuse.
func (a *assembly) add(shellID string, e *envelope) []*object {
	if a.open == nil {
		a.open = map[string]*object{}
	}
	var complete []*object
	for _, p := range e.parcels {
		for _, f := range p.fragments {
			key := shellID + " " + strconv.FormatUint(f.header.ObjectID, 10)
			o := a.open[key]
			if f.header.Start || o == nil {
				if o != nil {
					o.abandoned = true
				}
				o = &object{}
				a.open[key] = o
			}
			o.fragments = append(o.fragments, f)
			f.object = o
			if f.header.End {
				o.complete = o.fragments[0].header.Start
				delete(a.open, key)
				complete = append(complete, o)
			}
		}
	}
	return complete
}
