package xpress

import (
	"errors"
	"fmt"
)

var (
	// ErrCorrupt is wrapped by every error that says that the compressed bytes
	// are malformed or cut short; the error itself is a [*CorruptError].
	ErrCorrupt = errors.New("xpress: corrupt data")
	// ErrTooLarge says that the plain bytes would be more than the caller's
	// limit. It is found in the chunk headers, before anything is decompressed.
	ErrTooLarge = errors.New("xpress: plain data exceeds the limit")
)

// CorruptError says what is wrong with compressed bytes, and where.
type CorruptError struct {
	// Chunk counts the chunks from 0.
	Chunk int
	// Offset is the byte of the whole compressed input at which the fault was
	// noticed; in a Huffman stream that is a few bytes after its cause.
	Offset int
	// Reason is for people.
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%v: chunk %d, byte %d: %s", ErrCorrupt, e.Chunk, e.Offset, e.Reason)
}

// Unwrap returns ErrCorrupt.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }
