package wsmanclient

import (
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Answer is what a server answered.
type Answer struct {
	// Action is the request's with wsman.ResponseSuffix; "" for an Identify.
	Action string
	// MessageID names the answer, RelatesTo the request.
	MessageID, RelatesTo string
	// ActivityID is for traces at the server; may be "".
	ActivityID string
	// Body is the first element in s:Body, as a document of its own; nil if there
	// is none.
	Body []byte

	raw []byte
}

// bodyReader is called on the start of each element in s:Body, and may read it
// to its end.
type bodyReader func(s *xmlscan.Scanner) error

// nothing is the bodyReader of answers with nothing to read in them.
func nothing(*xmlscan.Scanner) error { return nil }

// parseAnswer reads an envelope in UTF-8 in one pass. A fault is returned as a
// *wsman.Fault beside the Answer, what cannot be read as an *AnswerError.
func parseAnswer(raw []byte, body bodyReader) (*Answer, error) {
	p := answerParser{s: xmlscan.New(raw), answer: &Answer{raw: raw}, body: body}
	if err := p.envelope(); err != nil {
		return nil, &AnswerError{err}
	}
	if !p.fault {
		return p.answer, nil
	}
	f, err := wsman.ParseFault(raw)
	if err != nil {
		return nil, &AnswerError{err}
	}
	return p.answer, f
}

type answerParser struct {
	s      *xmlscan.Scanner
	answer *Answer
	body   bodyReader
	bodies int
	fault  bool
}

func (p *answerParser) envelope() error {
	if _, err := p.s.Next(); err != nil {
		return err
	}
	if !p.s.Is(wsman.NamespaceSOAP, "Envelope") {
		return badAnswer("it is not a SOAP 1.2 envelope")
	}
	err := children(p.s, func() error {
		switch {
		case p.s.Is(wsman.NamespaceSOAP, "Header"):
			return children(p.s, p.header)
		case p.s.Is(wsman.NamespaceSOAP, "Body"):
			p.bodies++
			return children(p.s, p.element)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if p.bodies != 1 {
		return badAnswer("the envelope has %d bodies", p.bodies)
	}
	_, err = p.s.Next() // to the document's end
	return err
}

// header reads a header block.
func (p *answerParser) header() error {
	var dst *string
	switch {
	case p.s.Is(wsman.NamespaceAddressing, "Action"):
		dst = &p.answer.Action
	case p.s.Is(wsman.NamespaceAddressing, "MessageID"):
		dst = &p.answer.MessageID
	case p.s.Is(wsman.NamespaceAddressing, "RelatesTo"):
		dst = &p.answer.RelatesTo
	case p.s.Is(wsman.NamespaceWSManMS, "ActivityId"):
		dst = &p.answer.ActivityID
	default:
		return nil
	}
	return text(p.s, dst)
}

// element reads an element of the body.
func (p *answerParser) element() error {
	if p.s.Is(wsman.NamespaceSOAP, "Fault") {
		p.fault = true
		return nil
	}
	return p.body(p.s)
}

// children calls child on the start of each child of the current element.
func children(s *xmlscan.Scanner, child func() error) error {
	depth := s.Depth()
	for {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return err
		}
		if err := child(); err != nil {
			return err
		}
	}
}

// text reads the current element's text, without white space around it.
func text(s *xmlscan.Scanner, dst *string) error {
	t, err := s.Text()
	*dst = strings.TrimSpace(t)
	return err
}

// element is where the first element of a body stands.
type element struct {
	start, end int
	scope      xmlscan.Scope
	name       wsman.QName
}

// first is a bodyReader that takes the first element.
func (e *element) first(s *xmlscan.Scanner) error {
	if e.end > 0 {
		return nil
	}
	return e.read(s)
}

// read takes the current element.
func (e *element) read(s *xmlscan.Scanner) error {
	e.start, e.scope = s.Start(), s.Scope()
	e.name = wsman.QName{Space: string(s.Space()), Local: string(s.Local())}
	if err := s.Skip(); err != nil {
		return err
	}
	e.end = s.Offset()
	return nil
}

// xml returns the element as a document of its own: with the declarations that
// were in force where it stood. It is nil where there was none.
func (e *element) xml(raw []byte) ([]byte, error) {
	if e.end == 0 {
		return nil, nil
	}
	return standalone(raw[e.start:e.end], e.scope)
}
