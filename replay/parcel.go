package replay

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// envelope is one half of an exchange, taken apart.
type envelope struct {
	body    string
	root    *capture.Node
	about   capture.Description
	parcels []*parcel
}

// parcel is a place in an envelope where base64 stands.
type parcel struct {
	node      *capture.Node
	stream    string // "" outside streams
	commandID string
	end       bool
	fragments []*fragment // nil where it is none of PowerShell's
	raw       []byte      // the bytes of a stream that is not PowerShell's
	packed    bool        // the shell is compressed
	changed   bool
}

// fragment is a piece of an object.
type fragment struct {
	header psrp.FragmentHeader
	blob   []byte
	parcel *parcel
	object *object
}

// openRequest takes a request apart, which says itself what is in its streams.
func openRequest(body string) *envelope {
	e := open(body, false)
	if isPowerShell(e.about.ResourceURI) {
		e = open(body, true)
	}
	return e
}

// open takes an envelope apart. What is no XML has a nil root.
func open(body string, powershell bool) *envelope {
	e := &envelope{body: body}
	root, err := capture.ParseXML(body)
	if err != nil {
		return e
	}
	e.root, e.about = root, capture.DescribeNode(root)
	root.Child(wsman.NamespaceSOAP, "Body").Walk(func(n *capture.Node) {
		if p := newParcel(n, powershell); p != nil {
			e.parcels = append(e.parcels, p)
		}
	})
	// The first arguments of a Command are its own.
	for _, p := range e.parcels {
		if p.commandID == "" && p.stream == "" {
			p.commandID = e.about.CommandID
		}
	}
	return e
}

// newParcel is what an element carries; nil if it carries nothing.
func newParcel(n *capture.Node, powershell bool) *parcel {
	p := &parcel{node: n}
	switch {
	case n.Space == wsman.NamespacePowerShell && slices.Contains([]string{"creationXml", "connectXml", "connectResponseXml"}, n.Local):
		powershell = true
	case n.Is(wsman.NamespaceShell, "Arguments") && powershell:
	case n.Is(wsman.NamespaceShell, "Stream"):
		p.stream, _ = n.Attribute("Name")
		p.commandID, _ = n.Attribute("CommandId")
		end, _ := n.Attribute("End")
		p.end = strings.EqualFold(end, "true")
	default:
		return nil
	}
	b, err := capture.DecodeStream(n.Text)
	if err != nil {
		return p
	}
	if powershell && p.split(b) {
		return p
	}
	if plain, ok := capture.Unpack(b); ok && n.Local == "Stream" {
		p.packed = true
		if powershell && p.split(plain) {
			return p
		}
		b = plain
	}
	p.raw = b
	return p
}

// split takes bytes for fragments; ok is false where they are none.
func (p *parcel) split(b []byte) (ok bool) {
	for f, err := range psrp.Fragments(b) {
		if err != nil {
			p.fragments = nil
			return false
		}
		p.fragments = append(p.fragments, &fragment{header: f.Header, blob: f.Blob, parcel: p})
	}
	return true
}

// encode is the base64 of a parcel's fragments.
func (p *parcel) encode() string {
	var b []byte
	for _, f := range p.fragments {
		f.header.BlobLength = uint32(len(f.blob))
		b = append(f.header.Append(b), f.blob...)
	}
	if p.packed {
		b = capture.Pack(b)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// render is the envelope with the parcels that were changed.
func (e *envelope) render() string {
	var edits []capture.Edit
	for _, p := range e.parcels {
		if p.changed {
			edits = append(edits, capture.SetText(p.node, p.encode()))
		}
	}
	return capture.Apply(e.body, edits)
}

// isPowerShell reports whether the streams of a resource are PowerShell's.
func isPowerShell(resourceURI string) bool {
	_, ok := wsman.PowerShellConfiguration(resourceURI)
	return ok
}
