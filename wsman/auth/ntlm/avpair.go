package ntlm

import (
	"encoding/binary"
	"fmt"
)

// AVID says what an AV pair is (MS-NLMP 2.2.2.1).
type AVID uint16

// The AV pairs.
const (
	AVEnd             AVID = 0
	AVComputerName    AVID = 1  // NetBIOS name of the server
	AVDomainName      AVID = 2  // NetBIOS name of its domain
	AVDNSComputerName AVID = 3  // full name of the server
	AVDNSDomainName   AVID = 4  // full name of its domain
	AVDNSTreeName     AVID = 5  // full name of its forest
	AVFlags           AVID = 6  // 32 bits, see AVFlagMIC
	AVTimestamp       AVID = 7  // FileTime of the server
	AVSingleHost      AVID = 8  // of the client's computer
	AVTargetName      AVID = 9  // service principal name that the client wanted
	AVChannelBindings AVID = 10 // MD5 of gss_channel_bindings_struct
)

// AVFlagMIC in AVFlags announces a MIC in the AUTHENTICATE message.
const AVFlagMIC = 0x2

// AVPair is one attribute. Value may be part of the message that it came in.
type AVPair struct {
	ID    AVID
	Value []byte
}

// AVPairs are attributes in the order in which they stand: what the server says
// of itself (TargetInfo), and in the client's response with the client's own.
type AVPairs []AVPair

// Get returns the value of the first pair with the id.
func (p AVPairs) Get(id AVID) ([]byte, bool) {
	for _, pair := range p {
		if pair.ID == id {
			return pair.Value, true
		}
	}
	return nil, false
}

// Text returns a value that is a string; empty if it is missing or is none.
func (p AVPairs) Text(id AVID) string {
	value, _ := p.Get(id)
	s, _ := decodeUTF16(value)
	return s
}

// Timestamp returns the server's time, if it is there.
func (p AVPairs) Timestamp() (FileTime, bool) {
	value, ok := p.Get(AVTimestamp)
	if !ok || len(value) != 8 {
		return 0, false
	}
	return FileTime(binary.LittleEndian.Uint64(value)), true
}

// Flags returns the AVFlags; none if they are missing.
func (p AVPairs) Flags() uint32 {
	value, ok := p.Get(AVFlags)
	if !ok || len(value) != 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(value)
}

// Append appends the pairs and the end mark. No value has more than 65,535
// bytes.
func (p AVPairs) Append(b []byte) []byte {
	for _, pair := range p {
		b = binary.LittleEndian.AppendUint16(b, uint16(pair.ID))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(pair.Value)))
		b = append(b, pair.Value...)
	}
	return append(b, 0, 0, 0, 0)
}

// fixedSizes are the sizes of the values that have one, in bytes.
var fixedSizes = map[AVID]int{AVFlags: 4, AVTimestamp: 8, AVChannelBindings: 16}

// DecodeAVPairs reads pairs up to the end mark. What stands behind it is
// ignored. Values are not copied. An id that comes twice is an error, because
// peers differ in which of the two they take. Errors are *MessageError.
func DecodeAVPairs(b []byte) (AVPairs, error) {
	fail := func(reason string) (AVPairs, error) {
		return nil, &MessageError{"TargetInfo", "", reason}
	}
	var pairs AVPairs
	for {
		if len(b) < 4 {
			return fail("has no end mark")
		}
		id, length := AVID(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
		b = b[4:]
		if id == AVEnd {
			if length != 0 {
				return fail("has an end mark with a value")
			}
			return pairs, nil
		}
		if length > len(b) {
			return fail("has a value that reaches beyond the end")
		}
		if size, ok := fixedSizes[id]; ok && length != size {
			return fail(fmt.Sprintf("has a pair %d that has not %d bytes", id, size))
		}
		if _, twice := pairs.Get(id); twice {
			return fail(fmt.Sprintf("has pair %d twice", id))
		}
		if len(pairs) == maxPairs {
			return fail(fmt.Sprintf("has more than %d pairs", maxPairs))
		}
		pairs = append(pairs, AVPair{id, b[:length:length]})
		b = b[length:]
	}
}

// textPair makes a pair of a string.
func textPair(id AVID, s string) AVPair { return AVPair{id, appendUTF16(nil, s)} }
