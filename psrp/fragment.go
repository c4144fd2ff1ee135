package psrp

import (
	"errors"
	"iter"
)

// Fragment is one fragment as plain bytes (2.2.4).
type Fragment struct {
	Header FragmentHeader
	// Message is the header of the message that the fragment begins, valid
	// where HasMessage.
	Message MessageHeader
	// HasMessage is set where the fragment starts an object and its blob holds
	// the whole message header. A sender with tiny fragments may split it.
	HasMessage bool
	Blob       []byte // a part of the bytes that were walked
}

// Fragments walks b, which must be one or more whole fragments, one after the
// other. After an error, always a *FragmentError, the walk ends.
func Fragments(b []byte) iter.Seq2[Fragment, error] {
	return func(yield func(Fragment, error) bool) {
		if len(b) == 0 {
			yield(Fragment{}, &FragmentError{Reason: "there is no fragment"})
			return
		}
		for pos := 0; pos < len(b); {
			f, err := fragmentAt(b, pos)
			if !yield(f, err) || err != nil {
				return
			}
			pos += FragmentHeaderSize + len(f.Blob)
		}
	}
}

// fragmentAt reads the fragment that begins at b[pos].
func fragmentAt(b []byte, pos int) (Fragment, error) {
	h, err := ParseFragmentHeader(b[pos:])
	if err != nil {
		return Fragment{}, at(err, pos)
	}
	rest := b[pos+FragmentHeaderSize:]
	if uint64(h.BlobLength) > uint64(len(rest)) {
		return Fragment{}, &FragmentError{Offset: pos, Reason: "ends before its blob does"}
	}
	f := Fragment{Header: h, Blob: rest[:h.BlobLength:h.BlobLength]}
	if h.startsMessage() {
		f.Message, err = ParseMessageHeader(f.Blob)
		f.HasMessage = err == nil
	}
	return f, nil
}

// startsMessage reports whether the blob begins with a whole message header.
func (h FragmentHeader) startsMessage() bool {
	return h.Start && h.BlobLength >= MessageHeaderSize
}

// at gives a *FragmentError the offset it was met at.
func at(err error, offset int) error {
	if fe, ok := errors.AsType[*FragmentError](err); ok {
		return &FragmentError{Offset: offset, Reason: fe.Reason}
	}
	return err
}

// DefaultMaxBlob is the blob size at which PowerShell cuts its own objects:
// 32 KiB for a fragment with its header.
const DefaultMaxBlob = 32<<10 - FragmentHeaderSize

// AppendFragments appends msg, one whole message, to dst as fragments of at
// most maxBlob bytes each (DefaultMaxBlob where maxBlob is not positive). The
// object id must be new for this sender.
func AppendFragments(dst []byte, objectID uint64, msg []byte, maxBlob int) []byte {
	if maxBlob <= 0 {
		maxBlob = DefaultMaxBlob
	}
	h := FragmentHeader{ObjectID: objectID, Start: true}
	for !h.End {
		n := min(maxBlob, len(msg))
		h.End = n == len(msg)
		h.BlobLength = uint32(n)
		dst = append(h.Append(dst), msg[:n]...)
		msg = msg[n:]
		h.Start = false
		h.FragmentID++
	}
	return dst
}
