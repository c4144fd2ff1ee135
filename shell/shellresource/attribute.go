package shellresource

import (
	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// Attributes of the shell namespace's elements have no namespace (MS-WSMV
// 2.2.4). Some clients write them with their element's, which Windows takes.

// attribute is an attribute of the element that a scanner stands on.
func attribute(s *xmlscan.Scanner, name string) (string, bool) {
	if v, ok := s.Attr("", name); ok {
		return v, true
	}
	return s.Attr(wsman.NamespaceShell, name)
}

// attributeOf is an attribute of an element; e may be nil.
func attributeOf(e *etree.Element, name string) (string, bool) {
	if v, ok := wsman.AttrValue(e, name); ok || e == nil {
		return v, ok
	}
	for _, a := range e.Attr {
		if a.Key == name && a.Space != "" && a.NamespaceURI() == wsman.NamespaceShell {
			return a.Value, true
		}
	}
	return "", false
}
