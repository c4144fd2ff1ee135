package wsman

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/wsman/xmlscan"
)

// ErrNoFault says that an envelope holds no fault.
var ErrNoFault = errors.New("wsman: the envelope holds no fault")

// ParseFault reads the fault in an envelope in UTF-8, as a client does. Texts
// are trimmed of white space. An envelope without a fault is ErrNoFault.
// Status is 500, since the envelope does not say it.
func ParseFault(raw []byte) (*Fault, error) {
	p := faultParser{s: xmlscan.New(raw), fault: &Fault{Status: faultStatus}}
	if err := p.envelope(); err != nil {
		return nil, fmt.Errorf("wsman: fault: %w", err)
	}
	if !p.found {
		return nil, ErrNoFault
	}
	return p.fault, nil
}

// faultParser reads a fault.
type faultParser struct {
	s     *xmlscan.Scanner
	fault *Fault
	found bool
}

// children calls child on the start of each child of the current element.
func (p *faultParser) children(child func() error) error {
	depth := p.s.Depth()
	for {
		ok, err := p.s.NextChild(depth)
		if err != nil || !ok {
			return err
		}
		if err := child(); err != nil {
			return err
		}
	}
}

// envelope reads the whole envelope.
func (p *faultParser) envelope() error {
	if _, err := p.s.Next(); err != nil {
		return err
	}
	if !p.s.Is(NamespaceSOAP, "Envelope") {
		return ErrNoFault
	}
	err := p.children(func() error {
		switch {
		case p.s.Is(NamespaceSOAP, "Header"):
			return p.children(p.header)
		case p.s.Is(NamespaceSOAP, "Body"):
			return p.children(p.body)
		}
		return nil
	})
	if err == nil {
		_, err = p.s.Next()
	}
	return err
}

// header reads a header block.
func (p *faultParser) header() error {
	if !p.s.Is(NamespaceSOAP, "NotUnderstood") {
		return nil
	}
	name, _ := p.s.Attr("", "qname")
	space, local, ok := p.s.ResolveQName(strings.TrimSpace(name))
	if ok {
		p.fault.NotUnderstood = QName{Space: space, Local: local}
	}
	return nil
}

// body reads a child of the body.
func (p *faultParser) body() error {
	if !p.s.Is(NamespaceSOAP, "Fault") || p.found {
		return nil
	}
	p.found = true
	return p.children(func() error {
		switch {
		case p.s.Is(NamespaceSOAP, "Code"):
			return p.children(p.code)
		case p.s.Is(NamespaceSOAP, "Reason"):
			return p.children(p.reason)
		case p.s.Is(NamespaceSOAP, "Detail"):
			return p.children(p.detail)
		}
		return nil
	})
}

// code reads a child of s:Code.
func (p *faultParser) code() error {
	switch {
	case p.s.Is(NamespaceSOAP, "Value"):
		name, err := p.qname()
		p.fault.Code = SOAPCode(name.Local)
		return err
	case p.s.Is(NamespaceSOAP, "Subcode"):
		return p.children(func() (err error) {
			if p.s.Is(NamespaceSOAP, "Value") {
				p.fault.Subcode, err = p.qname()
			}
			return err
		})
	}
	return nil
}

// qname reads the current element's text as a QName. A prefix that is not
// declared is kept as no namespace.
func (p *faultParser) qname() (QName, error) {
	text, err := p.s.Text()
	space, local, _ := p.s.ResolveQName(strings.TrimSpace(text))
	return QName{Space: space, Local: local}, err
}

// reason reads a child of s:Reason; the first language is taken.
func (p *faultParser) reason() error {
	if !p.s.Is(NamespaceSOAP, "Text") || p.fault.Reason != "" {
		return nil
	}
	return p.text(&p.fault.Reason)
}

// text reads the current element's text.
func (p *faultParser) text(dst *string) error {
	text, err := p.s.Text()
	*dst = strings.TrimSpace(text)
	return err
}

// detail reads a child of s:Detail.
func (p *faultParser) detail() error {
	switch {
	case p.s.Is(NamespaceWSMan, "FaultDetail"):
		return p.text(&p.fault.Detail)
	case p.s.Is(NamespaceWSManFault, "WSManFault"):
		return p.wsmanFault(&p.fault.WSMan)
	case string(p.s.Local()) == "MSFT_WmiError":
		return p.children(p.wmiError)
	}
	return nil
}

// wmiError reads a child of the detail that some Windows servers send in place
// of a WSManFault when a quota is exceeded.
func (p *faultParser) wmiError() (err error) {
	var text string
	switch string(p.s.Local()) {
	case "error_Code":
		if err = p.text(&text); err == nil {
			p.fault.WSMan.Code, err = parseFaultCode(text)
		}
	case "Message":
		err = p.text(&p.fault.WSMan.Message)
	}
	return err
}

// wsmanFault reads an f:WSManFault.
func (p *faultParser) wsmanFault(w *WSManFault) error {
	code, _ := p.s.Attr("", "Code")
	w.Machine, _ = p.s.Attr("", "Machine")
	var err error
	if w.Code, err = parseFaultCode(code); err != nil {
		return err
	}
	return p.children(func() error {
		if !p.s.Is(NamespaceWSManFault, "Message") {
			return nil
		}
		return p.message(w)
	})
}

// parseFaultCode reads the number of a fault, which servers write signed or
// unsigned.
func parseFaultCode(text string) (FaultCode, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < -1<<31 || n >= 1<<32 {
		return 0, fmt.Errorf("fault code %.32q is no 32-bit number", text)
	}
	return FaultCode(uint32(n)), nil
}

// message reads an f:Message: text, or a plug-in's fault.
func (p *faultParser) message(w *WSManFault) error {
	text, err := p.mixed(func() error {
		if !p.s.Is(NamespaceWSManFault, "ProviderFault") || w.Provider != nil {
			return p.s.Skip()
		}
		w.Provider = &ProviderFault{}
		return p.provider(w.Provider)
	})
	w.Message = text
	return err
}

// provider reads an f:ProviderFault: text, or a fault of its own.
func (p *faultParser) provider(f *ProviderFault) error {
	f.Provider, _ = p.s.Attr("", "provider")
	f.Path, _ = p.s.Attr("", "path")
	text, err := p.mixed(func() error {
		if !p.s.Is(NamespaceWSManFault, "WSManFault") || f.Nested != nil {
			return p.s.Skip()
		}
		f.Nested = &WSManFault{}
		return p.wsmanFault(f.Nested)
	})
	f.Message = text
	return err
}

// mixed reads the text of the current element and calls child, which must
// read to the child's end, on each element in it.
func (p *faultParser) mixed(child func() error) (string, error) {
	var text strings.Builder
	for {
		k, err := p.s.Next()
		if err != nil {
			return "", err
		}
		switch k {
		case xmlscan.Text:
			text.Write(p.s.Chars())
		case xmlscan.StartElement:
			if err := child(); err != nil {
				return "", err
			}
		case xmlscan.EndElement, xmlscan.EOF:
			return strings.TrimSpace(text.String()), nil
		}
	}
}
