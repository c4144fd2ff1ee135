package xpress

import (
	"slices"
	"sync"
)

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// Decompress appends to dst the plain bytes of the chunks in src, which is the
// whole content of one rsp:Stream element. Empty src is no chunk and no bytes.
//
// At most limit bytes are appended: more is ErrTooLarge, found before memory
// is reserved (264 bytes of input can ask for 65536). Malformed input is a
// [*CorruptError], which wraps ErrCorrupt. With an error the result is dst as
// it was given; the bytes between its length and its capacity may have changed.
//
// What follows the last needed symbol in the payload of a chunk is ignored:
// the stream's end symbol is optional (MS-XCA 2.2.4), and bytes after it are
// what peers that round up leave there.
//
// dst and src must not overlap.
func Decompress(dst, src []byte, limit int) ([]byte, error) {
	total, err := plainSize(src, limit)
	if err != nil {
		return dst, err
	}
	out := slices.Grow(dst, total)
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	for i, rest := 0, src; len(rest) > 0; i++ {
		var c chunk
		c, rest, _, _ = cutChunk(rest) // plainSize has seen every header
		end := len(out) + c.plainSize
		if bad, reason := d.expand(out[len(out):end], c); reason != "" {
			at := len(src) - len(rest) - len(c.payload) + bad
			return dst, &CorruptError{Chunk: i, Offset: at, Reason: reason}
		}
		out = out[:end]
	}
	return out, nil
}

// plainSize walks the chunk headers of src and returns the sum of the plain
// sizes, or an error where a chunk is not whole or the sum is above limit.
func plainSize(src []byte, limit int) (int, error) {
	total := 0
	for i, rest := 0, src; len(rest) > 0; i++ {
		at := len(src) - len(rest)
		c, next, bad, reason := cutChunk(rest)
		if reason != "" {
			return 0, &CorruptError{Chunk: i, Offset: at + bad, Reason: reason}
		}
		if c.plainSize > limit-total {
			return 0, ErrTooLarge
		}
		total += c.plainSize
		rest = next
	}
	return total, nil
}

// expand fills out, which has exactly the plain size of c. The reason is empty
// on success; else bad is the offset in the payload.
func (d *decoder) expand(out []byte, c chunk) (bad int, reason string) {
	if c.stored() {
		copy(out, c.payload)
		return 0, ""
	}
	return d.stream(out, c.payload)
}
