package xpress

import (
	"slices"
	"sync"
)

var encoders = sync.Pool{New: func() any { return new(encoder) }}

// Compress appends to dst the chunks for src, the whole plain content of one
// rsp:Stream element. Empty src gives no chunk. The result is never longer
// than src and 4 bytes for each begun 65536 bytes of it.
//
// dst and src must not overlap.
func Compress(dst, src []byte) []byte {
	if len(src) == 0 {
		return dst
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	for len(src) > 0 {
		plain := src[:min(len(src), maxChunk)]
		dst = e.appendChunk(dst, plain)
		src = src[len(plain):]
	}
	return dst
}

// encoder is the working memory of one chunk's compression, about 450 KB.
type encoder struct {
	finder finder
	tokens tokens
	code   encodeTable
}

// appendChunk appends the chunk for plain (1..maxChunk bytes), stored unless
// compression makes it smaller: equal sizes would read as stored.
func (e *encoder) appendChunk(dst, plain []byte) []byte {
	if len(plain) > minStream {
		e.tokens.reset()
		e.finder.parse(&e.tokens, plain)
		e.code.init(&e.tokens.counts)
		if size := e.streamSize(); size < len(plain) {
			dst = slices.Grow(appendHeader(dst, len(plain), size), size)
			at := len(dst)
			dst = dst[:at+size]
			e.writeStream(dst[at:])
			return dst
		}
	}
	return append(appendHeader(dst, len(plain), len(plain)), plain...)
}

// streamSize returns the exact size of the stream for the tokens.
func (e *encoder) streamSize() int {
	n := 0
	for symbol, count := range &e.tokens.counts {
		n += int(count) * int(e.code.lengths[symbol])
	}
	n += e.tokens.offsetBits
	// The reader is always one word ahead of the word it is in.
	return tableSize + 2*(max(1, (n+15)/16)+1) + e.tokens.lengthBytes
}
