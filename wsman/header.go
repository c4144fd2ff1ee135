package wsman

import (
	"strings"
	"time"
)

// Header is what a request's SOAP headers say (MS-WSMV 2.2.4, DSP0226 section
// 5). Texts are trimmed of white space and otherwise as the client wrote them.
type Header struct {
	// Action says which operation is asked for; "" for Identify.
	Action string
	// ResourceURI is what it is asked of; "" if the client named nothing.
	ResourceURI string
	// To is the address of the service as the client knows it.
	To string
	// MessageID names this message; the answer repeats it as RelatesTo.
	MessageID string
	// ReplyTo is AddressAnonymous or "".
	ReplyTo string
	// SessionID names the client session, as "uuid:…"; "" if it names none.
	SessionID string
	// OperationID and SequenceID name a step of one operation; a repeated
	// request has the same. "" and 0 if the client gives none.
	OperationID string
	SequenceID  uint64
	// MaxEnvelopeSize is how many bytes the answer may have: what the client
	// says, and never more than the service's own limit.
	MaxEnvelopeSize int
	// OperationTimeout is how long the client waits: what it says, and never
	// more than the service's own limit.
	OperationTimeout time.Duration
	// Locale and DataLocale are the client's languages, as "en-US".
	Locale, DataLocale string
	// ActivityID is for traces only; at most 2048 characters.
	ActivityID string
	// CompressionType is the compression asked for at Create; "" for none.
	CompressionType string
	// UseInteractiveToken is true where the client wants a session that is used
	// from the server's own machine only, as New-PSSession -EnableNetworkAccess
	// does. It is a header of NamespaceSession and has a meaning at Create only.
	UseInteractiveToken bool
	// Selectors choose an instance of the resource.
	Selectors []Selector
	// Options are hints and orders to what serves the resource.
	Options []Option
	// Identify is true for an Identify request, which needs no header.
	Identify bool
}

// Selector is a w:Selector.
type Selector struct{ Name, Value string }

// Option is a w:Option.
type Option struct {
	Name, Value string
	// MustComply says that the request must fail where the option is not
	// understood or cannot be met.
	MustComply bool
}

// Selector returns the value of the selector with this name, compared without
// regard to case, and whether it was given.
func (h *Header) Selector(name string) (string, bool) {
	for _, s := range h.Selectors {
		if strings.EqualFold(s.Name, name) {
			return s.Value, true
		}
	}
	return "", false
}

// Option returns the option with this name, compared without regard to case,
// and whether it was given.
func (h *Header) Option(name string) (Option, bool) {
	for _, o := range h.Options {
		if strings.EqualFold(o.Name, name) {
			return o, true
		}
	}
	return Option{}, false
}
