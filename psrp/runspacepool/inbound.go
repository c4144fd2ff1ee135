package runspacepool

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp"
)

// inbound makes messages of the fragments of one stream, as they are asked for:
// what came and was not asked for stays as it came.
//
// After a Reconnect a server may give again what it does not know to have
// arrived, and after a Connect it may begin in the middle of an object. So then
// fragments that are known, or belong to an object whose beginning nobody has,
// are passed over until there is a new object (MS-PSRP 3.1.5.1.1). Object ids
// increase within a stream.
type inbound struct {
	messages psrp.Defragmenter
	rest     []byte

	resuming  bool
	completed uint64 // id of the last object that is whole; 0: none
	pending   uint64 // id of the object that has begun; 0: none
	fragment  uint64 // its last fragment
}

func (in *inbound) init(maxObjectSize int64) { in.messages.MaxObjectSize = maxObjectSize }

// put adds what came. What was put before is to be taken first.
func (in *inbound) put(fragments []byte) {
	if len(in.rest) == 0 {
		in.rest = fragments
		return
	}
	in.rest = append(in.rest, fragments...)
}

// empty reports whether there is nothing to take.
func (in *inbound) empty() bool { return len(in.rest) == 0 }

// resume says that the stream was broken off and goes on.
func (in *inbound) resume() { in.resuming = true }

// take returns the next message; complete is false when what came is used up.
// An error ends the stream: what follows cannot be understood.
func (in *inbound) take() (m psrp.Message, complete bool, err error) {
	for len(in.rest) > 0 {
		h, err := psrp.ParseFragmentHeader(in.rest)
		if err != nil {
			return m, false, err
		}
		end := psrp.FragmentHeaderSize + int64(h.BlobLength)
		if end > int64(len(in.rest)) {
			return m, false, &psrp.FragmentError{
				Offset: len(in.rest),
				Reason: fmt.Sprintf("object %d is cut off within fragment %d", h.ObjectID, h.FragmentID),
			}
		}
		blob := in.rest[psrp.FragmentHeaderSize:end]
		in.rest = in.rest[end:]
		if in.resuming && in.known(h) {
			continue
		}
		m, complete, err = in.messages.Add(h, blob)
		if err != nil {
			return m, false, err
		}
		in.note(h, complete)
		if complete {
			return m, true, nil
		}
	}
	in.rest = nil
	return m, false, nil
}

// known reports whether a fragment is to be passed over while the stream is
// taken up again, and lets go of what will not be finished.
func (in *inbound) known(h psrp.FragmentHeader) bool {
	switch {
	case h.ObjectID <= in.completed:
		return true
	case h.ObjectID == in.pending && !h.Start:
		return h.FragmentID <= in.fragment
	case h.Start: // a new object, or the one that has begun from its beginning
		in.messages.Reset()
		in.pending = 0
		return false
	}
	return true
}

// note keeps where the stream is.
func (in *inbound) note(h psrp.FragmentHeader, complete bool) {
	if complete {
		in.completed, in.pending, in.fragment = h.ObjectID, 0, 0
		in.resuming = false
		return
	}
	in.pending, in.fragment = h.ObjectID, h.FragmentID
}
