package wsman

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// AppendEnvelope appends to dst the whole envelope that answers req, with the
// headers in Windows' order. A MessageID or RelatesTo that is empty is set
// first, so that an answer rendered again is the same to the byte.
func (r *Response) AppendEnvelope(dst []byte, req *Request) []byte {
	if r.Envelope != nil {
		return append(dst, r.Envelope...)
	}
	if r.MessageID == "" {
		r.MessageID = newMessageID()
	}
	if r.RelatesTo == "" {
		r.RelatesTo = relatesTo(req)
	}
	dst = append(dst, `<s:Envelope xml:lang="en-US"`+envelopeNamespaces+`><s:Header>`...)
	if req == nil || !req.Header.Identify {
		dst = appendHeaders(dst, r.action(req), r.MessageID, r.RelatesTo, req)
	}
	dst = append(dst, `</s:Header><s:Body>`...)
	if r.Body != nil {
		dst = r.Body.AppendXML(dst)
	}
	return append(dst, `</s:Body></s:Envelope>`...)
}

// action returns the action of the answer to req.
func (r *Response) action(req *Request) string {
	if r.Action != "" || req == nil {
		return r.Action
	}
	return req.Header.Action + ResponseSuffix
}

// EnvelopeOverhead returns how many bytes of UTF-8 the envelope of an answer
// to req has besides its body, with the answer's usual action; so a body may
// have req.Header.MaxEnvelopeSize less this. A client that reads UTF-16 gets
// two bytes for each.
func EnvelopeOverhead(req *Request) int {
	r := Response{MessageID: messageIDPrefix + zeroGUID}
	return len(r.AppendEnvelope(make([]byte, 0, 2048), req))
}

// appendHeaders appends the headers that every answer has. The ActivityId is
// the GUID of the MessageID, so that it is the same each time.
func appendHeaders(dst []byte, action, messageID, relatesTo string, req *Request) []byte {
	dst = append(dst, `<a:Action>`...)
	dst = AppendEscaped(dst, action)
	dst = append(dst, `</a:Action><a:MessageID>`...)
	dst = AppendEscaped(dst, messageID)
	dst = append(dst, `</a:MessageID><p:ActivityId>`...)
	dst = AppendEscaped(dst, strings.TrimPrefix(messageID, messageIDPrefix))
	dst = append(dst, `</p:ActivityId>`...)
	if req != nil && req.Header.OperationID != "" {
		dst = append(dst, `<p:OperationID s:mustUnderstand="false">`...)
		dst = AppendEscaped(dst, req.Header.OperationID)
		dst = append(dst, `</p:OperationID>`...)
	}
	if req != nil && req.Header.SequenceID != 0 {
		dst = append(dst, `<p:SequenceId>`...)
		dst = strconv.AppendUint(dst, req.Header.SequenceID, 10)
		dst = append(dst, `</p:SequenceId>`...)
	}
	dst = append(dst, `<a:To>`+AddressAnonymous+`</a:To>`...)
	if relatesTo != "" {
		dst = append(dst, `<a:RelatesTo>`...)
		dst = AppendEscaped(dst, relatesTo)
		dst = append(dst, `</a:RelatesTo>`...)
	}
	return dst
}

// messageIDPrefix begins a MessageID; a GUID follows.
const messageIDPrefix = "uuid:"

// zeroGUID has the length of every GUID.
const zeroGUID = "00000000-0000-0000-0000-000000000000"

// newMessageID makes a MessageID as Windows writes it.
func newMessageID() string {
	return messageIDPrefix + strings.ToUpper(uuid.NewString())
}

// relatesTo returns the MessageID of req, "" if it is nil.
func relatesTo(req *Request) string {
	if req == nil {
		return ""
	}
	return req.Header.MessageID
}
