package capture

import (
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// Description is what can be seen of an envelope at a glance.
type Description struct {
	Action, ResourceURI     string
	MessageID, RelatesTo    string
	SessionID               string
	ShellID, CommandID      string // of selectors or of what was created
	Streams                 []string
	CommandState, ExitCode  string
	Fault                   bool
	FaultCode, FaultSubcode string // local names
	FaultNumber             string // of the outer WSManFault, decimal
	FaultReason             string
	Body                    string // local name of the first element in the body
}

// Describe looks at an envelope. What is no XML has an empty description.
func Describe(body string) Description {
	root, err := ParseXML(body)
	if err != nil {
		return Description{}
	}
	return DescribeNode(root)
}

// fault reports whether an envelope is a fault.
func fault(body string) bool { return Describe(body).Fault }

// DescribeNode is Describe of an envelope that was parsed.
func DescribeNode(root *Node) Description {
	var d Description
	header, body := root.Child(wsman.NamespaceSOAP, "Header"), root.Child(wsman.NamespaceSOAP, "Body")
	for _, f := range []struct {
		space, local string
		value        *string
	}{
		{wsman.NamespaceAddressing, "Action", &d.Action}, {wsman.NamespaceAddressing, "MessageID", &d.MessageID},
		{wsman.NamespaceAddressing, "RelatesTo", &d.RelatesTo}, {wsman.NamespaceWSMan, "ResourceURI", &d.ResourceURI},
		{wsman.NamespaceWSManMS, "SessionId", &d.SessionID},
	} {
		*f.value = header.Child(f.space, f.local).Value()
	}
	d.selectors(header.Child(wsman.NamespaceWSMan, "SelectorSet"))
	if first := body.First(); first != nil {
		d.Body = first.Local
	}
	body.Walk(d.element)
	return d
}

func (d *Description) selectors(set *Node) {
	if set == nil {
		return
	}
	for _, s := range set.Children {
		if name, _ := s.Attribute("Name"); strings.EqualFold(name, "ShellId") {
			d.ShellID = s.Value()
		}
	}
}

// element looks at an element of the body.
func (d *Description) element(n *Node) {
	switch n.Space {
	case wsman.NamespaceShell:
		d.shellElement(n)
	case wsman.NamespaceSOAP:
		d.faultElement(n)
	case wsman.NamespaceWSManFault:
		if code, ok := n.Attribute("Code"); ok && n.Local == "WSManFault" && d.FaultNumber == "" {
			d.FaultNumber = code
		}
	case wsman.NamespaceTransfer:
		if n.Local == "ResourceCreated" {
			n.Walk(func(s *Node) {
				if s.Is(wsman.NamespaceWSMan, "SelectorSet") {
					d.selectors(s)
				}
			})
		}
	}
}

func (d *Description) shellElement(n *Node) {
	if id, ok := n.Attribute("ShellId"); ok && n.Local == "Shell" && d.ShellID == "" {
		d.ShellID = id
	}
	if id, ok := n.Attribute("CommandId"); ok && d.CommandID == "" {
		d.CommandID = id
	}
	switch n.Local {
	case "CommandId":
		d.CommandID = n.Value()
	case "ShellId":
		if d.ShellID == "" {
			d.ShellID = n.Value()
		}
	case "DesiredStream":
		d.Streams = strings.Fields(n.Value())
	case "Stream":
		name, _ := n.Attribute("Name")
		d.Streams = append(d.Streams, name)
	case "CommandState":
		state, _ := n.Attribute("State")
		d.CommandState = state[strings.LastIndexByte(state, '/')+1:]
	case "ExitCode":
		d.ExitCode = n.Value()
	}
}

func (d *Description) faultElement(n *Node) {
	switch n.Local {
	case "Fault":
		d.Fault = true
		code := n.Child(wsman.NamespaceSOAP, "Code")
		d.FaultCode = localName(code.Child(wsman.NamespaceSOAP, "Value").Value())
		d.FaultSubcode = localName(code.Child(wsman.NamespaceSOAP, "Subcode").Child(wsman.NamespaceSOAP, "Value").Value())
		d.FaultReason = n.Child(wsman.NamespaceSOAP, "Reason").Child(wsman.NamespaceSOAP, "Text").Value()
	}
}

// localName is a QName without its prefix.
func localName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// Operation is an action's last word: Create, Receive, Enumerate; "Identify" for
// a request without an action.
func (d *Description) Operation() string {
	if d.Action == "" && d.Body == "Identify" {
		return "Identify"
	}
	return d.Action[strings.LastIndexByte(d.Action, '/')+1:]
}
