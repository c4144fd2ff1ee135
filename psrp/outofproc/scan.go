package outofproc

import (
	"bytes"

	"github.com/winrmd/winrmd/psrp"
)

// element is a line taken apart. Its slices are parts of the line.
type element struct {
	kind       Kind
	id, stream []byte
	text       []byte
}

// scan takes line apart, which holds one element and blanks around it. It
// knows exactly the elements of this framing: attributes in any order, in
// single or double quotes, without entities; an empty element in either form.
// A reason that is not empty says what is wrong.
func scan(line []byte) (e element, reason string) {
	b := bytes.Trim(line, blanks)
	if len(b) == 0 || b[0] != '<' {
		return e, "not an element"
	}
	name, b := word(b[1:])
	if e.kind = parseKind(name); e.kind == 0 {
		return e, "unknown element"
	}
	b, reason = e.attributes(b)
	if reason != "" {
		return e, reason
	}
	if string(b) != "/>" {
		if e.text, reason = content(b, name); reason != "" {
			return e, reason
		}
	}
	return e, e.check()
}

const blanks = " \t\r\n"

// word splits off the letters that b begins with.
func word(b []byte) (word, rest []byte) {
	n := 0
	for n < len(b) && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z') {
		n++
	}
	return b[:n], b[n:]
}

// attributes reads the attributes that b begins with, and returns what follows
// them: the end of the tag and the content.
func (e *element) attributes(b []byte) (rest []byte, reason string) {
	for {
		next := skipBlanks(b)
		if len(next) == 0 || next[0] == '>' || next[0] == '/' {
			return next, ""
		}
		if len(next) == len(b) {
			return nil, "no blank before an attribute"
		}
		name, value, rest, ok := attribute(next)
		if !ok {
			return nil, "bad attribute"
		}
		if !e.set(name, value) {
			return nil, "an attribute that is unknown, repeated or empty"
		}
		b = rest
	}
}

func (e *element) set(name, value []byte) bool {
	at := &e.id
	switch string(name) {
	case "PSGuid":
	case "Stream":
		at = &e.stream
	default:
		return false
	}
	if *at != nil || len(value) == 0 {
		return false
	}
	*at = value
	return true
}

// attribute reads name='value' with blanks around the equals sign.
func attribute(b []byte) (name, value, rest []byte, ok bool) {
	name, b = word(b)
	b = skipBlanks(b)
	if len(name) == 0 || len(b) == 0 || b[0] != '=' {
		return nil, nil, nil, false
	}
	b = skipBlanks(b[1:])
	if len(b) == 0 || (b[0] != '\'' && b[0] != '"') {
		return nil, nil, nil, false
	}
	quote := b[0]
	b = b[1:]
	end := bytes.IndexByte(b, quote)
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, b[:end], b[end+1:], true
}

func skipBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// content returns what stands between the > that b begins with and the end
// tag of name that b ends with.
func content(b, name []byte) (text []byte, reason string) {
	b, begun := bytes.CutPrefix(b, []byte(">"))
	b, closed := bytes.CutSuffix(b, []byte(">"))
	b, named := bytes.CutSuffix(bytes.TrimRight(b, blanks), name)
	b, ended := bytes.CutSuffix(b, []byte("</"))
	if !begun || !closed || !named || !ended {
		return nil, "element does not end with its end tag"
	}
	return bytes.Trim(b, blanks), ""
}

// check looks at what the element has against what its kind must have.
func (e *element) check() string {
	switch {
	case !validID(e.id):
		return "PSGuid is missing or not a GUID"
	case e.kind != Data && (e.stream != nil || len(e.text) > 0):
		return "only Data has a stream and content"
	case e.kind != Data:
		return ""
	case !validStream(e.stream):
		return "Stream is missing or not a name"
	case len(e.text) == 0 || !psrp.ValidText(e.text):
		return "content is not base64"
	}
	return ""
}

// maxStreamName is more than any name that PowerShell has.
const maxStreamName = 32

func validStream[T string | []byte](name T) bool {
	for i := range len(name) {
		if c := name[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(name) > 0 && len(name) <= maxStreamName
}
