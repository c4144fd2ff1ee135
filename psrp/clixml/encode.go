package clixml

import (
	"encoding/base64"
	"fmt"
	"strconv"
)

// Append appends a value as a document of its own, as the content of a message
// is: without white space, byte order mark or namespace, and as PowerShell
// writes it to the byte. Objects that come again become references, so
// identity is kept and circles are no trouble.
//
// Errors are *RangeError for a value that its type does not allow, such as a
// date of the year 10000, and *LimitError for more than MaxEncodedDepth values
// within each other. The result is dst then, with nothing appended.
func Append(dst []byte, v Value) ([]byte, error) {
	e := encoder{dst: dst}
	if err := e.value(v, label{}); err != nil {
		return dst, err
	}
	return e.dst, nil
}

// encoder writes the values of one document.
type encoder struct {
	dst     []byte
	depth   int
	objects map[*Object]int // RefIds
	types   map[string]int  // by the names, each ended by NUL
	key     []byte
	next    int // RefId of an object
}

// label is what a value's element says about its place.
type label struct {
	stream string // S; empty: none
	name   string // N
	named  bool
}

func (e *encoder) value(v Value, l label) error {
	if e.depth == MaxEncodedDepth {
		return &LimitError{Name: "MaxEncodedDepth", Limit: MaxEncodedDepth}
	}
	e.depth++
	defer func() { e.depth-- }()
	switch v := v.(type) {
	case nil:
		e.empty("Nil", l)
		return nil
	case *Object:
		if v == nil {
			e.empty("Nil", l)
			return nil
		}
		return e.object(v, l)
	case *ProgressRecord:
		if v == nil {
			e.empty("Nil", l)
			return nil
		}
	case List, Stack, Queue, Enumerable, Dictionary:
		return e.object(&Object{TypeNames: containerTypes(v), Base: v}, l)
	case MemberSet:
		return &RangeError{Type: "MemberSet", Text: l.name, Reason: "only an extended property can be one"}
	}
	return e.primitive(v, l)
}

// open writes a start tag without its end.
func (e *encoder) open(name string, l label) {
	e.dst = append(append(e.dst, '<'), name...)
	if l.stream != "" {
		e.attribute("S", l.stream)
	}
	if l.named {
		e.attribute("N", l.name)
	}
}

func (e *encoder) attribute(name, value string) {
	e.dst = append(append(append(e.dst, ' '), name...), '=', '"')
	e.dst = append(appendEscaped(e.dst, value, true), '"')
}

func (e *encoder) refID(n int) {
	e.dst = append(strconv.AppendInt(append(e.dst, ` RefId="`...), int64(n), 10), '"')
}

func (e *encoder) empty(name string, l label) {
	e.open(name, l)
	e.dst = append(e.dst, " />"...)
}

func (e *encoder) begin(name string, l label) {
	e.open(name, l)
	e.dst = append(e.dst, '>')
}

func (e *encoder) end(name string) {
	e.dst = append(append(append(e.dst, "</"...), name...), '>')
}

// text writes an element of text that is not a value by itself. PowerShell
// writes an empty one short, other than an empty string.
func (e *encoder) text(name, text string) {
	e.dst = appendTextElement(e.dst, name, text)
}

func appendTextElement(dst []byte, name, text string) []byte {
	dst = append(append(dst, '<'), name...)
	if text == "" {
		return append(dst, " />"...)
	}
	dst = appendEscaped(append(dst, '>'), text, false)
	return append(append(append(dst, "</"...), name...), '>')
}

// primitive writes a value of a primitive type.
func (e *encoder) primitive(v Value, l label) error {
	name := v.element()
	if b, ok := v.(ByteArray); ok && len(b) == 0 {
		e.empty(name, l)
		return nil
	}
	e.begin(name, l)
	var err error
	e.dst, err = appendPrimitive(e.dst, v)
	e.end(name)
	return err
}

func appendPrimitive(dst []byte, v Value) ([]byte, error) {
	switch v := v.(type) {
	case String:
		return appendEscaped(dst, string(v), false), nil
	case URI:
		return appendEscaped(dst, string(v), false), nil
	case XMLDocument:
		return appendEscaped(dst, string(v), false), nil
	case ScriptBlock:
		return appendEscaped(dst, string(v), false), nil
	case SecureString:
		return appendEscaped(dst, string(v), false), nil
	case ByteArray:
		return base64.StdEncoding.AppendEncode(dst, v), nil
	case Bool:
		return strconv.AppendBool(dst, bool(v)), nil
	case *ProgressRecord:
		return v.append(dst), nil
	}
	return appendNumber(dst, v)
}

// appendNumber writes a number, or what consists of some.
func appendNumber(dst []byte, v Value) ([]byte, error) {
	switch v := v.(type) {
	case Int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case Int64:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case UInt32:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case UInt64:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case Int16:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case UInt16:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case SByte:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case Byte:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case Char:
		return strconv.AppendUint(dst, uint64(v), 10), nil
	case Single:
		return appendFloat(dst, float64(v), 32), nil
	case Double:
		return appendFloat(dst, float64(v), 64), nil
	case Decimal:
		return v.append(dst), nil
	case TimeSpan:
		return v.append(dst), nil
	case GUID:
		return v.append(dst), nil
	case DateTime:
		if !v.valid() {
			return dst, &RangeError{Type: "DateTime", Text: fmt.Sprint(v.Ticks), Reason: "it is not within the years 1 to 9999"}
		}
		return v.append(dst), nil
	case Version:
		if !v.valid() {
			return dst, &RangeError{Type: "Version", Text: fmt.Sprintf("%d", v), Reason: "numbers from 0 up, without a gap"}
		}
		return v.append(dst), nil
	}
	return dst, &RangeError{Type: "Value", Text: fmt.Sprintf("%T", v), Reason: "no type of CLIXML"}
}
