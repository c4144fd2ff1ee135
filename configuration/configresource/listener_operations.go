package configresource

import (
	"context"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// routeListeners enters the listeners into a table.
func (res *Resource) routeListeners(m *wsman.Mux) {
	const uri = wsman.ResourceConfigListener
	m.Handle(uri, []string{wsman.ActionEnumerate}, wsman.HandlerFunc(res.enumerateListeners))
	m.Handle(uri, []string{wsman.ActionGet}, wsman.HandlerFunc(res.getListener))
	m.Handle(uri, []string{wsman.ActionPut}, administrators(res.putListener))
	m.Handle(uri, []string{wsman.ActionCreate}, administrators(res.createListener))
	m.Handle(uri, []string{wsman.ActionDelete}, administrators(res.deleteListener))
	res.config.Enumerations.Route(m, uri)
}

// enumerateListeners lists them. A filter may name Address and Transport.
func (res *Resource) enumerateListeners(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	request, err := enumeration.Read(r)
	if err != nil {
		return nil, err
	}
	var items []*etree.Element
	for _, t := range []Transport{HTTP, HTTPS} {
		i, ok := res.instance(t)
		if ok && i.matches(request) {
			items = append(items, request.Mode.Item(i.element, func() *etree.Element {
				return reference("a:EndpointReference", r, wsman.ResourceConfigListener, i.selectors())
			}))
		}
	}
	return res.config.Enumerations.Begin(r, request, items)
}

func (i *instance) selectors() []wsman.Selector {
	return []wsman.Selector{{Name: fieldAddress, Value: i.address}, {Name: fieldTransport, Value: string(i.transport)}}
}

// matches reports whether the listener has every selector of a filter.
func (i *instance) matches(request *enumeration.Request) bool {
	for _, s := range request.Selectors {
		switch {
		case strings.EqualFold(s.Name, fieldAddress) && sameAddress(s.Value, i.address):
		case strings.EqualFold(s.Name, fieldTransport) && strings.EqualFold(s.Value, string(i.transport)):
		default:
			return false
		}
	}
	return true
}

// getListener gives one.
func (res *Resource) getListener(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	s, err := readSelectors(r)
	if err != nil {
		return nil, err
	}
	i, err := res.find(s)
	if err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(i.element())}, nil
}

// find is the listener that selectors name.
func (res *Resource) find(s selectors) (*instance, error) {
	i, ok := res.instance(s.transport)
	if !ok || !sameAddress(s.address, i.address) {
		return nil, wsman.NewFault(wsman.CodeResourceNotFound, fmt.Sprintf("There is no listener with Address=%.128s and Transport=%s.", s.address, s.transport))
	}
	return i, nil
}

// putListener changes the port of one and gives it as it is then.
func (res *Resource) putListener(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	s, in, err := readListener(r)
	if err != nil {
		return nil, err
	}
	i, err := res.find(s)
	if err != nil {
		return nil, err
	}
	if err := res.check(in, i); err != nil {
		return nil, err
	}
	port, err := parsePort(in.text(fieldPort, i.port))
	if err != nil {
		return nil, err
	}
	if port != i.port {
		if err := res.listen(r, s.transport, listenerAddress(s.host, port)); err != nil {
			return nil, err
		}
	}
	return res.getListener(context.Background(), r)
}

// readListener reads the selectors and the body of a request.
func readListener(r *wsman.Request) (selectors, fields, error) {
	s, err := readSelectors(r)
	if err != nil {
		return s, nil, err
	}
	e, err := readInput(r, "Listener", wsman.ResourceConfigListener)
	if err != nil {
		return s, nil, err
	}
	in, err := readFields(e, listenerFields, fieldListeningOn)
	return s, in, err
}

// createListener opens one, if there is none of its transport.
func (res *Resource) createListener(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	s, in, err := readListener(r)
	if err != nil {
		return nil, err
	}
	if old, ok := res.instance(s.transport); ok {
		if sameAddress(old.address, s.address) {
			return nil, wsman.NewFault(wsman.CodeAlreadyExists, fmt.Sprintf("There is a listener with Address=%.128s and Transport=%s.", s.address, s.transport))
		}
		return nil, wsman.NewFault(wsman.CodeAlreadyExists, fmt.Sprintf(
			"This service has one listener for each transport, and there is one for %s, with Address=%s. Delete it first, or have one with Address=*.", s.transport, old.address))
	}
	made := &instance{transport: s.transport, address: s.address}
	if err := res.check(in, made); err != nil {
		return nil, err
	}
	port, err := parsePort(in.text(fieldPort, defaultPort(s.transport)))
	if err != nil {
		return nil, err
	}
	if err := res.listen(r, s.transport, listenerAddress(s.host, port)); err != nil {
		return nil, err
	}
	return &wsman.Response{Body: wsman.ElementBody(reference("x:ResourceCreated", r, wsman.ResourceConfigListener, made.selectors()))}, nil
}

// deleteListener closes one. What is connected to it goes on, the request itself
// too.
func (res *Resource) deleteListener(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	s, err := readSelectors(r)
	if err != nil {
		return nil, err
	}
	if _, err := res.find(s); err != nil {
		return nil, err
	}
	if err := res.listen(r, s.transport, configuration.ListenerOff); err != nil {
		return nil, err
	}
	return &wsman.Response{}, nil
}

// listen makes the listener of a transport have an address. Where it cannot be
// opened there, everything is as before.
func (res *Resource) listen(r *wsman.Request, transport Transport, address string) error {
	if l := res.config.Listeners.Listener(transport); l.Fixed != "" {
		return wsman.NewFault(wsman.CodeConfigReadOnly, fmt.Sprintf("The listener for %s cannot be changed over the protocol: it %s.", transport, l.Fixed))
	}
	key := "Listener." + string(transport)
	var before any
	set := func(value any) error {
		_, err := res.change(r, func(s *configuration.Service) error {
			before = values(s)[key].Value
			return s.Set(key, value)
		})
		return err
	}
	if err := set(address); err != nil {
		return err
	}
	err := res.config.Listeners.Apply()
	if err == nil {
		return nil
	}
	if undo := set(before); undo != nil {
		res.config.Log.Error("setting not put back", "setting", key, "error", undo)
	}
	return wsman.NewFault(wsman.CodeInvalidValues, fmt.Sprintf("The service cannot listen at %s: %s.", address, err)).WithCause(err)
}

// reference is an endpoint reference to an instance.
func reference(name string, r *wsman.Request, resourceURI string, selectors []wsman.Selector) *etree.Element {
	e := etree.NewElement(name)
	e.CreateElement("a:Address").SetText(r.Header.To)
	parameters := e.CreateElement("a:ReferenceParameters")
	parameters.CreateElement("w:ResourceURI").SetText(resourceURI)
	set := parameters.CreateElement("w:SelectorSet")
	for _, s := range selectors {
		one := set.CreateElement("w:Selector")
		one.CreateAttr("Name", s.Name)
		one.SetText(s.Value)
	}
	return e
}
