package wsman

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// text reads a block's text into dst.
func (p *headerParser) text(s *xmlscan.Scanner, dst *string) error {
	name := s.Local()
	text, simple, err := simpleText(s)
	switch {
	case err != nil:
		return err
	case !simple:
		p.fail(invalidHeader("The SOAP header %s holds an element where it must hold text.", clip(name)))
	case len(text) > maxHeaderValue:
		p.fail(invalidHeader("The SOAP header %s is longer than %d bytes.", clip(name), maxHeaderValue))
	default:
		*dst = string(text)
	}
	return nil
}

// simpleText reads the trimmed text of the current element and says whether it
// has no child elements; those it passes over.
func simpleText(s *xmlscan.Scanner) (text []byte, simple bool, err error) {
	simple = true
	for {
		k, err := s.Next()
		if err != nil {
			return nil, false, err
		}
		switch {
		case k == xmlscan.StartElement:
			simple = false
			if err := s.Skip(); err != nil {
				return nil, false, err
			}
		case k == xmlscan.EndElement:
			return bytes.TrimSpace(text), simple, nil
		case text == nil:
			text = s.Chars()
		default:
			text = append(text[:len(text):len(text)], s.Chars()...)
		}
	}
}

// value reads a block whose text is a number or another checked value.
func (p *headerParser) value(s *xmlscan.Scanner, kind headerKind) error {
	var text string
	if err := p.text(s, &text); err != nil {
		return err
	}
	var err error
	switch kind {
	case headerMaxEnvelopeSize:
		p.envelopeSize(text)
	case headerOperationTimeout:
		p.timeout(text)
	case headerSequenceID:
		if p.header.SequenceID, err = strconv.ParseUint(text, 10, 64); err != nil {
			p.fail(invalidHeader("The SOAP header SequenceId is not a number: %.64s.", text))
		}
	case headerActivityID:
		if utf8.RuneCountInString(text) > maxActivityID {
			p.fail(invalidHeader("The SOAP header ActivityId is longer than %d characters.", maxActivityID))
			return nil
		}
		p.header.ActivityID = text
	case headerUseInteractiveToken:
		p.interactiveToken(text)
	}
	return nil
}

// interactiveToken reads UseInteractiveToken, an xs:boolean. A word that is
// neither is a fault, because a session that anybody may come back to is not
// what its client has asked for.
func (p *headerParser) interactiveToken(text string) {
	switch {
	case trueValue([]byte(text)):
		p.header.UseInteractiveToken = true
	case text != "0" && !strings.EqualFold(text, "false"):
		p.fail(invalidHeader("The SOAP header UseInteractiveToken must be true, false, 1 or 0: %.64s.", text))
	}
}

// envelopeSize reads the MaxEnvelopeSize (MS-WSMV 3.1.4.1.7).
func (p *headerParser) envelopeSize(text string) {
	size, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		p.fail(invalidHeader("The SOAP header MaxEnvelopeSize is not a number: %.64s.", text))
	case size < MinEnvelopeSize:
		p.fail(NewFault(CodeMinEnvelopeSize, ""))
	default:
		p.header.MaxEnvelopeSize = int(min(size, uint64(p.limits.MaxEnvelopeSize)))
	}
}

// timeout reads the OperationTimeout (MS-WSMV 3.1.4.1.6). Zero means the
// longest that the service allows, as no timeout does.
func (p *headerParser) timeout(text string) {
	d, err := ParseDuration(text)
	if err != nil || d < 0 {
		f := invalidHeader("The XML contains an invalid timeout field in the SOAP header: %.64s. ", text)
		p.fail(f.WithCause(err))
		return
	}
	p.header.OperationTimeout = d
}

// replyTo reads where the answer, or a fault, is to go.
func (p *headerParser) replyTo(s *xmlscan.Scanner, kind headerKind) error {
	depth := s.Depth()
	var address string
	for {
		ok, err := s.NextChild(depth)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if s.Is(NamespaceAddressing, "Address") {
			if err := p.text(s, &address); err != nil {
				return err
			}
		}
	}
	if address != AddressAnonymous {
		p.fail(NewFault(CodeAddressingMode, ""))
		return nil
	}
	if kind == headerReplyTo {
		p.header.ReplyTo = address
	}
	return nil
}

// language reads the xml:lang of a block. Every well-formed tag is taken: what
// it means is for the engine behind the shell.
func (p *headerParser) language(s *xmlscan.Scanner, dst *string) error {
	tag, _ := s.AttrBytes(NamespaceXML, "lang")
	tag = bytes.TrimSpace(tag)
	switch {
	case languageTag(tag):
		*dst = string(tag)
	case mustUnderstand(s):
		p.fail(NewFault(CodeLocaleNotSupported, ""))
	}
	return s.Skip()
}

// languageTag reports whether tag can be a language tag (RFC 5646).
func languageTag(tag []byte) bool {
	for _, c := range tag {
		if c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(tag) > 0 && len(tag) <= 64
}
