package winapi

import (
	"context"
	"encoding/xml"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// Invocation is one operation on a resource, for the cmdlets that PowerShell has
// in a module of its own (Get-WSManInstance and so on). Its form is XML, which
// scripts can write without any help.
type Invocation struct {
	XMLName    xml.Name `xml:"Invocation"`
	Action     string   `xml:"Action,attr"` // one of invocations
	Connection string   `xml:"Connection,attr"`
	// Mechanism and what follows are Credentials and Proxy.
	Mechanism      uint32 `xml:"Mechanism,attr"`
	User           string `xml:"User,attr"`
	Password       string `xml:"Password,attr"`
	Thumbprint     string `xml:"Thumbprint,attr"`
	ProxyAccess    uint32 `xml:"ProxyAccess,attr"`
	ProxyMechanism uint32 `xml:"ProxyMechanism,attr"`
	ProxyUser      string `xml:"ProxyUser,attr"`
	ProxyPassword  string `xml:"ProxyPassword,attr"`
	// Options are session options that are numbers, with the numbers of Option.
	Options []struct {
		Number uint32 `xml:"Number,attr"`
		Value  uint32 `xml:"Value,attr"`
	} `xml:"SessionOption"`
	// What is asked for.
	ResourceURI string     `xml:"ResourceURI,attr"`
	Fragment    string     `xml:"Fragment,attr"`
	Method      string     `xml:"Method,attr"` // of an Invoke
	Selectors   []nameText `xml:"Selector"`
	OptionSet   []nameText `xml:"Option"`
	Dialect     string     `xml:"Dialect,attr"` // of the Filter
	Filter      string     `xml:"Filter"`
	FilterSet   []nameText `xml:"FilterSelector"`
	References  bool       `xml:"References,attr"` // an Enumerate gives references
	Objects     bool       `xml:"Objects,attr"`    // and objects
	Body        string     `xml:"Body"`            // XML of an instance or of input
}

type nameText struct {
	Name string `xml:"Name,attr"`
	Text string `xml:",chardata"`
}

// invocations are what an Invocation can do. Each appends items to b.
var invocations = map[string]func(ctx context.Context, i *Invocation, c *wsmanclient.Client, r wsmanclient.Resource, b *strings.Builder) error{
	"Identify": identify, "IdentifyAnonymously": identify,
	"Get": get, "Put": put, "Create": create, "Delete": remove, "Enumerate": enumerate, "Invoke": invoke,
}

// Invoke does what a document says and waits for the answer: a document with the
// element Result and in it Items, which have XML in them, or with the element
// Error.
func Invoke(document string) string {
	var i Invocation
	if err := xml.Unmarshal([]byte(document), &i); err != nil {
		return errorXML(ErrorInvalidParameter(err.Error()))
	}
	var b strings.Builder
	b.WriteString("<Result>")
	if err := i.run(context.Background(), &b); err != nil {
		return errorXML(asError(err))
	}
	b.WriteString("</Result>")
	return b.String()
}

func (i *Invocation) run(ctx context.Context, b *strings.Builder) error {
	f := invocations[i.Action]
	if f == nil {
		return ErrorInvalidParameter("There is no action " + i.Action + ".")
	}
	var table Table
	api := NewAPI(&table)
	defer api.Close()
	s, failure := api.NewSession(i.Connection, Credentials{
		Mechanism: Mechanism(i.Mechanism), User: i.User, Password: i.Password, Thumbprint: i.Thumbprint,
	}, Proxy{Access: ProxyAccess(i.ProxyAccess), Mechanism: Mechanism(i.ProxyMechanism), User: i.ProxyUser, Password: i.ProxyPassword})
	if failure != nil {
		return failure
	}
	for _, o := range i.Options {
		if failure := s.SetNumber(Option(o.Number), o.Value); failure != nil {
			return failure
		}
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	r := wsmanclient.Resource{URI: resourceURI(i.ResourceURI), Fragment: i.Fragment}
	for _, n := range i.Selectors {
		r.Selectors = append(r.Selectors, wsman.Selector{Name: n.Name, Value: n.Text})
	}
	for _, n := range i.OptionSet {
		r.Options = append(r.Options, wsman.Option{Name: n.Name, Value: n.Text})
	}
	return f(ctx, i, client, r, b)
}

// Prefixes that resource URIs have where only their end is given, as the aliases
// of Windows' client have it.
const (
	windowsPrefix = "http://schemas.microsoft.com/wbem/wsman/1/windows/"
	wsmanPrefix   = "http://schemas.microsoft.com/wbem/wsman/1/"
)

// resourceURI writes an alias out: shell, shell/command, and winrm/… or wsman/….
func resourceURI(uri string) string {
	lower := strings.ToLower(uri)
	switch {
	case strings.Contains(uri, "://"), uri == "":
		return uri
	case lower == "shell":
		return wsman.ResourceShell
	case lower == "shell/command":
		return wsman.ResourceShell + "/Command"
	case strings.HasPrefix(lower, "shell/"):
		return windowsPrefix + uri
	case strings.HasPrefix(lower, "winrm/"):
		return wsmanPrefix + uri[len("winrm/"):]
	case strings.HasPrefix(lower, "wsman/"):
		return wsmanPrefix + uri[len("wsman/"):]
	}
	return uri
}

func appendItem(b *strings.Builder, document []byte) {
	b.WriteString("<Item>")
	b.Write(document)
	b.WriteString("</Item>")
}

func errorXML(e *Error) string {
	type message struct {
		XMLName xml.Name `xml:"Error"`
		Code    uint32   `xml:"Code,attr"`
		Machine string   `xml:"Machine,attr,omitempty"`
		Message string   `xml:"Message"`
	}
	b, err := xml.Marshal(message{Code: uint32(e.Code), Machine: e.Machine, Message: e.Detail})
	if err != nil {
		return "<Error Code=\"1359\"><Message/></Error>"
	}
	return string(b)
}
