// Package value says what PowerShell's values mean in its language: which are
// true, what is equal, what their members are and what becomes of them in a
// string or a sum. The values are those of package clixml. It follows
// PowerShell's LanguagePrimitives as far as an endpoint's language goes.
package value

import (
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

var typesArray = []string{"System.Object[]", "System.Array", "System.Object"}

// Array makes an array, System.Object[].
func Array(items []clixml.Value) *clixml.Object {
	if items == nil {
		items = []clixml.Value{}
	}
	return &clixml.Object{TypeNames: typesArray, Base: clixml.List(items)}
}

// Of makes a single value of what commands put out: null of nothing, the value of
// one, and an array of more.
func Of(items []clixml.Value) clixml.Value {
	switch len(items) {
	case 0:
		return nil
	case 1:
		return items[0]
	}
	return Array(items)
}

// IsNull reports whether v is $null, also as an object that is none.
func IsNull(v clixml.Value) bool {
	if v == nil {
		return true
	}
	o, ok := v.(*clixml.Object)
	return ok && o == nil
}

// True reports whether a value counts as true.
func True(v clixml.Value) bool {
	if IsNull(v) {
		return false
	}
	if items, ok := clixml.Elements(v); ok {
		switch len(items) {
		case 0:
			return false
		case 1:
			if more, nested := clixml.Elements(items[0]); nested {
				return len(more) > 0
			}
			return True(items[0])
		}
		return true
	}
	switch b := clixml.Base(v).(type) {
	case clixml.Bool:
		return bool(b)
	case clixml.String:
		return b != ""
	case clixml.Char:
		return b != 0
	}
	if n, ok := numberOf(clixml.Base(v)); ok {
		return !n.isZero()
	}
	return true
}

// String is the value in a string. Of values within each other it shows as many as
// are of use: what would be longer than MaxText ends with "...".
func String(v clixml.Value) string {
	if s, ok := v.(clixml.String); ok {
		return string(s)
	}
	var w textWriter
	w.write(v, 0)
	return w.b.String()
}

// maxNested is how far values within each other are written.
const maxNested = 8

// MaxText is how many bytes String makes at most, but for one string that is
// longer by itself.
const MaxText = 16 << 20

// nestedText is how many bytes there may be for values within each other to be
// written still.
const nestedText = 64 << 10

// textWriter writes values. Values may hold themselves, also many times, so what
// is written is bounded.
type textWriter struct{ b strings.Builder }

const more = "..."

func (w *textWriter) write(v clixml.Value, depth int) {
	switch {
	case IsNull(v):
		return
	case depth > maxNested:
		w.b.WriteString(more)
		return
	}
	limit := MaxText
	if depth > 0 {
		limit = nestedText
	}
	if items, ok := clixml.Elements(v); ok {
		for i, item := range items {
			if i > 0 {
				w.b.WriteByte(' ')
			}
			if w.b.Len() > limit {
				w.b.WriteString(more)
				return
			}
			w.write(item, depth+1)
		}
		return
	}
	o, ok := v.(*clixml.Object)
	switch {
	case w.known(clixml.Base(v)):
	case !ok:
		w.b.WriteString(clixml.Text(v))
	case o.ToString != nil:
		w.b.WriteString(*o.ToString)
	case o.Base != nil:
		w.b.WriteString(clixml.Text(clixml.Base(v)))
	case len(o.Extended) > 0:
		w.members(o.Extended, depth, limit)
	case len(o.TypeNames) > 0 && !o.Is("System.Management.Automation.PSCustomObject"):
		w.b.WriteString(o.TypeNames[0])
	default:
		w.members(o.Adapted, depth, limit)
	}
}

// known writes values whose text is not that of their CLIXML.
func (w *textWriter) known(base clixml.Value) bool {
	switch base := base.(type) {
	case clixml.Bool:
		if base {
			w.b.WriteString("True")
		} else {
			w.b.WriteString("False")
		}
	case clixml.Dictionary:
		w.b.WriteString("System.Collections.Hashtable")
	case clixml.DateTime:
		w.b.WriteString(base.Time().Format("01/02/2006 15:04:05"))
	case clixml.TimeSpan:
		w.b.WriteString(timeSpan(base))
	case clixml.ByteArray:
		for i, b := range base {
			if i > 0 {
				w.b.WriteByte(' ')
			}
			w.b.WriteString(clixml.Text(clixml.Byte(b)))
		}
	case clixml.SecureString:
		w.b.WriteString("System.Security.SecureString")
	case clixml.String:
		w.b.WriteString(string(base))
	default:
		return false
	}
	return true
}

func (w *textWriter) members(all clixml.Properties, depth, limit int) {
	w.b.WriteString("@{")
	for i, p := range all {
		if i > 0 {
			w.b.WriteString("; ")
		}
		if w.b.Len() > limit {
			w.b.WriteString(more)
			break
		}
		w.b.WriteString(p.Name + "=")
		w.write(p.Value, depth+1)
	}
	w.b.WriteString("}")
}
