package wsmanserver

import (
	"context"
	"net/http"
	"runtime"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/wsman"
)

// Identify answers Identify requests (DSP0226 section 11). What it tells of
// the system is Windows' form of it.
type Identify struct {
	// ProductVendor and ProductVersion name the service. Clients look for the
	// stack's version in the latter.
	ProductVendor, ProductVersion string

	body wsman.Body
}

// stack is the version of the protocol stack that clients expect.
const stack = "Stack: 3.0"

// NewIdentify describes a server to users who have logged in.
func NewIdentify(version string) *Identify {
	i := &Identify{ProductVendor: "winrmd", ProductVersion: "OS: " + runtime.GOOS + " SP: winrmd " + version + " " + stack}
	i.body = identifyBody(i)
	return i
}

// ServeWSMan implements wsman.Handler.
func (i *Identify) ServeWSMan(context.Context, *wsman.Request) (*wsman.Response, error) {
	return &wsman.Response{Body: i.body}, nil
}

func identifyBody(i *Identify) wsman.Body {
	e := etree.NewElement("wsmid:IdentifyResponse")
	e.CreateAttr("xmlns:wsmid", wsman.NamespaceWSManIdentity)
	e.CreateElement("wsmid:ProtocolVersion").SetText("http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd")
	e.CreateElement("wsmid:ProductVendor").SetText(i.ProductVendor)
	e.CreateElement("wsmid:ProductVersion").SetText(i.ProductVersion)
	return wsman.ElementBody(e)
}

// anonymous is what everybody may know.
var anonymous = &wsman.Response{Body: identifyBody(&Identify{
	ProductVendor: "winrmd", ProductVersion: "OS: 0.0.0 SP: 0.0 " + stack,
})}

// maxAnonymous is how long a request may be of somebody who is not known.
const maxAnonymous = 16 << 10

// identifyAnonymous answers Identify, and nothing else, without asking who it
// is (MS-WSMV 3.1.4.1.30).
func (x *exchange) identifyAnonymous(r *http.Request) {
	x.limits = wsman.Limits{MaxEnvelopeSize: maxAnonymous}
	request := x.request(r)
	if request == nil {
		return
	}
	if !request.Header.Identify {
		x.fault(request, wsman.NewFault(wsman.CodeAccessDenied, "Without authentication only Identify is answered here."))
		return
	}
	response := *anonymous
	x.respond(request, &response)
}
