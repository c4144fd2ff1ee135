package configresource

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman"
)

// readInput reads the element that a Put or Create holds; nil for none. Its
// namespace is that of the resource, which New-Item and the examples of MS-WSMV
// 4.2.3 give the end ".xsd". Names are compared without regard to case: those
// who type them reach the server unchanged.
func readInput(r *wsman.Request, name, namespace string) (*etree.Element, error) {
	e, err := r.BodyElement()
	if err != nil || e == nil {
		return nil, err
	}
	if space := strings.TrimSuffix(strings.ToLower(e.NamespaceURI()), ".xsd"); space != strings.ToLower(namespace) {
		return nil, wsman.NewFault(wsman.CodeInvalidNamespace, fmt.Sprintf(
			"The element %.64s has the namespace %.256q; it must be %s.", e.Tag, e.NamespaceURI(), namespace))
	}
	if !strings.EqualFold(e.Tag, name) {
		return nil, wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The body holds the element %.64s; it must be %s.", e.Tag, name))
	}
	return e, nil
}

// leaf is an element with a value that a client sent.
type leaf struct {
	element
	text string
}

// readElements reads the values below a part.
func readElements(input *etree.Element, part string) ([]leaf, error) {
	var all []leaf
	seen := map[string]bool{}
	var read func(parent *etree.Element, path string) error
	read = func(parent *etree.Element, path string) error {
		for _, child := range parent.ChildElements() {
			if err := sameNamespace(child, input); err != nil {
				return err
			}
			at := strings.TrimPrefix(path+"/"+child.Tag, "/")
			if isContainer(at) {
				if err := read(child, at); err != nil {
					return err
				}
				continue
			}
			e, ok := findElement(at)
			switch {
			case !ok:
				return wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("There is no element %.128s in the configuration.", at))
			case seen[e.path]:
				return wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The element %s comes twice.", e.path))
			}
			text, err := textOf(child, e.path)
			if err != nil {
				return err
			}
			seen[e.path] = true
			all = append(all, leaf{e, text})
		}
		return nil
	}
	return all, read(input, part)
}

func sameNamespace(child, parent *etree.Element) error {
	if child.NamespaceURI() == parent.NamespaceURI() {
		return nil
	}
	return wsman.NewFault(wsman.CodeInvalidNamespace, fmt.Sprintf("The element %.64s has another namespace than %s.", child.Tag, parent.Tag))
}

// textOf is the text of an element that must have no elements in it.
func textOf(e *etree.Element, path string) (string, error) {
	if len(e.ChildElements()) > 0 {
		return "", wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The element %s must hold a value and no elements.", path))
	}
	return strings.TrimSpace(e.Text()), nil
}

// isContainer reports whether elements are below a path.
func isContainer(path string) bool {
	for _, e := range elements {
		if len(e.path) > len(path) && e.path[len(path)] == '/' && strings.EqualFold(e.path[:len(path)], path) {
			return true
		}
	}
	return false
}

func findElement(path string) (element, bool) {
	for _, e := range elements {
		if strings.EqualFold(e.path, path) {
			return e, true
		}
	}
	return element{}, false
}

// readFields reads an element of which each child holds a value: the values by
// the names, which known has, that come at most once. Those of repeated may
// come more often.
func readFields(input *etree.Element, known []string, repeated string) (fields, error) {
	all := fields{}
	if input == nil {
		return all, nil
	}
	for _, child := range input.ChildElements() {
		if err := sameNamespace(child, input); err != nil {
			return nil, err
		}
		name := ""
		for _, k := range known {
			if strings.EqualFold(k, child.Tag) {
				name = k
			}
		}
		switch {
		case name == "":
			return nil, wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("There is no element %.64s in %s.", child.Tag, input.Tag))
		case all[name] != nil && name != repeated:
			return nil, wsman.NewFault(wsman.CodeSchemaValidation, fmt.Sprintf("The element %s comes twice.", name))
		}
		text, err := textOf(child, name)
		if err != nil {
			return nil, err
		}
		all[name] = append(all[name], text)
	}
	return all, nil
}

// fields are the values of an element's children by their names.
type fields map[string][]string

// text is a value; def where it was left out.
func (f fields) text(name, def string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return def
}
