package configresource

import (
	"context"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// partOf is the part that a request's resource URI names, and that URI in lower
// case, which is the part's namespace.
func partOf(r *wsman.Request) (part, namespace string) {
	rest := strings.TrimPrefix(strings.ToLower(r.Header.ResourceURI), strings.ToLower(wsman.ResourceConfig))
	return parts[rest], wsman.ResourceConfig + rest
}

// get gives the configuration or a part of it.
func (res *Resource) get(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	part, namespace := partOf(r)
	return answer(part, namespace, res.config.Settings.Service())
}

// put changes what a part holds and gives it as it is then. Elements that are
// left out stay as they are.
func (res *Resource) put(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	part, namespace := partOf(r)
	input, err := readInput(r, elementName(part), namespace)
	if err != nil {
		return nil, err
	}
	if input == nil {
		return nil, wsman.NewFault(wsman.CodeMissingValues, "The body of the request must be an element "+elementName(part)+" of the namespace "+namespace+".")
	}
	given, err := readElements(input, part)
	if err != nil {
		return nil, err
	}
	service, err := res.change(r, func(s *configuration.Service) error { return apply(s, given) })
	if err != nil {
		return nil, err
	}
	return answer(part, namespace, service)
}

// answer is a part as a client sees it.
func answer(part, namespace string, s configuration.Service) (*wsman.Response, error) {
	e := partElement(part, s)
	e.CreateAttr("xmlns:cfg", namespace)
	return &wsman.Response{Body: wsman.ElementBody(e)}, nil
}

// partElement is the element of a part with everything in it, in Windows'
// order.
func partElement(part string, s configuration.Service) *etree.Element {
	root := etree.NewElement("cfg:" + elementName(part))
	all := values(&s)
	for _, e := range elements {
		if rest, ok := below(part, e.path); ok {
			addElement(root, strings.Split(rest, "/")).SetText(e.text(all))
		}
	}
	return root
}

// addElement adds an element below those that it is in.
func addElement(parent *etree.Element, names []string) *etree.Element {
	for _, name := range names[:len(names)-1] {
		child := parent.SelectElement("cfg:" + name)
		if child == nil {
			child = parent.CreateElement("cfg:" + name)
		}
		parent = child
	}
	return parent.CreateElement("cfg:" + names[len(names)-1])
}
