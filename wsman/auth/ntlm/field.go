package ntlm

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// signature is what every message begins with.
const signature = "NTLMSSP\x00"

// The types of message (MS-NLMP 2.2.1).
const (
	typeNegotiate    = 1
	typeChallenge    = 2
	typeAuthenticate = 3
)

// headerSize is the size of signature and type, fieldSize that of a field, in
// bytes.
const (
	headerSize = 12
	fieldSize  = 8
)

// appendHeader begins a message.
func appendHeader(b []byte, kind uint32) []byte {
	b = append(b, signature...)
	return binary.LittleEndian.AppendUint32(b, kind)
}

// appendField appends a field: length, the same again, and where the value
// stands in the message (MS-NLMP 2.2.1.1 and others).
func appendField(b []byte, length, offset int) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(length))
	b = binary.LittleEndian.AppendUint16(b, uint16(length))
	return binary.LittleEndian.AppendUint32(b, uint32(offset))
}

// payload appends the values that fields point to.
type payload struct {
	fields, values []byte
	start          int // where the first value stands in the message
}

func (p *payload) add(value []byte) {
	p.fields = appendField(p.fields, len(value), p.start+len(p.values))
	p.values = append(p.values, value...)
}

// reader reads a message: a header of fixed size, then values that the fields
// in the header point to. Its methods remember the first error.
type reader struct {
	message string // its name
	b       []byte
	header  int // size of what no value may stand in
	spans   []span
	err     error
}

// span is where a value stands.
type span struct{ from, to int }

// newReader checks what all messages have in common. Size is that of the
// smallest header of such a message.
func newReader(message string, b []byte, kind uint32, size int) (*reader, error) {
	switch {
	case len(b) > MaxMessage:
		return nil, &MessageError{message, "", fmt.Sprintf("has more than %d bytes", MaxMessage)}
	case len(b) < size:
		return nil, &MessageError{message, "", fmt.Sprintf("has less than %d bytes", size)}
	case string(b[:len(signature)]) != signature:
		return nil, &MessageError{message, "", "has no signature"}
	case binary.LittleEndian.Uint32(b[len(signature):]) != kind:
		return nil, &MessageError{message, "", "is of another type"}
	}
	return &reader{message: message, b: b, header: size}, nil
}

func (r *reader) fail(field, reason string) {
	if r.err == nil {
		r.err = &MessageError{r.message, field, reason}
	}
}

// value returns what the field at offset at points to, without copying it. The
// maximum length is ignored, as MS-NLMP demands, and so is where an empty value
// stands.
func (r *reader) value(name string, at, limit int) []byte {
	length := int(binary.LittleEndian.Uint16(r.b[at:]))
	offset := binary.LittleEndian.Uint32(r.b[at+4:])
	switch {
	case length == 0:
		return nil
	case length > limit:
		r.fail(name, fmt.Sprintf("has more than %d bytes", limit))
	case offset < uint32(r.header):
		r.fail(name, "stands in the header")
	case uint64(offset)+uint64(length) > uint64(len(r.b)):
		r.fail(name, "reaches beyond the end")
	default:
		from := int(offset)
		r.spans = append(r.spans, span{from, from + length})
		return r.b[from : from+length : from+length]
	}
	return nil
}

// text returns the string that the field at offset at points to.
func (r *reader) text(name string, at int) string {
	s, ok := decodeUTF16(r.value(name, at, maxName))
	if !ok {
		r.fail(name, "is not UTF-16")
	}
	return s
}

// start returns where the first value stands; the message's end if there is
// none. What is between header and start are optional parts of the header.
func (r *reader) start() int {
	first := len(r.b)
	for _, s := range r.spans {
		first = min(first, s.from)
	}
	return first
}

// done refuses values that stand in each other: no implementation writes them,
// and who reads one twice may be made to believe two things.
func (r *reader) done() error {
	slices.SortFunc(r.spans, func(a, b span) int { return a.from - b.from })
	for i := 1; i < len(r.spans); i++ {
		if r.spans[i].from < r.spans[i-1].to {
			r.fail("", "has values that overlap")
		}
	}
	return r.err
}
