package replay

import (
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// shape compares two answers element by element.
type shape struct {
	ids *ids
	// found gets each difference.
	found func(where, want, got string)
}

// header compares SOAP headers, whose order is of no meaning.
func (s *shape) header(want, got *capture.Node) {
	for _, w := range childrenOf(want) {
		how := ruleOf(w.Space, w.Local, "")
		if g := got.Child(w.Space, w.Local); g != nil {
			s.element("Header/"+w.Local, w, g)
		} else if how != Optional && how != NotCompared {
			s.found("Header/"+w.Local, "the header", "")
		}
	}
	for _, g := range childrenOf(got) {
		how := ruleOf(g.Space, g.Local, "")
		if want.Child(g.Space, g.Local) == nil && how != Optional && how != NotCompared {
			s.found("Header/"+g.Local, "", "the header")
		}
	}
}

func childrenOf(n *capture.Node) []*capture.Node {
	if n == nil {
		return nil
	}
	return n.Children
}

// element compares two elements with the same name.
func (s *shape) element(path string, want, got *capture.Node) {
	how := ruleOf(want.Space, want.Local, "")
	if how == NotCompared || want.Space == wsman.NamespacePowerShell && len(want.Children) == 0 {
		return // what messages there are in it is compared elsewhere
	}
	s.attributes(path, want, got)
	if len(want.Children) == 0 && len(got.Children) == 0 {
		s.value(path, how, valueOf(want), valueOf(got))
		return
	}
	s.children(path, want.Children, got.Children)
}

// valueOf is an element's text; of a QName without its prefix, which is the
// sender's choice.
func valueOf(n *capture.Node) string {
	v := n.Value()
	if n.Is(wsman.NamespaceSOAP, "Value") {
		return v[strings.LastIndexByte(v, ':')+1:]
	}
	return v
}

// value compares two values.
func (s *shape) value(path string, how How, want, got string) {
	same := want == got
	switch how {
	case AnyValue, Optional, NotCompared:
		same = true
	case SameID:
		same = strings.EqualFold(s.ids.text(want), got)
	case SameDuration:
		a, errA := wsman.ParseDuration(want)
		b, errB := wsman.ParseDuration(got)
		same = same || errA == nil && errB == nil && a == b
	}
	if !same {
		s.found(path, quote(want), quote(got))
	}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// attributes compares the attributes of two elements. The language of a text is
// the server's.
func (s *shape) attributes(path string, want, got *capture.Node) {
	for _, w := range want.Attributes {
		how := ruleOf(want.Space, want.Local, w.Local)
		if w.Space == wsman.NamespaceXML || how == NotCompared {
			continue
		}
		where := join(path, "@"+w.Local)
		if value, ok := attributeOf(got, w.Space, w.Local); ok {
			s.value(where, how, w.Value, value)
		} else if how != Optional {
			s.found(where, quote(w.Value), "")
		}
	}
	for _, g := range got.Attributes {
		how := ruleOf(got.Space, got.Local, g.Local)
		if _, ok := attributeOf(want, g.Space, g.Local); !ok && how != Optional && how != NotCompared && g.Space != wsman.NamespaceXML {
			s.found(join(path, "@"+g.Local), "", quote(g.Value))
		}
	}
}

func attributeOf(n *capture.Node, space, local string) (string, bool) {
	for _, a := range n.Attributes {
		if a.Space == space && a.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

// children compares elements that stand in order.
func (s *shape) children(path string, want, got []*capture.Node) {
	same := func(i, j int) bool { return want[i].Is(got[j].Space, got[j].Local) }
	align(len(want), len(got), same, func(i, j int) {
		switch {
		case i >= 0 && j >= 0:
			s.element(join(path, want[i].Local), want[i], got[j])
		case i >= 0 && matters(want[i]):
			s.found(join(path, want[i].Local), "the element", "")
		case j >= 0 && matters(got[j]):
			s.found(join(path, got[j].Local), "", "the element")
		}
	})
}

func matters(n *capture.Node) bool {
	how := ruleOf(n.Space, n.Local, "")
	return how != Optional && how != NotCompared
}

// maxAlign bounds the table that align makes: what is longer is compared place
// by place.
const maxAlign = 1500

// align finds the longest sequence that two have in common and calls step on
// each pair, and with -1 on what one of them has alone.
func align(n, m int, same func(i, j int) bool, step func(i, j int)) {
	i := 0
	for i < n && i < m && same(i, i) {
		step(i, i)
		i++
	}
	j := i
	if n-i > maxAlign || m-j > maxAlign {
		for ; i < n || i < m; i++ {
			switch {
			case i < n && i < m && same(i, i):
				step(i, i)
			default:
				if i < n {
					step(i, -1)
				}
				if i < m {
					step(-1, i)
				}
			}
		}
		return
	}
	longest := make([][]int32, n-i+1)
	for k := range longest {
		longest[k] = make([]int32, m-j+1)
	}
	for a := n - i - 1; a >= 0; a-- {
		for b := m - j - 1; b >= 0; b-- {
			if same(i+a, j+b) {
				longest[a][b] = longest[a+1][b+1] + 1
			} else {
				longest[a][b] = max(longest[a+1][b], longest[a][b+1])
			}
		}
	}
	a, b := 0, 0
	for a < n-i || b < m-j {
		switch {
		case a < n-i && b < m-j && same(i+a, j+b):
			step(i+a, j+b)
			a++
			b++
		case b == m-j || a < n-i && longest[a+1][b] >= longest[a][b+1]:
			step(i+a, -1)
			a++
		default:
			step(-1, j+b)
			b++
		}
	}
}
