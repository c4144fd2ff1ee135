package enumeration

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman"
)

// Request is the body of an Enumerate (DSP0226 section 8).
type Request struct {
	// Optimize is true where the first items are to come with the answer.
	Optimize bool
	// MaxElements is how many items one answer may have; 0 means as many as fit.
	MaxElements int
	// Mode says what an item holds.
	Mode Mode
	// Filtered is true where there is a selector filter (DSP0226 section 8.3).
	Filtered bool
	// Selectors are those of the filter, trimmed of white space.
	Selectors []wsman.Selector
}

// Mode is wsman:EnumerationMode (DSP0226 section 8.7).
type Mode int

// The modes.
const (
	Objects Mode = iota
	EPRs
	ObjectsAndEPRs
)

// Item makes an item: of an object, of an a:EndpointReference to it, or of both.
func (m Mode) Item(object, reference func() *etree.Element) *etree.Element {
	switch m {
	case EPRs:
		return reference()
	case ObjectsAndEPRs:
		item := etree.NewElement("w:Item")
		item.AddChild(object())
		item.AddChild(reference())
		return item
	}
	return object()
}

// Selector returns the value of the filter's selector with this name, compared
// without regard to case, and whether it was given.
func (q *Request) Selector(name string) (string, bool) {
	h := wsman.Header{Selectors: q.Selectors}
	return h.Selector(name)
}

// Read reads an Enumerate. What cannot be served is a *wsman.Fault.
func Read(r *wsman.Request) (*Request, error) {
	e, err := r.BodyElement()
	if err != nil {
		return nil, err
	}
	if !wsman.IsElement(e, wsman.NamespaceEnumeration, "Enumerate") {
		return nil, wsman.NewFault(wsman.CodeSchemaValidation, "The body of the request must be an n:Enumerate element.")
	}
	q := &Request{Optimize: wsman.FindChild(e, wsman.NamespaceWSMan, "OptimizeEnumeration") != nil}
	if err := q.readMaxElements(e); err != nil {
		return nil, err
	}
	if err := q.readMode(e); err != nil {
		return nil, err
	}
	return q, q.readFilter(e)
}

// most is how many items an answer may have.
func (q *Request) most(allowed int) int {
	if q.MaxElements == 0 {
		return allowed
	}
	return min(q.MaxElements, allowed)
}

// readMaxElements reads MaxElements, which has either namespace. Without it an
// optimised enumeration answers with one item (DSP0226 R8.2.3-2); Windows and
// we answer with all that fit.
func (q *Request) readMaxElements(e *etree.Element) error {
	m := wsman.FindChild(e, wsman.NamespaceWSMan, "MaxElements")
	if m == nil {
		m = wsman.FindChild(e, wsman.NamespaceEnumeration, "MaxElements")
	}
	if m == nil {
		return nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(m.Text()), 10, 32)
	if err != nil || n == 0 {
		return wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("MaxElements must be a positive number, not %.32q.", m.Text()))
	}
	q.MaxElements = int(min(n, 1<<30))
	return nil
}

func (q *Request) readMode(e *etree.Element) error {
	m := wsman.FindChild(e, wsman.NamespaceWSMan, "EnumerationMode")
	if m == nil {
		return nil
	}
	switch text := strings.TrimSpace(m.Text()); text {
	case "EnumerateEPR":
		q.Mode = EPRs
	case "EnumerateObjectAndEPR":
		q.Mode = ObjectsAndEPRs
	default:
		return wsman.NewFault(wsman.CodeUnsupportedFeature, fmt.Sprintf("The EnumerationMode %.64q is not supported.", text))
	}
	return nil
}

// readFilter reads the filter, which has either namespace.
func (q *Request) readFilter(e *etree.Element) error {
	f := wsman.FindChild(e, wsman.NamespaceWSMan, "Filter")
	if f == nil {
		f = wsman.FindChild(e, wsman.NamespaceEnumeration, "Filter")
	}
	if f == nil {
		return nil
	}
	if dialect, _ := wsman.AttrValue(f, "Dialect"); dialect != wsman.SelectorFilterDialect {
		return wsman.NewFault(wsman.CodeFilterDialectUnavailable, fmt.Sprintf(
			"The filter dialect %.128q is not supported; use %s.", dialect, wsman.SelectorFilterDialect))
	}
	q.Filtered = true
	set := wsman.FindChild(f, wsman.NamespaceWSMan, "SelectorSet")
	for _, s := range wsman.Children(set, wsman.NamespaceWSMan, "Selector") {
		name, _ := wsman.AttrValue(s, "Name")
		q.Selectors = append(q.Selectors, wsman.Selector{Name: name, Value: strings.TrimSpace(s.Text())})
	}
	return nil
}
