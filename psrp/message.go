package psrp

import (
	"encoding/binary"
	"fmt"
)

// MessageHeaderSize is the size in bytes of a message's header (2.2.1), with
// which the blob of an object's first fragment begins.
const MessageHeaderSize = 40

// Destination is who a message is for (2.2.1).
type Destination uint32

// The destinations.
const (
	DestinationClient Destination = 1
	DestinationServer Destination = 2
)

// String returns client, server or the number.
func (d Destination) String() string {
	switch d {
	case DestinationClient:
		return "client"
	case DestinationServer:
		return "server"
	}
	return fmt.Sprintf("Destination(%d)", uint32(d))
}

// MessageHeader is the header of a message (2.2.1).
type MessageHeader struct {
	Destination    Destination
	Type           MessageType
	RunspacePoolID GUID
	PipelineID     GUID // zero: the message is the runspace pool's own
}

// Message is one whole message.
type Message struct {
	MessageHeader
	Data []byte // CLIXML in UTF-8, with or without a byte order mark; may be empty
}

// MessageError is a message whose header or content is not what its type asks
// for.
type MessageError struct {
	Reason string
	Err    error // may be nil
}

// Error implements error.
func (e *MessageError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("message: %s: %v", e.Reason, e.Err)
	}
	return "message: " + e.Reason
}

// Unwrap returns the cause.
func (e *MessageError) Unwrap() error { return e.Err }

// Append appends the header's 40 bytes to dst.
func (h MessageHeader) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.Destination))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(h.Type))
	dst = append(dst, h.RunspacePoolID[:]...)
	return append(dst, h.PipelineID[:]...)
}

// ParseMessageHeader reads the header that b begins with. A short b is a
// *MessageError; unknown types and destinations are not.
func ParseMessageHeader(b []byte) (MessageHeader, error) {
	if len(b) < MessageHeaderSize {
		return MessageHeader{}, &MessageError{Reason: fmt.Sprintf("of %d bytes is shorter than its header", len(b))}
	}
	h := MessageHeader{
		Destination: Destination(binary.LittleEndian.Uint32(b)),
		Type:        MessageType(binary.LittleEndian.Uint32(b[4:])),
	}
	copy(h.RunspacePoolID[:], b[8:])
	copy(h.PipelineID[:], b[24:])
	return h, nil
}

// Append appends the message, header and data, to dst.
func (m Message) Append(dst []byte) []byte {
	return append(m.MessageHeader.Append(dst), m.Data...)
}

// ParseMessage reads a whole message. Data is a part of b.
func ParseMessage(b []byte) (Message, error) {
	h, err := ParseMessageHeader(b)
	if err != nil {
		return Message{}, err
	}
	return Message{MessageHeader: h, Data: b[MessageHeaderSize:]}, nil
}
