package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// answer is what came.
type answer struct {
	request request
	text    string
	status  int
	root    *capture.Node
	header  *capture.Node
	body    *capture.Node
	fault   *wsman.Fault // nil where it is none
}

// try sends a request. The error is that no message came.
func (t *T) try(r request) (*answer, error) {
	if r.session == "" {
		r.session = t.session
	}
	if r.timeout == 0 {
		r.timeout = defaultTimeout
	}
	if r.messageID == "" {
		r.messageID = "uuid:" + newID()
	}
	text, status, err := t.config.Server.RoundTrip(t.ctx, []byte(r.envelope(t.config.URL)), r.timeout)
	if err != nil {
		return nil, err
	}
	return readAnswer(r, string(text), status)
}

func readAnswer(r request, text string, status int) (*answer, error) {
	root, err := capture.ParseXML(text)
	if err != nil {
		return nil, fmt.Errorf("the answer is no XML: %w", err)
	}
	a := &answer{request: r, text: text, status: status, root: root}
	a.header = root.Child(wsman.NamespaceSOAP, "Header")
	a.body = root.Child(wsman.NamespaceSOAP, "Body")
	if root.Space != wsman.NamespaceSOAP || root.Local != "Envelope" || a.body == nil {
		return nil, fmt.Errorf("the answer is no SOAP 1.2 envelope with a body, but %s", root.Local)
	}
	if a.body.Child(wsman.NamespaceSOAP, "Fault") != nil {
		if a.fault, err = wsman.ParseFault([]byte(text)); err != nil {
			return nil, fmt.Errorf("the fault cannot be read: %w", err)
		}
	}
	return a, nil
}

// said is a fault for people.
func said(f *wsman.Fault) string {
	return fmt.Sprintf("the fault %s/%s 0x%08X (%s)", f.Code, f.Subcode.Local, uint32(f.WSMan.Code), strings.TrimSpace(f.Reason))
}

// ask sends a request and gets a message, or the check ends.
func (t *T) ask(r request) *answer {
	a, err := t.try(r)
	if err != nil {
		t.stop("%s: %v", operation(r.action), err)
	}
	return a
}

// succeed asks for what must succeed, and checks what is the same of every answer
// (DSP0226 5.4.2 and 5.4.4, MS-WSMV 3.1.4.1).
func (t *T) succeed(r request) *answer {
	a := t.ask(r)
	name := operation(r.action)
	if a.fault != nil {
		t.stop("%s has %s", name, said(a.fault))
	}
	if a.status != http.StatusOK {
		t.problem("%s has the HTTP status %d, not 200", name, a.status)
	}
	t.equal(name+": the Action", r.action+wsman.ResponseSuffix, a.headerText(wsman.NamespaceAddressing, "Action"))
	t.related(a)
	return a
}

// related checks that an answer says to what it is one, and by a number of its
// own.
func (t *T) related(a *answer) {
	name := operation(a.request.action)
	t.equal(name+": RelatesTo", a.request.messageID, a.headerText(wsman.NamespaceAddressing, "RelatesTo"))
	id := a.headerText(wsman.NamespaceAddressing, "MessageID")
	if before, ok := t.numbers[id]; ok {
		t.problem("%s: the answer's MessageID %q is that of the answer to %s", name, id, before)
	}
	t.numbers[id] = name
}

// want is a fault that must come (MS-WSMV 2.2.4.43).
type want struct {
	code    wsman.SOAPCode
	subcode wsman.QName
	number  wsman.FaultCode
	detail  string // the end of the w:FaultDetail; "" means whatever
}

// refused asks for what must be refused (DSP0226 14, MS-WSMV 2.2.4.43).
func (t *T) refused(r request, w want) *answer {
	a := t.ask(r)
	t.isFault(a, w)
	return a
}

func (t *T) isFault(a *answer, w want) {
	name := operation(a.request.action)
	if a.fault == nil {
		t.stop("%s succeeded; it should have the fault %s 0x%08X", name, w.subcode.Local, uint32(w.number))
	}
	if a.status != http.StatusInternalServerError {
		t.problem("%s: the fault has the HTTP status %d, not 500", name, a.status)
	}
	if f := a.fault; f.WSMan.Code == w.number {
		t.faults = append(t.faults, w.number)
	} else {
		t.problem("%s has %s; it should be 0x%08X", name, said(f), uint32(w.number))
	}
	t.equal(name+": the code of the fault", string(w.code), string(a.fault.Code))
	t.equal(name+": the subcode of the fault", w.subcode.Space+" "+w.subcode.Local, a.fault.Subcode.Space+" "+a.fault.Subcode.Local)
	t.equal(name+": the action of the fault", faultAction(w.subcode), a.headerText(wsman.NamespaceAddressing, "Action"))
	if w.detail != "" {
		t.equal(name+": the FaultDetail", faultDetail+w.detail, a.fault.Detail)
	}
}

const faultDetail = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

// faultAction is the action that belongs to a subcode.
func faultAction(subcode wsman.QName) string {
	switch subcode.Space {
	case wsman.NamespaceWSMan:
		return wsman.ActionFaultWSMan
	case wsman.NamespaceEnumeration:
		return wsman.ActionFaultEnumeration
	case wsman.NamespaceTransfer:
		return wsman.ActionFaultTransfer
	}
	return wsman.ActionFaultAddressing
}

func (a *answer) headerText(space, local string) string { return a.header.Child(space, local).Value() }

// child is an element of the body by its path of local names in the namespace of
// shells; nil if it is not there.
func (a *answer) child(path ...string) *capture.Node {
	n := a.body
	for _, local := range path {
		n = n.Child(wsman.NamespaceShell, local)
	}
	return n
}

// operation is an action's last part.
func operation(action string) string {
	if action == "" {
		return "the request"
	}
	return action[strings.LastIndexByte(action, '/')+1:]
}

// empty notes a body that is not empty.
func (t *T) empty(a *answer) {
	if len(a.body.Children) > 0 || strings.TrimSpace(a.body.Text) != "" {
		t.problem("%s: the body of the answer is not empty", operation(a.request.action))
	}
}

// attribute is capture.Node's Attribute, for a node that may be nil.
func attribute(n *capture.Node, name string) (string, bool) {
	if n == nil {
		return "", false
	}
	return n.Attribute(name)
}
