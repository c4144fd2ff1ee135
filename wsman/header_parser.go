package wsman

import (
	"fmt"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// headerParser reads the header blocks of a request. A block that is wrong
// does not end the reading: the first fault is kept.
type headerParser struct {
	header *Header
	limits Limits
	seen   uint32 // bits of headerKind
	fault  *Fault
}

// parse reads the children of s:Header. Its error is one of the XML.
func (p *headerParser) parse(s *xmlscan.Scanner) error {
	for n := 0; ; n++ {
		ok, err := s.NextChild(2)
		if err != nil || !ok {
			return err
		}
		if n == maxHeaders {
			p.fail(NewFault(CodeInvalidHeader, fmt.Sprintf("The request has more than %d SOAP headers.", maxHeaders)))
			return s.Skip()
		}
		if err := p.block(s); err != nil {
			return err
		}
	}
}

// fail notes f, if it is the first.
func (p *headerParser) fail(f *Fault) {
	if p.fault == nil {
		p.fault = f
	}
}

// block reads one header block.
func (p *headerParser) block(s *xmlscan.Scanner) error {
	kind := headerKindOf(s)
	if kind == headerUnknown {
		if mustUnderstand(s) {
			f := NewFault(CodeMustUnderstand, fmt.Sprintf("The header %s of namespace %.256s is not understood.", clip(s.Local()), s.Space()))
			f.NotUnderstood = QName{Space: string(s.Space()), Local: string(s.Local())}
			p.fail(f)
		}
		return s.Skip()
	}
	if p.seen&(1<<kind) != 0 {
		p.fail(invalidHeader("The request has the header %s twice.", clip(s.Local())))
		return s.Skip()
	}
	p.seen |= 1 << kind
	return p.known(s, kind)
}

// clip returns a name short enough for a message.
func clip(name []byte) string { return string(name[:min(len(name), 128)]) }

// invalidHeader makes the fault for a header whose value is wrong.
func invalidHeader(format string, args ...any) *Fault {
	return NewFault(CodeInvalidHeader, fmt.Sprintf("The WS-Management service cannot process the request. "+format, args...))
}

// mustUnderstand reports whether the block the scanner stands on must be
// understood. Some clients write the attribute without its namespace.
func mustUnderstand(s *xmlscan.Scanner) bool {
	v, ok := s.AttrBytes(NamespaceSOAP, "mustUnderstand")
	if !ok {
		v, _ = s.AttrBytes("", "mustUnderstand")
	}
	return trueValue(v)
}

// known reads a block of a known kind.
func (p *headerParser) known(s *xmlscan.Scanner, kind headerKind) error {
	h := p.header
	switch kind {
	case headerAction:
		return p.text(s, &h.Action)
	case headerTo:
		return p.text(s, &h.To)
	case headerMessageID:
		return p.text(s, &h.MessageID)
	case headerReplyTo, headerFaultTo:
		return p.replyTo(s, kind)
	case headerResourceURI:
		return p.text(s, &h.ResourceURI)
	case headerSessionID:
		return p.text(s, &h.SessionID)
	case headerOperationID:
		return p.text(s, &h.OperationID)
	case headerCompressionType:
		return p.text(s, &h.CompressionType)
	case headerMaxEnvelopeSize, headerOperationTimeout, headerSequenceID, headerActivityID, headerUseInteractiveToken:
		return p.value(s, kind)
	case headerLocale:
		return p.language(s, &h.Locale)
	case headerDataLocale:
		return p.language(s, &h.DataLocale)
	case headerSelectorSet:
		return p.selectors(s)
	case headerOptionSet:
		return p.options(s)
	case headerFragmentTransfer:
		p.fail(NewFault(CodeFragmentTransfer, ""))
	case headerFrom, headerRelatesTo, headerUnknown:
	}
	return s.Skip()
}

// finish checks the headers as a whole and returns the first fault, if there
// is one.
func (p *headerParser) finish() error {
	h := p.header
	if h.MaxEnvelopeSize == 0 {
		h.MaxEnvelopeSize = p.limits.MaxEnvelopeSize
	}
	if h.OperationTimeout == 0 || h.OperationTimeout > p.limits.MaxTimeout {
		h.OperationTimeout = p.limits.MaxTimeout
	}
	if p.fault != nil {
		return p.fault
	}
	if h.Identify {
		return nil
	}
	for _, required := range [...]struct{ name, value string }{
		{"Action", h.Action}, {"MessageID", h.MessageID}, {"To", h.To},
	} {
		if required.value == "" {
			return headerRequired(required.name)
		}
	}
	return nil
}

// headerRequired makes the fault for a header that is missing.
func headerRequired(name string) *Fault {
	return NewFault(CodeHeaderRequired, fmt.Sprintf(
		"The WS-Management service cannot process the request. The required SOAP header %s is missing.", name))
}
