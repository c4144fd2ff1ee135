package main

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// merge gives elements or attributes of a document new values. A name has the
// path to one that is not at the top, for example Auth.Basic.
func merge(document []byte, values []value) ([]byte, error) {
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		e := root
		path := strings.FieldsFunc(v.name, func(c rune) bool { return c == '.' || c == '/' })
		for i, name := range path {
			last := i == len(path)-1
			if child := childNamed(e, name); child != nil {
				e = child
				continue
			}
			if attribute := attributeNamed(e, name); attribute != nil && last {
				attribute.Value, e = v.text, nil
				break
			}
			return nil, usage("the resource has no %s", v.name)
		}
		if e != nil {
			e.SetText(v.text)
			removeAttribute(e, "nil")
		}
	}
	return bytesOf(root)
}

// childNamed finds a child by its local name, in any case of letters.
func childNamed(e *etree.Element, name string) *etree.Element {
	for _, child := range e.ChildElements() {
		if strings.EqualFold(child.Tag, name) {
			return child
		}
	}
	return nil
}

func attributeNamed(e *etree.Element, name string) *etree.Attr {
	for i := range e.Attr {
		if a := &e.Attr[i]; a.Space != "xmlns" && a.Key != "xmlns" && strings.EqualFold(a.Key, name) {
			return a
		}
	}
	return nil
}

func removeAttribute(e *etree.Element, name string) {
	if a := attributeNamed(e, name); a != nil {
		e.RemoveAttr(a.FullKey())
	}
}

// instance makes the element of a new instance, as Windows' winrm does: its name
// is the last part of the URI, which is its namespace too.
func instance(uri string, values []value) ([]byte, error) {
	name := uri[strings.LastIndexByte(uri, '/')+1:]
	if strings.HasPrefix(uri, "http://schemas.microsoft.com/wbem/wsman/1/config") && name != "" {
		name = strings.ToUpper(name[:1]) + name[1:] // Listener
	}
	return element(name, uri, values)
}

// input makes the element that goes with an action.
func input(uri, action string, values []value) ([]byte, error) {
	return element(action[strings.LastIndexByte(action, '/')+1:]+"_INPUT", uri, values)
}

func element(name, namespace string, values []value) ([]byte, error) {
	e := etree.NewElement("p:" + name)
	e.CreateAttr("xmlns:p", namespace)
	for _, v := range values {
		if strings.ContainsAny(v.name, " <>&\"'/:") {
			return nil, usage("%q is no name of an element", v.name)
		}
		e.CreateElement("p:" + v.name).SetText(v.text)
	}
	return bytesOf(e)
}

func bytesOf(e *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.SetRoot(e)
	return doc.WriteToBytes()
}

// referenceElement shows what an instance is called.
func referenceElement(r *wsmanclient.EndpointReference) *etree.Element {
	e := etree.NewElement("ResourceCreated")
	e.CreateElement("Address").SetText(r.Address)
	parameters := e.CreateElement("ReferenceParameters")
	parameters.CreateElement("ResourceURI").SetText(r.ResourceURI)
	set := parameters.CreateElement("SelectorSet")
	for _, s := range r.Selectors {
		selector := set.CreateElement("Selector")
		selector.CreateAttr("Name", s.Name)
		selector.SetText(s.Value)
	}
	return e
}
