package psrp

import "encoding/base64"

// headerTextSize is the length of a fragment header as base64 text.
const headerTextSize = FragmentHeaderSize / 3 * 4

// CutText returns a part of f, the base64 text of one whole fragment, as a
// fragment of its own of at most max characters.
//
// The part begins at blob offset from: 0 at first, then what CutText returned
// as next, until next is 0. Its fragment id is that of f plus shift, the
// number of cuts that were made in earlier fragments of the same object and
// in f so far. Parts keep f's object id; only the first is a start and only
// the last an end fragment, where f was. Blobs are cut at multiples of 3
// bytes, so the text of the blob is copied and not decoded. A whole fragment
// that fits and whose id stays is f itself.
//
// part is nil where max has no room for a header and 3 bytes (32 characters),
// where f is not one fragment, and where from or shift is out of range.
func CutText(f []byte, from, shift, max int) (part []byte, next int) {
	w, err := newTextWalk(f)
	if err != nil || w.size < FragmentHeaderSize {
		return nil, 0
	}
	var buf [FragmentHeaderSize + 3]byte
	b, err := w.appendBytes(buf[:0], 0, FragmentHeaderSize)
	if err != nil {
		return nil, 0
	}
	if from == 0 && shift == 0 && len(f) <= max && isFragmentOf(b, w.size) {
		return f, 0
	}
	room := max - headerTextSize // characters
	if room < 0 || from%3 != 0 {
		return nil, 0
	}
	h, next, ok := cutHeader(b, w.size, from, shift, room/4*3)
	if !ok {
		return nil, 0
	}
	first, last := headerTextSize+from/3*4, len(f)
	if next > 0 {
		last = headerTextSize + next/3*4
	}
	part = make([]byte, 0, headerTextSize+last-first)
	part = base64.StdEncoding.AppendEncode(part, h.Append(buf[:0]))
	return append(part, f[first:last]...), next
}

// Cut is CutText for f as plain bytes: max is in bytes, at least 24, and
// blobs are cut at multiples of 3 bytes too.
func Cut(f []byte, from, shift, max int) (part []byte, next int) {
	if len(f) < FragmentHeaderSize {
		return nil, 0
	}
	if from == 0 && shift == 0 && len(f) <= max && isFragmentOf(f, len(f)) {
		return f, 0
	}
	room := max - FragmentHeaderSize
	if room < 0 {
		return nil, 0
	}
	if rest := len(f) - FragmentHeaderSize - from; room < rest {
		room = room / 3 * 3
	}
	h, next, ok := cutHeader(f, len(f), from, shift, room)
	if !ok {
		return nil, 0
	}
	first := FragmentHeaderSize + from
	part = make([]byte, 0, FragmentHeaderSize+int(h.BlobLength))
	return append(h.Append(part), f[first:first+int(h.BlobLength)]...), next
}

// isFragmentOf reports whether a fragment of size bytes begins with b.
func isFragmentOf(b []byte, size int) bool {
	h, err := ParseFragmentHeader(b)
	return err == nil && int(h.BlobLength) == size-FragmentHeaderSize
}

// cutHeader makes the header of the part that begins at blob offset from, of
// at most room blob bytes, of the fragment of size bytes whose header is b.
func cutHeader(b []byte, size, from, shift, room int) (h FragmentHeader, next int, ok bool) {
	h, err := ParseFragmentHeader(b)
	blob := int(h.BlobLength)
	switch {
	case err != nil, blob != size-FragmentHeaderSize:
		return h, 0, false
	case from < 0, shift < 0, from > blob, from == blob && from > 0:
		return h, 0, false
	case room == 0 && blob > 0:
		return h, 0, false
	}
	n := min(room, blob-from)
	h.FragmentID += uint64(shift)
	h.Start = h.Start && from == 0
	h.End = h.End && from+n == blob
	h.BlobLength = uint32(n)
	if from+n < blob {
		next = from + n
	}
	return h, next, true
}
