package psrp

import (
	"fmt"
	"math"
)

// Assembler checks that the fragments of one stream come in order and reports
// where objects end (3.1.5.1.1). It keeps no data. Each stream has its own:
// those of the pool, of each pipeline and of prompt responses interleave. The
// zero value is ready for use.
type Assembler struct {
	// MaxObjectSize is how many bytes the blobs of one object may have
	// together; 0: no limit, since the Assembler holds none of them.
	MaxObjectSize int64

	pending bool
	object  uint64 // of the fragments that have come
	next    uint64 // fragment id that must come
	size    int64  // bytes of their blobs
}

// OrderError is a fragment that must not come now.
type OrderError struct {
	Header FragmentHeader
	Reason string
	// Size is how many bytes the object would have had, where that is too many;
	// otherwise 0.
	Size int64
}

// Error implements error.
func (e *OrderError) Error() string {
	return fmt.Sprintf("fragment %d of object %d: %s", e.Header.FragmentID, e.Header.ObjectID, e.Reason)
}

// Add takes the next fragment and reports whether it completes its object. An
// error, always an *OrderError, leaves the Assembler as it was.
func (a *Assembler) Add(h FragmentHeader) (complete bool, err error) {
	if reason := a.refuse(h); reason != "" {
		return false, &OrderError{Header: h, Reason: reason}
	}
	size := int64(h.BlobLength)
	if a.pending {
		size += a.size
	}
	if a.MaxObjectSize > 0 && size > a.MaxObjectSize {
		return false, &OrderError{
			Header: h, Reason: fmt.Sprintf("the object is larger than %d bytes", a.MaxObjectSize), Size: size,
		}
	}
	*a = Assembler{
		MaxObjectSize: a.MaxObjectSize, pending: !h.End,
		object: h.ObjectID, next: h.FragmentID + 1, size: size,
	}
	return h.End, nil
}

// refuse says what is wrong with h coming now; empty: nothing.
func (a *Assembler) refuse(h FragmentHeader) string {
	switch {
	case h.ObjectID == 0 || h.ObjectID > math.MaxInt64:
		return "the object id is out of range"
	case a.pending && h.ObjectID != a.object:
		return fmt.Sprintf("object %d is not complete", a.object)
	case a.pending && h.Start:
		return "the object has begun before"
	case a.pending && h.FragmentID != a.next:
		return fmt.Sprintf("fragment %d must come", a.next)
	case !a.pending && !h.Start:
		return "the object has not begun"
	case !a.pending && h.FragmentID != 0:
		return "an object begins with fragment 0"
	}
	return ""
}

// Pending reports whether an object has begun and not ended.
func (a *Assembler) Pending() bool { return a.pending }

// Reset forgets an object that has begun.
func (a *Assembler) Reset() { *a = Assembler{MaxObjectSize: a.MaxObjectSize} }
