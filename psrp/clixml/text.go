package clixml

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// maxText bounds what Text makes of a value: in bytes, and in values within
// each other. Values may be in circles, and small documents may stand for huge
// ones by references.
const (
	maxText      = 64 << 10
	maxTextDepth = 10
)

// ellipsis stands for what is left out.
const ellipsis = "…"

// Text returns a value in one line or more, for people: a primitive as
// PowerShell's invariant culture has it, an object as what its ToString said,
// and one that has none by what it holds, as in @{Name=Value; …}. Null is
// $null. It is at most 64 KiB long, and may hold any characters: a terminal
// must not get it as it is.
func Text(v Value) string {
	w := textWriter{}
	w.value(v)
	return w.String()
}

// textWriter writes values until it is full.
type textWriter struct {
	strings.Builder
	depth int
}

// put appends s as far as there is room. Once something is left out there is
// none.
func (w *textWriter) put(s string) {
	if w.full() {
		return
	}
	if room := maxText - w.Len(); len(s) > room {
		s = strings.ToValidUTF8(s[:room], "") + strings.Repeat(ellipsis, 2)
	}
	w.WriteString(s)
}

func (w *textWriter) full() bool { return w.Len() >= maxText }

func (w *textWriter) value(v Value) {
	if isNil(v) {
		w.put("$null")
		return
	}
	if w.depth == maxTextDepth || w.full() {
		w.put(ellipsis)
		return
	}
	w.depth++
	defer func() { w.depth-- }()
	switch v := v.(type) {
	case *Object:
		w.object(v)
	case *ProgressRecord:
		w.put(v.Text())
	case Dictionary:
		w.put("@{")
		for i, e := range v {
			if !w.item(i, "; ") {
				break
			}
			w.value(e.Key)
			w.put("=")
			w.value(e.Value)
		}
		w.put("}")
	case MemberSet:
		w.properties(Properties(v))
	default:
		w.primitive(v)
	}
}

// item begins an item of a list, unless there is no room for it.
func (w *textWriter) item(i int, between string) bool {
	if i > 0 {
		w.put(between)
	}
	return !w.full()
}

func (w *textWriter) object(o *Object) {
	switch {
	case o.ToString != nil:
		w.put(*o.ToString)
	case o.Base != nil:
		w.value(o.Base)
	case len(o.Extended) > 0:
		w.properties(o.Extended)
	case len(o.Adapted) > 0:
		w.properties(o.Adapted)
	case len(o.TypeNames) > 0:
		w.put(o.TypeNames[0])
	}
}

func (w *textWriter) properties(p Properties) {
	w.put("@{")
	for i := range p {
		if !w.item(i, "; ") {
			break
		}
		w.put(p[i].Name + "=")
		w.value(p[i].Value)
	}
	w.put("}")
}

func (w *textWriter) primitive(v Value) {
	if values, ok := items(v); ok {
		w.put("{")
		for i, item := range values {
			if !w.item(i, ", ") {
				break
			}
			w.value(item)
		}
		w.put("}")
		return
	}
	switch v := v.(type) {
	case String:
		w.put(string(v))
	case URI:
		w.put(string(v))
	case XMLDocument:
		w.put(string(v))
	case ScriptBlock:
		w.put(string(v))
	case SecureString:
		w.put("System.Security.SecureString")
	case Char:
		w.put(stringOfUnits([]uint16{uint16(v)}))
	case Bool:
		w.put(boolText[v])
	case ByteArray:
		w.put(base64.StdEncoding.EncodeToString(v[:min(len(v), maxText)]))
	case TimeSpan:
		w.put(v.clock())
	default:
		b, _ := appendNumber(nil, v) // what is out of range has no text
		w.put(string(b))
	}
}

var boolText = map[Bool]string{false: "False", true: "True"}

// clock writes a TimeSpan as .NET does: [-][d.]hh:mm:ss[.fffffff].
func (t TimeSpan) clock() string {
	n, sign := uint64(t), ""
	if t < 0 {
		n, sign = -n, "-"
	}
	second := uint64(ticksPerSecond)
	b := []byte(sign)
	if days := n / (86400 * second); days > 0 {
		b = append(strconv.AppendUint(b, days, 10), '.')
	}
	for i, part := range [3]uint64{n / (3600 * second) % 24, n / (60 * second) % 60, n / second % 60} {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, byte('0'+part/10), byte('0'+part%10))
	}
	if part := n % second; part > 0 {
		b = append(b, '.')
		b = padZeros(strconv.AppendUint(b, part, 10), len(b), 7)
	}
	return string(b)
}
