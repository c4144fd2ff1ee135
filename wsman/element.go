package wsman

import "github.com/beevik/etree"

// FindChild returns the first child element of e with this namespace URI and
// local name; nil if there is none, or e is nil.
func FindChild(e *etree.Element, space, local string) *etree.Element {
	if e == nil {
		return nil
	}
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok && IsElement(c, space, local) {
			return c
		}
	}
	return nil
}

// Children returns the child elements of e with this namespace URI and local
// name.
func Children(e *etree.Element, space, local string) []*etree.Element {
	if e == nil {
		return nil
	}
	var found []*etree.Element
	for _, t := range e.Child {
		if c, ok := t.(*etree.Element); ok && IsElement(c, space, local) {
			found = append(found, c)
		}
	}
	return found
}

// IsElement reports whether e has this namespace URI and local name.
func IsElement(e *etree.Element, space, local string) bool {
	return e != nil && e.Tag == local && e.NamespaceURI() == space
}

// AttrValue returns the value of the attribute of e that has no prefix and
// this name, and whether it is there.
func AttrValue(e *etree.Element, local string) (string, bool) {
	if e == nil {
		return "", false
	}
	for _, a := range e.Attr {
		if a.Space == "" && a.Key == local {
			return a.Value, true
		}
	}
	return "", false
}
