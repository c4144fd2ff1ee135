package wsmanclient_test

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman"
)

// tree is an element without what does not matter: prefixes, declarations, and
// white space around text.
type tree struct {
	Name       string // with a prefix that stands for the namespace
	Attributes map[string]string
	Text       string
	Children   []*tree
}

// prefixes stand for namespaces in a tree's names.
var prefixes = map[string]string{
	wsman.NamespaceShell: "rsp", wsman.NamespacePowerShell: "powershell", wsman.NamespaceWSMan: "w",
	wsman.NamespaceEnumeration: "n", wsman.NamespaceTransfer: "x", wsman.NamespaceAddressing: "a",
}

func treeOf(e *etree.Element) *tree {
	space := e.NamespaceURI()
	if p, ok := prefixes[space]; ok {
		space = p
	}
	t := &tree{Name: space + ":" + e.Tag, Text: strings.TrimSpace(e.Text())}
	for _, a := range e.Attr {
		if a.Space == "xmlns" || a.Space == "" && a.Key == "xmlns" {
			continue
		}
		if t.Attributes == nil {
			t.Attributes = map[string]string{}
		}
		name := a.FullKey()
		if a.NamespaceURI() == wsman.NamespaceShell { // winrm4j writes them so
			name = a.Key
		}
		t.Attributes[name] = a.Value
	}
	for _, c := range e.ChildElements() {
		t.Children = append(t.Children, treeOf(c))
	}
	return t
}
