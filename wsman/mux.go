package wsman

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Mux routes requests by resource URI and action. It is a Handler. The zero
// value routes nothing. Routes are made before it serves; it is then safe for
// use by several goroutines.
type Mux struct {
	exact    map[string]*route // by lower case resource URI
	prefixes []*route          // longest first
	identify Handler
}

// route is one resource, or all with one prefix.
type route struct {
	resource string // lower case, without the '*'
	actions  map[string]Handler
	other    Handler // for every other action; nil: none
}

// Handle routes the actions of a resource to h; without actions all that have
// no route of their own. The resource URI is compared without regard to case,
// and one that ends in '*' stands for all that begin so; the longest wins, and
// one without '*' wins over all. A later route takes the place of an earlier.
func (m *Mux) Handle(resource string, actions []string, h Handler) {
	r := m.route(strings.ToLower(resource))
	if len(actions) == 0 {
		r.other = h
	}
	for _, a := range actions {
		r.actions[a] = h
	}
}

// HandleIdentify routes Identify requests, which name no resource, to h.
func (m *Mux) HandleIdentify(h Handler) { m.identify = h }

// route returns the route of a pattern, made if it is new.
func (m *Mux) route(pattern string) *route {
	prefix, ok := strings.CutSuffix(pattern, "*")
	if !ok {
		if m.exact == nil {
			m.exact = make(map[string]*route)
		}
		if m.exact[pattern] == nil {
			m.exact[pattern] = &route{resource: pattern, actions: make(map[string]Handler)}
		}
		return m.exact[pattern]
	}
	for _, r := range m.prefixes {
		if r.resource == prefix {
			return r
		}
	}
	r := &route{resource: prefix, actions: make(map[string]Handler)}
	m.prefixes = append(m.prefixes, r)
	slices.SortFunc(m.prefixes, func(a, b *route) int { return len(b.resource) - len(a.resource) })
	return r
}

// ServeWSMan gives the request to the Handler that its resource URI and action
// are routed to. What is routed nowhere is a fault.
func (m *Mux) ServeWSMan(ctx context.Context, r *Request) (*Response, error) {
	h, err := m.Handler(&r.Header)
	if err != nil {
		return nil, err
	}
	return h.ServeWSMan(ctx, r)
}

// Handler returns the Handler for a request with these headers, or the *Fault
// that says why there is none.
func (m *Mux) Handler(h *Header) (Handler, error) {
	if h.Identify {
		if m.identify == nil {
			return nil, NewFault(CodeActionNotSupported, "")
		}
		return m.identify, nil
	}
	if h.ResourceURI == "" {
		return nil, headerRequired("ResourceURI")
	}
	r := m.find(strings.ToLower(h.ResourceURI))
	if r == nil {
		return nil, NewFault(CodeInvalidURI, fmt.Sprintf(
			"The resource URI %.256s is not known here. Check its spelling; for PowerShell, check that the session configuration exists and is enabled.", h.ResourceURI))
	}
	if handler := r.actions[h.Action]; handler != nil {
		return handler, nil
	}
	if r.other != nil {
		return r.other, nil
	}
	return nil, NewFault(CodeActionNotSupported, fmt.Sprintf(
		"The action %.256s is not supported by the resource %.256s.", h.Action, h.ResourceURI))
}

// find returns the route of a lower case resource URI; nil if there is none.
func (m *Mux) find(resource string) *route {
	if r := m.exact[resource]; r != nil {
		return r
	}
	for _, r := range m.prefixes {
		if strings.HasPrefix(resource, r.resource) {
			return r
		}
	}
	return nil
}
