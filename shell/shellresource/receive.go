package shellresource

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// Room in an answer that is not the streams' text, in characters.
const (
	// partOverhead is an rsp:Stream's tags with name, CommandId and End.
	partOverhead = 120
	// answerOverhead is the rsp:ReceiveResponse, the CommandState with exit
	// code, and an end mark for each of two streams.
	answerOverhead = 640
)

// receive gives output (MS-WSMV 3.1.4.14).
func (res *Resource) receive(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
	sh, err := res.shell(r)
	if err != nil {
		return nil, err
	}
	request, err := readReceive(r)
	if err != nil {
		return nil, err
	}
	compressed := sh.Spec().Compression != ""
	if compressed {
		request.Room = compressedRoom(request.Room)
	}
	answer, err := sh.Receive(ctx, client(r), request)
	if err != nil {
		return nil, err
	}
	messageID, relatesTo := answer.Envelope(newMessageID, r.Header.MessageID)
	return &wsman.Response{
		Body:      &receiveBody{answer: answer, compressed: compressed},
		MessageID: messageID, RelatesTo: relatesTo,
		Written: func(err error) { written(answer, err) },
	}, nil
}

// written reports what became of an answer.
func written(a *shell.Answer, err error) {
	if errors.Is(err, wsman.ErrDeliveryUnknown) {
		a.Doubt()
		return
	}
	a.Written(err)
}

func newMessageID() string { return "uuid:" + strings.ToUpper(uuid.NewString()) }

// readReceive reads a Receive request.
func readReceive(r *wsman.Request) (shell.ReceiveRequest, error) {
	request := shell.ReceiveRequest{Key: key(r), Overhead: partOverhead}
	request.Room = r.Header.MaxEnvelopeSize - wsman.EnvelopeOverhead(r)
	if r.Charset == wsman.UTF16 {
		request.Room = r.Header.MaxEnvelopeSize/2 - wsman.EnvelopeOverhead(r)
	}
	request.Room -= answerOverhead
	s := r.Body()
	if err := openElement(s, "Receive"); err != nil {
		return request, err
	}
	depth := s.Depth()
	for {
		ok, err := s.NextChild(depth)
		if err != nil {
			return request, schema(err)
		}
		if !ok {
			return request, wsman.NewFault(wsman.CodeSchemaValidation, "A Receive request must have an rsp:DesiredStream element.")
		}
		if !s.Is(wsman.NamespaceShell, "DesiredStream") {
			continue
		}
		if request.CommandID, err = commandIdentifier(attribute(s, "CommandId")); err != nil {
			return request, err
		}
		names, err := s.Text()
		request.Streams = strings.Fields(names)
		return request, schema(err)
	}
}

// commandIdentifier takes a CommandId as it is: one that is not a GUID names
// no command, which is what its client is told.
func commandIdentifier(id string, ok bool) (string, error) {
	if ok && id == "" {
		return "", wsman.NewFault(wsman.CodeCommandIDNotValid, "The CommandId is empty.")
	}
	return id, nil
}

// key is the identity of a request, by which it is known when it comes again.
func key(r *wsman.Request) shell.Key {
	k := shell.Key{MessageID: uniqueID(r.Header.MessageID), OperationID: r.Header.OperationID}
	if r.Header.SequenceID != 0 {
		k.SequenceID = strconv.FormatUint(r.Header.SequenceID, 10)
	}
	return k
}

// uniqueID is a MessageID, or empty where it tells nothing of its message: a UUID
// that is made from a name (RFC 9562, versions 3 and 5) is the same whenever it is
// made. nodejs-winrm and winrm-client give one and the same to every message.
func uniqueID(messageID string) string {
	id, err := uuid.Parse(messageID[strings.LastIndexByte(messageID, ':')+1:])
	if err == nil && (id.Version() == 3 || id.Version() == 5) {
		return ""
	}
	return messageID
}

// receiveBody writes an rsp:ReceiveResponse.
type receiveBody struct {
	answer     *shell.Answer
	compressed bool
}

// AppendXML implements wsman.Body.
func (b *receiveBody) AppendXML(dst []byte) []byte {
	a := b.answer
	dst = append(dst, "<rsp:ReceiveResponse>"...)
	for _, p := range a.Parts {
		dst = b.appendPart(dst, p)
	}
	if a.State != "" {
		dst = appendState(dst, a)
	}
	return append(dst, "</rsp:ReceiveResponse>"...)
}

func (b *receiveBody) appendPart(dst []byte, p shell.Part) []byte {
	dst = append(dst, `<rsp:Stream Name="`...)
	dst = append(dst, p.Stream...)
	if b.answer.CommandID != "" {
		dst = append(dst, `" CommandId="`...)
		dst = append(dst, b.answer.CommandID...)
	}
	if p.End {
		return append(dst, `" End="true"></rsp:Stream>`...)
	}
	dst = append(dst, `">`...)
	if b.compressed {
		dst = appendCompressed(dst, p.Data)
	} else {
		dst = p.Data.AppendBase64(dst)
	}
	return append(dst, `</rsp:Stream>`...)
}

func appendState(dst []byte, a *shell.Answer) []byte {
	dst = append(dst, `<rsp:CommandState CommandId="`...)
	dst = append(dst, a.CommandID...)
	dst = append(dst, `" State="`+wsman.NamespaceShell+`/CommandState/`...)
	dst = append(dst, a.State...)
	if a.State != shell.CommandDone {
		return append(dst, `"></rsp:CommandState>`...)
	}
	dst = append(dst, `"><rsp:ExitCode>`...)
	dst = strconv.AppendInt(dst, int64(a.ExitCode), 10)
	return append(dst, `</rsp:ExitCode></rsp:CommandState>`...)
}
