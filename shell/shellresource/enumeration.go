package shellresource

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/beevik/etree"
	"github.com/google/uuid"

	"github.com/winrmd/winrmd/wsman"
)

// maxEnumerations is how many enumerations of one user may be open at once.
const maxEnumerations = 64

// enumerations holds those that were not yet pulled to their end.
type enumerations struct {
	timeout time.Duration
	mu      sync.Mutex
	open    map[string]*enumeration // by context
}

// enumeration is what is left of one.
type enumeration struct {
	user    string
	items   [][]byte
	expires time.Time
}

func newEnumerations(timeout time.Duration) *enumerations {
	return &enumerations{timeout: timeout, open: make(map[string]*enumeration)}
}

// begin answers an Enumerate: with items if the client wants them at once, and
// with a context if there is more.
func (m *enumerations) begin(r *wsman.Request, request *enumerateRequest, elements []*etree.Element) (*wsman.Response, error) {
	e := &enumeration{user: r.Principal.User}
	for _, element := range elements {
		e.items = append(e.items, wsman.ElementBody(element).AppendXML(nil))
	}
	body := &itemsBody{name: "EnumerateResponse", prefix: "w", context: true}
	if request.optimize {
		if err := e.take(r, request.max, body); err != nil {
			return nil, err
		}
	} else {
		body.more = true
	}
	if body.more {
		var err error
		if body.id, err = m.keep(e); err != nil {
			return nil, err
		}
	}
	return &wsman.Response{Body: body}, nil
}

// take moves items into an answer, as many as are wanted and fit.
func (e *enumeration) take(r *wsman.Request, limit int, body *itemsBody) error {
	const frame = 512 // the elements around the items
	room := r.Header.MaxEnvelopeSize - wsman.EnvelopeOverhead(r) - frame
	if r.Charset == wsman.UTF16 {
		room -= r.Header.MaxEnvelopeSize / 2
	}
	for len(e.items) > 0 && len(body.items) < limit && len(e.items[0]) <= room {
		room -= len(e.items[0])
		body.items = append(body.items, e.items[0])
		e.items = e.items[1:]
	}
	if len(e.items) > 0 && len(body.items) == 0 {
		return wsman.NewFault(wsman.CodeMaxEnvelopeSizeExceeded, "")
	}
	body.more = len(e.items) > 0
	return nil
}

// keep opens an enumeration and names its context.
func (m *enumerations) keep(e *enumeration) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, own := time.Now(), 0
	for id, other := range m.open {
		if now.After(other.expires) {
			delete(m.open, id)
		} else if other.user == e.user {
			own++
		}
	}
	if own >= maxEnumerations {
		return "", wsman.NewFault(wsman.CodeQuotaMaxOperations, "Too many enumerations of this user are open; pull them to their end or release them.")
	}
	id := "uuid:" + uuid.NewString()
	e.expires = now.Add(m.timeout)
	m.open[id] = e
	return id, nil
}

// putBack opens an enumeration again, of which nothing could be given.
func (m *enumerations) putBack(id string, e *enumeration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[id] = e
}

// claim takes an enumeration out, for its user only.
func (m *enumerations) claim(r *wsman.Request, name string) (*etree.Element, string, *enumeration, error) {
	element, err := r.BodyElement()
	if err != nil {
		return nil, "", nil, err
	}
	if !wsman.IsElement(element, wsman.NamespaceEnumeration, name) {
		return nil, "", nil, wsman.NewFault(wsman.CodeSchemaValidation, "The body of the request must be an n:"+name+" element.")
	}
	id := ""
	if c := wsman.FindChild(element, wsman.NamespaceEnumeration, "EnumerationContext"); c != nil {
		id = strings.TrimSpace(c.Text())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.open[id]
	if e == nil || e.user != r.Principal.User || time.Now().After(e.expires) {
		return nil, "", nil, wsman.NewFault(wsman.CodeInvalidEnumeration, "")
	}
	delete(m.open, id)
	return element, id, e, nil
}

// pull gives the next items of an enumeration. One that is refused leaves the
// enumeration as it is.
func (res *Resource) pull(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	m := res.enumerations
	element, id, e, err := m.claim(r, "Pull")
	if err != nil {
		return nil, err
	}
	body := &itemsBody{name: "PullResponse", prefix: "n"}
	limit, err := readMaxElements(element)
	if err == nil {
		err = e.take(r, limit, body)
	}
	if err != nil {
		m.putBack(id, e)
		return nil, err
	}
	if body.more {
		body.id, err = m.keep(e)
	}
	return &wsman.Response{Body: body}, err
}

// release ends an enumeration.
func (res *Resource) release(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	if _, _, _, err := res.enumerations.claim(r, "Release"); err != nil {
		return nil, err
	}
	return empty(), nil
}

// itemsBody writes an EnumerateResponse or a PullResponse, which differ in the
// namespace of what is in them.
type itemsBody struct {
	name    string
	prefix  string
	context bool // an empty context is written too
	id      string
	more    bool
	items   [][]byte
}

// AppendXML implements wsman.Body.
func (b *itemsBody) AppendXML(dst []byte) []byte {
	dst = append(append(append(dst, "<n:"...), b.name...), '>')
	if b.context || b.id != "" {
		dst = append(dst, "<n:EnumerationContext>"...)
		dst = append(dst, b.id...)
		dst = append(dst, "</n:EnumerationContext>"...)
	}
	if len(b.items) > 0 {
		dst = append(append(append(dst, '<'), b.prefix...), ":Items>"...)
		for _, item := range b.items {
			dst = append(dst, item...)
		}
		dst = append(append(append(dst, "</"...), b.prefix...), ":Items>"...)
	}
	if !b.more {
		dst = append(append(append(dst, '<'), b.prefix...), ":EndOfSequence/>"...)
	}
	return append(append(append(dst, "</n:"...), b.name...), '>')
}
