package enumeration

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/beevik/etree"
	"github.com/google/uuid"

	"github.com/winrmd/winrmd/wsman"
)

// MaxOpen is how many enumerations of one user may be open at once.
const MaxOpen = 64

// Config is what Contexts are made from.
type Config struct {
	// Timeout is how long an enumeration waits for the next Pull
	// (EnumerationTimeoutms), as it is now.
	Timeout func() time.Duration
	// MaxItems is how many items one answer may have (MaxBatchItems), as it is
	// now; nil means DefaultMaxItems.
	MaxItems func() int
}

// DefaultMaxItems is MaxBatchItems of Windows.
const DefaultMaxItems = 32000

// Contexts holds the enumerations that were not yet pulled to their end, of all
// resources that share it. It may be used by several goroutines.
type Contexts struct {
	config Config

	mu   sync.Mutex
	open map[string]*enumeration // by context
}

// enumeration is what is left of one.
type enumeration struct {
	user    string
	items   [][]byte
	expires time.Time
}

// New makes Contexts.
func New(c Config) *Contexts {
	if c.MaxItems == nil {
		c.MaxItems = func() int { return DefaultMaxItems }
	}
	return &Contexts{config: c, open: make(map[string]*enumeration)}
}

// Open is how many enumerations of all users are open, with those that have
// expired and were not yet looked at.
func (m *Contexts) Open() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.open)
}

// Route enters Pull and Release of a resource into a table.
func (m *Contexts) Route(mux *wsman.Mux, resourceURI string) {
	mux.Handle(resourceURI, []string{wsman.ActionPull}, wsman.HandlerFunc(m.pull))
	mux.Handle(resourceURI, []string{wsman.ActionRelease}, wsman.HandlerFunc(m.release))
}

// Begin answers an Enumerate: with items if the client wants them at once, and
// with a context if there is more.
func (m *Contexts) Begin(r *wsman.Request, request *Request, items []*etree.Element) (*wsman.Response, error) {
	e := &enumeration{user: r.Principal.User}
	for _, item := range items {
		e.items = append(e.items, wsman.ElementBody(item).AppendXML(nil))
	}
	body := &itemsBody{name: "EnumerateResponse", prefix: "w", context: true}
	if request.Optimize {
		if err := e.take(r, request.most(m.config.MaxItems()), body); err != nil {
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
func (m *Contexts) keep(e *enumeration) (string, error) {
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
	if own >= MaxOpen {
		return "", wsman.NewFault(wsman.CodeQuotaMaxOperations, "Too many enumerations of this user are open; pull them to their end or release them.")
	}
	id := "uuid:" + uuid.NewString()
	e.expires = now.Add(m.config.Timeout())
	m.open[id] = e
	return id, nil
}

// putBack opens an enumeration again, of which nothing could be given.
func (m *Contexts) putBack(id string, e *enumeration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[id] = e
}

// claim takes an enumeration out, for its user only.
func (m *Contexts) claim(r *wsman.Request, name string) (*etree.Element, string, *enumeration, error) {
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
func (m *Contexts) pull(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	element, id, e, err := m.claim(r, "Pull")
	if err != nil {
		return nil, err
	}
	body := &itemsBody{name: "PullResponse", prefix: "n"}
	request := &Request{}
	err = request.readMaxElements(element)
	if err == nil {
		err = e.take(r, request.most(m.config.MaxItems()), body)
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
func (m *Contexts) release(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	if _, _, _, err := m.claim(r, "Release"); err != nil {
		return nil, err
	}
	return &wsman.Response{}, nil
}
