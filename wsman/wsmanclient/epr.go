package wsmanclient

import (
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// EndpointReference names an instance of a resource (WS-Addressing 2004/08
// section 2, DSP0226 section 5.1).
type EndpointReference struct {
	// Address is the service, as it calls itself.
	Address string
	// ResourceURI and Selectors are the instance.
	ResourceURI string
	Selectors   []wsman.Selector
}

// Resource is what operations on the instance are asked of.
func (e *EndpointReference) Resource() Resource {
	return Resource{URI: e.ResourceURI, Selectors: e.Selectors}
}

// maxSelectors is how many are read.
const maxSelectors = 64

// read reads the current element, which has the content of a reference.
func (e *EndpointReference) read(s *xmlscan.Scanner) error {
	return children(s, func() error {
		switch {
		case s.Is(wsman.NamespaceAddressing, "Address"):
			return text(s, &e.Address)
		case s.Is(wsman.NamespaceAddressing, "ReferenceParameters"):
			return children(s, func() error { return e.parameter(s) })
		}
		return nil
	})
}

func (e *EndpointReference) parameter(s *xmlscan.Scanner) error {
	switch {
	case s.Is(wsman.NamespaceWSMan, "ResourceURI"):
		return text(s, &e.ResourceURI)
	case s.Is(wsman.NamespaceWSMan, "SelectorSet"):
		return children(s, func() error { return e.selector(s) })
	}
	return nil
}

func (e *EndpointReference) selector(s *xmlscan.Scanner) error {
	if !s.Is(wsman.NamespaceWSMan, "Selector") {
		return nil
	}
	if len(e.Selectors) == maxSelectors {
		return badAnswer("a reference has more than %d selectors", maxSelectors)
	}
	name, _ := s.Attr("", "Name")
	one := wsman.Selector{Name: name}
	err := text(s, &one.Value)
	e.Selectors = append(e.Selectors, one)
	return err
}
