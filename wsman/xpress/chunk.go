package xpress

import "encoding/binary"

const (
	// maxChunk is the most plain bytes in a chunk, and the reach of one
	// Huffman table (MS-XCA 2.1), so a chunk never needs a second table.
	maxChunk = 1 << 16
	// chunkHeaderSize is the size of the two size fields.
	chunkHeaderSize = 4
)

// chunk is one chunk of a compressed element, not yet decompressed.
type chunk struct {
	plainSize int    // 1..maxChunk
	payload   []byte // 1..maxChunk bytes
}

// stored reports whether the payload is the plain bytes themselves.
func (c chunk) stored() bool { return c.plainSize == len(c.payload) }

// cutChunk takes the first chunk off src. The reason is empty unless src does
// not start with a whole chunk; bad is then the offset in src of what is wrong.
// A payload that no stream fits in is refused here, so that the plain size that
// headers promise is at most 250 times the bytes that were really sent.
func cutChunk(src []byte) (c chunk, rest []byte, bad int, reason string) {
	if len(src) < chunkHeaderSize {
		return chunk{}, nil, len(src), "the chunk header is cut short"
	}
	c.plainSize = int(binary.LittleEndian.Uint16(src)) + 1
	size := int(binary.LittleEndian.Uint16(src[2:])) + 1
	src = src[chunkHeaderSize:]
	if len(src) < size {
		return chunk{}, nil, chunkHeaderSize + len(src), "the chunk payload is cut short"
	}
	c.payload = src[:size]
	if !c.stored() && size < minStream {
		return chunk{}, nil, 2, "the chunk payload is too short for a Huffman stream"
	}
	return c, src[size:], 0, ""
}

// appendHeader appends the header of a chunk; both sizes are 1..maxChunk.
func appendHeader(dst []byte, plainSize, payloadSize int) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(plainSize-1))
	return binary.LittleEndian.AppendUint16(dst, uint16(payloadSize-1))
}
