package psrp

import (
	"encoding/binary"
	"fmt"
	"math"
)

// FragmentHeaderSize is the size in bytes of a fragment's header (2.2.4). It
// is a multiple of 3, so the header of a fragment that begins its base64 text
// is exactly the first 28 characters of it.
const FragmentHeaderSize = 21

// The flags of a fragment (2.2.4). The six other bits are reserved and
// ignored on receipt.
const (
	flagStart = 0x01
	flagEnd   = 0x02
)

// FragmentHeader is the header of a fragment (2.2.4).
type FragmentHeader struct {
	ObjectID   uint64 // unique for each sender, counts from 1
	FragmentID uint64 // counts from 0 within an object
	Start, End bool   // first and last fragment of the object
	BlobLength uint32 // bytes that follow the header, at most math.MaxInt32
}

// FragmentError says why bytes or base64 text are not whole fragments.
type FragmentError struct {
	// Offset is where the trouble was met: a byte of plain fragments, a
	// character of base64 text.
	Offset int
	Reason string
}

// Error implements error.
func (e *FragmentError) Error() string {
	return fmt.Sprintf("fragment at offset %d: %s", e.Offset, e.Reason)
}

// Append appends the header's 21 bytes to dst.
func (h FragmentHeader) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, h.ObjectID)
	dst = binary.BigEndian.AppendUint64(dst, h.FragmentID)
	var flags byte
	if h.Start {
		flags |= flagStart
	}
	if h.End {
		flags |= flagEnd
	}
	dst = append(dst, flags)
	return binary.BigEndian.AppendUint32(dst, h.BlobLength)
}

// ParseFragmentHeader reads the header that b begins with. A short b, or a
// blob length that does not fit an int32 (PowerShell reads it as one), is a
// *FragmentError.
func ParseFragmentHeader(b []byte) (FragmentHeader, error) {
	if len(b) < FragmentHeaderSize {
		return FragmentHeader{}, &FragmentError{Reason: "ends within a fragment header"}
	}
	h := FragmentHeader{
		ObjectID:   binary.BigEndian.Uint64(b),
		FragmentID: binary.BigEndian.Uint64(b[8:]),
		Start:      b[16]&flagStart != 0,
		End:        b[16]&flagEnd != 0,
		BlobLength: binary.BigEndian.Uint32(b[17:]),
	}
	if h.BlobLength > math.MaxInt32 {
		return FragmentHeader{}, &FragmentError{Reason: fmt.Sprintf("blob length %d is out of range", h.BlobLength)}
	}
	return h, nil
}
