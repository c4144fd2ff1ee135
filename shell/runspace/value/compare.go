package value

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// Compare is negative, 0 or positive as a is less than, equal to or greater than
// b. What b is compared as is a's type, as in PowerShell. The error says that
// they cannot be compared.
func Compare(a, b clixml.Value, caseSensitive bool) (int, error) {
	if IsNull(a) || IsNull(b) {
		return boolean(!IsNull(a)) - boolean(!IsNull(b)), nil
	}
	x, y := clixml.Base(a), clixml.Base(b)
	if n, ok := numberOf(x); ok {
		m, err := toNumber(b)
		if err != nil {
			return 0, err
		}
		return compareNumbers(n, m), nil
	}
	switch x := x.(type) {
	case clixml.Bool:
		return boolean(bool(x)) - boolean(True(b)), nil
	case clixml.String, clixml.Char, clixml.URI, clixml.ScriptBlock, clixml.XMLDocument:
		return compareText(String(a), String(b), caseSensitive), nil
	case clixml.DateTime:
		y, err := toDateTime(y)
		return x.Time().Compare(y.Time()), err
	case clixml.TimeSpan:
		y, ok := y.(clixml.TimeSpan)
		if ok {
			return cmp.Compare(x, y), nil
		}
	case clixml.Version:
		y, err := clixml.ParseVersion(String(b))
		return x.Compare(y), err
	case clixml.GUID:
		y, err := clixml.ParseGUID(String(b))
		return bytes.Compare(x[:], y[:]), err
	case *clixml.Object:
		if x == y {
			return 0, nil
		}
	}
	return 0, &OperatorError{"compare", fmt.Sprintf("Cannot compare %q to %q, because they are no numbers, strings or times.",
		shorten(String(a)), shorten(String(b)))}
}

func toDateTime(v clixml.Value) (clixml.DateTime, error) {
	if d, ok := v.(clixml.DateTime); ok {
		return d, nil
	}
	return clixml.ParseDateTime(String(v))
}

// Equal reports whether a -eq b; b is looked at as a's type. What cannot be
// compared is not equal.
func Equal(a, b clixml.Value, caseSensitive bool) bool {
	if x, ok := a.(*clixml.Object); ok && x != nil {
		if y, ok := b.(*clixml.Object); ok && x == y {
			return true
		}
	}
	if s, ok := enumName(a); ok {
		if t, isText := clixml.Base(b).(clixml.String); isText {
			return strings.EqualFold(s, string(t))
		}
	}
	n, err := Compare(a, b, caseSensitive)
	return err == nil && n == 0
}

// enumName is the name of a value of an enum.
func enumName(v clixml.Value) (string, bool) {
	o, ok := v.(*clixml.Object)
	if !ok || o == nil || o.ToString == nil || !o.Is("System.Enum") {
		return "", false
	}
	return *o.ToString, true
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareNumbers(n, m number) int {
	if n.kind == kindDouble || m.kind == kindDouble {
		return cmp.Compare(n.float(), m.float())
	}
	if n.kind <= kindInt64 && m.kind <= kindInt64 {
		return cmp.Compare(n.whole, m.whole)
	}
	return n.rat().Cmp(m.rat())
}

func compareText(a, b string, caseSensitive bool) int {
	if caseSensitive {
		return strings.Compare(a, b)
	}
	if strings.EqualFold(a, b) {
		return 0
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}
