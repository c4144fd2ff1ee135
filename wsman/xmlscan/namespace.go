package xmlscan

import "bytes"

// The namespaces that are bound without a declaration (Namespaces in XML 1.0
// section 3).
const (
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
)

// binding is a namespace declaration in scope; the default namespace has no
// prefix.
type binding struct {
	prefix, uri []byte
}

// declare puts the namespace declaration a into scope.
func (s *Scanner) declare(a attribute, prefix []byte, outer int) error {
	uri := a.decoded()
	for _, b := range s.bound[outer:] {
		if bytes.Equal(b.prefix, prefix) {
			return s.fail(a.at, "attribute %s is given twice", a.name.raw)
		}
	}
	switch {
	case string(prefix) == "xmlns":
		return s.fail(a.at, "prefix xmlns is declared")
	case string(prefix) == "xml" != (string(uri) == xmlNamespace):
		return s.fail(a.at, "prefix xml and its namespace belong together")
	case string(uri) == xmlnsNamespace:
		return s.fail(a.at, "the namespace of prefix xmlns is declared")
	case len(uri) == 0 && len(prefix) > 0:
		return s.fail(a.at, "prefix %s is declared as nothing", prefix)
	case len(s.bound) == MaxNamespaces:
		return s.fail(a.at, "more than %d namespace declarations in scope", MaxNamespaces)
	}
	s.bound = append(s.bound, binding{prefix: prefix, uri: uri})
	return nil
}

// resolve finds the namespace of q, which is an element's name or has a
// prefix.
func (s *Scanner) resolve(q qname, at int) ([]byte, error) {
	uri, ok := lookup(s.bound, q.prefix)
	if !ok && len(q.prefix) > 0 {
		return nil, s.fail(at, "prefix %s is not declared", q.prefix)
	}
	return uri, nil
}

// lookup finds the innermost binding of prefix.
func lookup(bound []binding, prefix []byte) ([]byte, bool) {
	for i := len(bound) - 1; i >= 0; i-- {
		if bytes.Equal(bound[i].prefix, prefix) {
			return bound[i].uri, true
		}
	}
	if string(prefix) == "xml" {
		return []byte(xmlNamespace), true
	}
	return nil, false
}

// ResolveQName splits a QName in content, as "w:TimedOut" in a fault's
// subcode, by the declarations in scope. ok is false where the prefix is not
// declared.
func (s *Scanner) ResolveQName(value string) (space, local string, ok bool) {
	prefix, local := []byte(nil), value
	if i := bytes.IndexByte([]byte(value), ':'); i >= 0 {
		prefix, local = []byte(value[:i]), value[i+1:]
	}
	uri, found := lookup(s.bound, prefix)
	return string(uri), local, found || len(prefix) == 0
}
