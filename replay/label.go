package replay

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/psrp"
)

// label is what is compared of a message: its type, states, and the numbers of
// calls.
func label(m psrp.Message) string {
	if ruleOfMessage(m.Type) != nil {
		return m.Type.String()
	}
	detail := ""
	switch m.Type {
	case psrp.MessageRunspacePoolState:
		if n, err := psrp.ParseState(m.Data); err == nil {
			detail = psrp.RunspacePoolState(n).String()
		}
	case psrp.MessagePipelineState:
		if n, err := psrp.ParseState(m.Data); err == nil {
			detail = psrp.PSInvocationState(n).String()
		}
	case psrp.MessageRunspaceAvailability:
		detail = readElement(m.Data).property("SetMinMaxRunspacesResponse").describe()
	case psrp.MessageRunspacePoolInitData:
		root := readElement(m.Data)
		detail = root.property("MinRunspaces").text() + " to " + root.property("MaxRunspaces").text()
	case psrp.MessagePipelineHostCall, psrp.MessageRunspacePoolHostCall:
		root := readElement(m.Data)
		detail = "method " + root.property("mi").text() + " call " + root.property("ci").text()
	}
	return strings.TrimSpace(m.Type.String() + " " + detail)
}

// content is what can be compared besides: what kind of value is put out, and
// the ids of errors. Both depend on the version of PowerShell.
func content(m psrp.Message) string {
	switch m.Type {
	case psrp.MessageErrorRecord:
		return readElement(m.Data).property("FullyQualifiedErrorId").text()
	case psrp.MessagePipelineOutput, psrp.MessagePipelineInput:
		return readElement(m.Data).kind()
	}
	return ""
}

// element is as much of CLIXML as a label needs.
type element struct {
	XMLName  xml.Name
	Name     string    `xml:"N,attr"`
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

// readElement reads CLIXML; nil where it is none.
func readElement(data []byte) *element {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	e := &element{}
	if text == "" || xml.Unmarshal([]byte(text), e) != nil {
		return nil
	}
	return e
}

// property is the property with this name of an object; nil if there is none.
func (e *element) property(name string) *element {
	if e == nil {
		return nil
	}
	for i := range e.Children {
		c := &e.Children[i]
		if c.Name == name {
			return c
		}
		if c.XMLName.Local == "MS" || c.XMLName.Local == "Props" {
			if p := c.property(name); p != nil {
				return p
			}
		}
	}
	return nil
}

// text is the value of a primitive, or of what an enum stands on.
func (e *element) text() string {
	if e == nil {
		return ""
	}
	for i := range e.Children {
		if c := &e.Children[i]; c.Name == "" && len(c.Children) == 0 && isNumber(c.Text) {
			return c.Text
		}
	}
	return strings.TrimSpace(e.Text)
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// describe is a primitive with its kind.
func (e *element) describe() string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%s %s", e.XMLName.Local, e.text())
}

// kind is what kind of value an element is: of an object the name of its type.
func (e *element) kind() string {
	if e == nil {
		return ""
	}
	for i := range e.Children {
		if names := &e.Children[i]; names.XMLName.Local == "TN" && len(names.Children) > 0 {
			return names.Children[0].Text
		}
	}
	return e.XMLName.Local
}
