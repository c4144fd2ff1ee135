package wsman

import (
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// namespaceScope is the set of namespace declarations in force at s:Body.
type namespaceScope = xmlscan.Scope

// ParseRequest parses the headers of an envelope in UTF-8 and checks that all
// of it is well-formed. The Request points into raw, which must not change
// any more; Charset, Principal and Deadline are left to the caller.
//
// What cannot be served is a *Fault. The Request is returned along with it,
// filled as far as the envelope could be read, so that the fault can say which
// message it answers.
func ParseRequest(raw []byte, l Limits) (*Request, error) {
	l = l.withDefaults()
	r := &Request{Raw: raw}
	if len(raw) > l.MaxEnvelopeSize {
		return r, NewFault(CodeServerEnvelopeLimit, "")
	}
	p := headerParser{header: &r.Header, limits: l}
	if err := r.parseEnvelope(xmlscan.New(raw), &p); err != nil {
		return r, err
	}
	return r, p.finish()
}

// parseEnvelope reads the envelope to its end. Of a header that is wrong it
// makes a note in p and reads on: the message's id may come after it, and
// malformed XML is the graver fault.
func (r *Request) parseEnvelope(s *xmlscan.Scanner, p *headerParser) error {
	if _, err := s.Next(); err != nil {
		return malformed(err)
	}
	if string(s.Local()) != "Envelope" {
		return NewFault(CodeSchemaValidation, "The message is not a SOAP envelope.")
	}
	if string(s.Space()) != NamespaceSOAP {
		return NewFault(CodeVersionMismatch, "")
	}
	if err := r.parseParts(s, p); err != nil {
		return err
	}
	if _, err := s.Next(); err != nil {
		return malformed(err)
	}
	return nil
}

// parseParts reads the children of the envelope: a Header, which may be
// missing, and a Body.
func (r *Request) parseParts(s *xmlscan.Scanner, p *headerParser) error {
	var header, body bool
	for {
		ok, err := s.NextChild(1)
		if err != nil {
			return malformed(err)
		}
		switch {
		case !ok && !body:
			return NewFault(CodeSchemaValidation, "The SOAP envelope has no body.")
		case !ok:
			return nil
		case s.Is(NamespaceSOAP, "Header") && !header && !body:
			header = true
			err = p.parse(s)
		case s.Is(NamespaceSOAP, "Body") && !body:
			body = true
			err = r.parseBody(s)
		case header && !body && string(s.Space()) != NamespaceSOAP:
			// It is passed over. winrm-rs puts the OptionSet of a command shell
			// between header and body.
		default:
			return NewFault(CodeSchemaValidation, "The SOAP envelope holds something other than one header and one body.")
		}
		if err != nil {
			return malformed(err)
		}
	}
}

// parseBody notes where the body is and whether it asks to identify.
func (r *Request) parseBody(s *xmlscan.Scanner) error {
	r.scope = s.Scope()
	r.bodyStart = s.Offset()
	ok, err := s.NextChild(2)
	if err != nil {
		return err
	}
	if ok {
		r.Header.Identify = r.Header.Action == "" && s.Is(NamespaceWSManIdentity, "Identify")
		for ok {
			if ok, err = s.NextChild(2); err != nil {
				return err
			}
		}
	}
	r.bodyEnd = s.Start()
	return nil
}

// malformed makes the fault for XML that could not be read.
func malformed(err error) error {
	return NewFault(CodeInvalidXML, "").WithCause(err)
}
