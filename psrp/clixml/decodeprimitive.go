package clixml

import (
	"bytes"
	"encoding/base64"
	"strconv"
)

// primitive reads a value of a primitive type if that is what the open element
// is.
func (d *decoder) primitive(name []byte) (v Value, known bool, err error) {
	if string(name) == "PR" {
		v, err := d.progressRecord()
		return v, true, err
	}
	parse, known := parsers[string(name)]
	if !known {
		return nil, false, nil
	}
	at := d.pos
	path := len(d.open) // still open in what text reports
	text, err := d.text()
	if err != nil {
		return nil, true, err
	}
	if v, err = parse(text); err != nil {
		// The element has just been left; it is still where it was.
		d.open = d.open[:path]
		return nil, true, d.failWith(at, err)
	}
	return v, true, nil
}

// parsers read the text of the primitive types' elements.
var parsers = map[string]func(text []byte) (Value, error){
	"S":       func(text []byte) (Value, error) { return String(unescape(text)), nil },
	"C":       func(text []byte) (Value, error) { n, err := parseUnsigned("Char", text, 16); return Char(n), err },
	"B":       parseBool,
	"DT":      func(text []byte) (Value, error) { return parsed(ParseDateTime(string(text))) },
	"TS":      func(text []byte) (Value, error) { return parsed(ParseTimeSpan(string(text))) },
	"By":      func(text []byte) (Value, error) { n, err := parseUnsigned("Byte", text, 8); return Byte(n), err },
	"SB":      func(text []byte) (Value, error) { n, err := parseSigned("SByte", text, 8); return SByte(n), err },
	"U16":     func(text []byte) (Value, error) { n, err := parseUnsigned("UInt16", text, 16); return UInt16(n), err },
	"I16":     func(text []byte) (Value, error) { n, err := parseSigned("Int16", text, 16); return Int16(n), err },
	"U32":     func(text []byte) (Value, error) { n, err := parseUnsigned("UInt32", text, 32); return UInt32(n), err },
	"I32":     func(text []byte) (Value, error) { n, err := parseSigned("Int32", text, 32); return Int32(n), err },
	"U64":     func(text []byte) (Value, error) { n, err := parseUnsigned("UInt64", text, 64); return UInt64(n), err },
	"I64":     func(text []byte) (Value, error) { n, err := parseSigned("Int64", text, 64); return Int64(n), err },
	"Sg":      func(text []byte) (Value, error) { f, err := parseFloat(string(text), 32); return Single(f), err },
	"Db":      func(text []byte) (Value, error) { f, err := parseFloat(string(text), 64); return Double(f), err },
	"D":       func(text []byte) (Value, error) { return parsed(ParseDecimal(string(text))) },
	"BA":      parseByteArray,
	"G":       func(text []byte) (Value, error) { return parsed(ParseGUID(string(text))) },
	"URI":     func(text []byte) (Value, error) { return URI(unescape(text)), nil },
	"Version": func(text []byte) (Value, error) { return parsed(ParseVersion(string(text))) },
	"XD":      func(text []byte) (Value, error) { return XMLDocument(unescape(text)), nil },
	"SBK":     func(text []byte) (Value, error) { return ScriptBlock(unescape(text)), nil },
	"SS":      func(text []byte) (Value, error) { return SecureString(text), nil },
}

func parsed[T Value](v T, err error) (Value, error) { return v, err }

// parseSigned reads a whole number of some bits.
func parseSigned(name string, text []byte, bits int) (int64, error) {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, bits)
	if err != nil {
		least := int64(-1) << (bits - 1)
		return 0, &RangeError{
			Type: name, Text: string(text),
			Reason: "a whole number from " + strconv.FormatInt(least, 10) + " to " + strconv.FormatInt(-1-least, 10),
		}
	}
	return n, nil
}

// parseUnsigned reads a whole number without a sign, or with "+".
func parseUnsigned(name string, text []byte, bits int) (uint64, error) {
	digits := bytes.TrimPrefix(bytes.TrimSpace(text), []byte("+"))
	n, err := strconv.ParseUint(string(digits), 10, bits)
	if err != nil {
		most := ^uint64(0) >> (64 - bits)
		return 0, &RangeError{Type: name, Text: string(text), Reason: "a whole number from 0 to " + strconv.FormatUint(most, 10)}
	}
	return n, nil
}

func parseBool(text []byte) (Value, error) {
	switch string(bytes.TrimSpace(text)) {
	case "true", "1":
		return Bool(true), nil
	case "false", "0":
		return Bool(false), nil
	}
	return nil, &RangeError{Type: "Boolean", Text: string(text), Reason: "true or false"}
}

// parseByteArray reads base64, among whose characters white space may stand.
func parseByteArray(text []byte) (Value, error) {
	if bytes.ContainsAny(text, " \t") {
		text = bytes.Join(bytes.Fields(text), nil)
	}
	b, err := base64.StdEncoding.AppendDecode([]byte{}, text)
	if err != nil {
		return nil, &RangeError{Type: "Byte[]", Text: string(text), Reason: "base64: " + err.Error()}
	}
	return ByteArray(b), nil
}
