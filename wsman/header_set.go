package wsman

import (
	"bytes"
	"strings"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// setItem is one w:Selector or w:Option.
type setItem struct {
	name, value string
	simple      bool // the value is a text
	comply      bool // @MustComply
}

// selectors reads a w:SelectorSet (DSP0226 section 5.4.2.2).
func (p *headerParser) selectors(s *xmlscan.Scanner) error {
	return p.set(s, "Selector", func(i setItem) *Fault {
		switch _, double := p.header.Selector(i.name); {
		case !i.simple:
			return NewFault(CodeUnexpectedSelectors, "A selector whose value is an endpoint reference is not supported.")
		case i.name == "":
			return NewFault(CodeUnexpectedSelectors, "A selector has no name.")
		case double:
			return NewFault(CodeDuplicateSelectors, "")
		case len(p.header.Selectors) == maxSelectors:
			return NewFault(CodeSelectorLimit, "")
		}
		p.header.Selectors = append(p.header.Selectors, Selector{Name: i.name, Value: i.value})
		return nil
	})
}

// options reads a w:OptionSet (DSP0226 section 6.4).
func (p *headerParser) options(s *xmlscan.Scanner) error {
	return p.set(s, "Option", func(i setItem) *Fault {
		switch {
		case !i.simple:
			return NewFault(CodeOptionInvalidValue, "")
		case i.name == "":
			return NewFault(CodeOptionInvalidName, "")
		case len(p.header.Options) == maxOptions:
			return NewFault(CodeOptionLimit, "")
		}
		p.header.Options = append(p.header.Options, Option{Name: i.name, Value: i.value, MustComply: i.comply})
		return nil
	})
}

// set calls add for each child of the set that has the given local name.
func (p *headerParser) set(s *xmlscan.Scanner, local string, add func(setItem) *Fault) error {
	depth := s.Depth()
	for {
		ok, err := s.NextChild(depth)
		if err != nil || !ok {
			return err
		}
		if !s.Is(NamespaceWSMan, local) {
			continue
		}
		name, _ := s.AttrBytes("", "Name")
		comply, _ := s.AttrBytes("", "MustComply")
		value, simple, err := simpleText(s)
		if err != nil {
			return err
		}
		if len(name) > maxHeaderValue || len(value) > maxHeaderValue {
			p.fail(invalidHeader("A name or value in the %sSet is longer than %d bytes.", local, maxHeaderValue))
			continue
		}
		item := setItem{
			name: string(bytes.TrimSpace(name)), value: string(value),
			simple: simple, comply: trueValue(comply),
		}
		if f := add(item); f != nil {
			p.fail(f)
		}
	}
}

// trueValue reports whether v is true as an xs:boolean, in any case: clients
// write "True" too.
func trueValue(v []byte) bool {
	v = bytes.TrimSpace(v)
	return string(v) == "1" || strings.EqualFold(string(v), "true")
}
