package clixml

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
)

// AppendJSON appends v to dst as JSON in one line: numbers as such, enumerations
// by name, bytes in base64, containers without keys as arrays, dictionaries and
// objects as objects with their members in their order, and what has no form in
// JSON as its text. Values may hold themselves: those that are depth or more deep
// within others are their text. It does not follow ConvertTo-Json.
func AppendJSON(dst []byte, v Value, depth int) []byte {
	if depth <= 0 {
		return appendJSONText(dst, v)
	}
	if values, ok := items(v); ok {
		return appendJSONArray(dst, values, depth)
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case Bool:
		return appendPlainJSON(dst, bool(v))
	case Byte, SByte, Int16, UInt16, Int32, UInt32, Int64, UInt64:
		return appendPlainJSON(dst, v)
	case Decimal:
		return append(dst, v.String()...)
	case Double:
		return appendJSONFloat(dst, float64(v), v)
	case Single:
		return appendJSONFloat(dst, float64(v), v)
	case DateTime:
		return appendPlainJSON(dst, v.String())
	case ByteArray:
		return appendPlainJSON(dst, base64.StdEncoding.EncodeToString(v))
	case Dictionary:
		all := make(Properties, len(v))
		for i, e := range v {
			all[i] = Property{Text(e.Key), e.Value}
		}
		return appendJSONMembers(dst, all, depth)
	case MemberSet:
		return appendJSONMembers(dst, Properties(v), depth)
	case *Object:
		return appendJSONObject(dst, v, depth)
	}
	return appendJSONText(dst, v)
}

// appendJSONObject appends what an object stands on, or its properties.
func appendJSONObject(dst []byte, o *Object, depth int) []byte {
	if o == nil {
		return append(dst, "null"...)
	}
	base := Base(o)
	other, none := base.(*Object)
	switch {
	case o.Base != nil && o.ToString != nil && o.Is("System.Enum"):
		return appendPlainJSON(dst, *o.ToString)
	case !none:
		return AppendJSON(dst, base, depth)
	case other.Base != nil: // in a circle
		return appendPlainJSON(dst, typeName(o))
	case len(other.Adapted)+len(other.Extended) == 0 && other.ToString != nil:
		return appendPlainJSON(dst, *other.ToString)
	}
	return appendJSONMembers(dst, append(other.Adapted[:len(other.Adapted):len(other.Adapted)], other.Extended...), depth)
}

func appendJSONArray(dst []byte, all []Value, depth int) []byte {
	dst = append(dst, '[')
	for i, v := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, v, depth-1)
	}
	return append(dst, ']')
}

func appendJSONMembers(dst []byte, all Properties, depth int) []byte {
	dst = append(dst, '{')
	for i, p := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendPlainJSON(dst, p.Name), ':')
		dst = AppendJSON(dst, p.Value, depth-1)
	}
	return append(dst, '}')
}

// appendJSONFloat appends a number; those that JSON does not have are text.
func appendJSONFloat(dst []byte, f float64, v Value) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendJSONText(dst, v)
	}
	return appendPlainJSON(dst, v)
}

func appendJSONText(dst []byte, v Value) []byte { return appendPlainJSON(dst, Text(v)) }

// appendPlainJSON appends a string, a truth or a number, none of which can fail.
func appendPlainJSON(dst []byte, v any) []byte {
	if text, ok := v.(string); ok {
		v = strings.ToValidUTF8(text, "\uFFFD")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
