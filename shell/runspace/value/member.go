package value

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// Hashtable makes a System.Collections.Hashtable.
func Hashtable(entries clixml.Dictionary) *clixml.Object {
	return &clixml.Object{TypeNames: []string{"System.Collections.Hashtable", "System.Object"}, Base: entries}
}

// lookup finds an entry by its key: strings whatever their case.
func lookup(d clixml.Dictionary, key clixml.Value) (clixml.Value, bool) {
	if i := find(d, key); i >= 0 {
		return d[i].Value, true
	}
	return nil, false
}

func find(d clixml.Dictionary, key clixml.Value) int {
	_, isText := clixml.Base(key).(clixml.String)
	number, isNumber := key.(clixml.Int32)
	for i, e := range d {
		if n, both := e.Key.(clixml.Int32); both && isNumber { // Equal takes its time
			if n == number {
				return i
			}
			continue
		}
		if _, other := clixml.Base(e.Key).(clixml.String); other == isText && Equal(e.Key, key, false) {
			return i
		}
	}
	return -1
}

// Member is a property of a value, or the entry of a dictionary. Of the elements
// of a list without such a property it is an array of theirs. ok is false if
// there is none.
func Member(v clixml.Value, name string) (m clixml.Value, ok bool) {
	looks := maxLooks
	return memberOf(v, name, 0, &looks)
}

// maxLooks is how many elements of lists within lists are looked at for a member:
// a list may hold itself.
const maxLooks = 10_000_000

func memberOf(v clixml.Value, name string, depth int, looks *int) (m clixml.Value, ok bool) {
	if *looks--; *looks < 0 || depth > maxNested || IsNull(v) {
		return nil, false
	}
	if o, isObject := v.(*clixml.Object); isObject {
		if m, ok := o.Property(name); ok {
			return m, true
		}
	}
	if m, ok = builtin(v, strings.ToLower(name)); ok {
		return m, true
	}
	items, isList := clixml.Elements(v)
	if !isList {
		return nil, false
	}
	var all []clixml.Value
	for _, item := range items {
		if m, ok := memberOf(item, name, depth+1, looks); ok {
			if more, isList := clixml.Elements(m); isList {
				all = append(all, more...)
			} else {
				all = append(all, m)
			}
		}
	}
	return Of(all), len(all) > 0
}

// builtin are the properties that .NET's own types have; name is in lower case.
func builtin(v clixml.Value, name string) (clixml.Value, bool) {
	if items, ok := clixml.Elements(v); ok {
		if name == "count" || name == "length" {
			return clixml.Int32(len(items)), true
		}
		return nil, false
	}
	switch b := clixml.Base(v).(type) {
	case clixml.Dictionary:
		return dictionaryMember(b, name)
	case clixml.String:
		if name == "length" {
			return clixml.Int32(len(utf16.Encode([]rune(string(b))))), true
		}
	case clixml.DateTime:
		return dateMember(b, name)
	case clixml.TimeSpan:
		return spanMember(b, name)
	case clixml.Version:
		n, ok := map[string]int32{"major": b.Major, "minor": b.Minor, "build": b.Build, "revision": b.Revision}[name]
		return clixml.Int32(n), ok
	case clixml.ByteArray:
		if name == "length" || name == "count" {
			return clixml.Int32(len(b)), true
		}
	}
	if name == "count" || name == "length" {
		return clixml.Int32(1), true
	}
	return nil, false
}

func dictionaryMember(d clixml.Dictionary, name string) (clixml.Value, bool) {
	if v, ok := lookup(d, clixml.String(name)); ok {
		return v, true
	}
	var all []clixml.Value
	switch name {
	case "count":
		return clixml.Int32(len(d)), true
	case "keys":
		for _, e := range d {
			all = append(all, e.Key)
		}
	case "values":
		for _, e := range d {
			all = append(all, e.Value)
		}
	default:
		return nil, false
	}
	return Array(all), true
}

func dateMember(d clixml.DateTime, name string) (clixml.Value, bool) {
	t := d.Time()
	switch name {
	case "date":
		const day = 864_000_000_000
		d.Ticks -= d.Ticks % day
		return d, true
	case "dayofweek":
		return clixml.NewEnum("System.DayOfWeek", t.Weekday().String(), clixml.Int32(t.Weekday())), true
	case "ticks":
		return clixml.Int64(d.Ticks), true
	case "timeofday":
		const day = 864_000_000_000
		return clixml.TimeSpan(d.Ticks % day), true
	case "datetime":
		return clixml.String(t.Format("Monday, January 2, 2006 3:04:05 PM")), true
	}
	n, ok := map[string]int{
		"year": t.Year(), "month": int(t.Month()), "day": t.Day(), "hour": t.Hour(), "minute": t.Minute(), "second": t.Second(),
		"millisecond": t.Nanosecond() / 1e6, "dayofyear": t.YearDay(),
	}[name]
	return clixml.Int32(n), ok
}

func spanMember(s clixml.TimeSpan, name string) (clixml.Value, bool) {
	const second = 10_000_000
	total := func(unit float64) (clixml.Value, bool) { return clixml.Double(float64(s) / unit), true }
	switch name {
	case "ticks":
		return clixml.Int64(s), true
	case "totaldays":
		return total(86400 * second)
	case "totalhours":
		return total(3600 * second)
	case "totalminutes":
		return total(60 * second)
	case "totalseconds":
		return total(second)
	case "totalmilliseconds":
		return total(second / 1000)
	}
	n, ok := map[string]int64{
		"days": int64(s) / (86400 * second), "hours": int64(s) / (3600 * second) % 24, "minutes": int64(s) / (60 * second) % 60,
		"seconds": int64(s) / second % 60, "milliseconds": int64(s) / (second / 1000) % 1000,
	}[name]
	return clixml.Int32(n), ok
}

// MemberError says that a property or element cannot be set.
type MemberError struct{ Reason string }

// Error implements error.
func (e *MemberError) Error() string { return e.Reason }

// SetMember gives a property, or an entry of a dictionary, another value.
func SetMember(v clixml.Value, name string, to clixml.Value) error {
	o, ok := v.(*clixml.Object)
	if !ok || o == nil {
		return &MemberError{fmt.Sprintf("The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)}
	}
	if d, ok := o.Base.(clixml.Dictionary); ok {
		setEntry(o, d, clixml.String(name), to)
		return nil
	}
	for _, set := range []clixml.Properties{o.Extended, o.Adapted} {
		for i := range set {
			if strings.EqualFold(set[i].Name, name) {
				set[i].Value = to
				return nil
			}
		}
	}
	return &MemberError{fmt.Sprintf("The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)}
}

func setEntry(o *clixml.Object, d clixml.Dictionary, key, to clixml.Value) {
	if i := find(d, key); i >= 0 {
		d[i].Value = to
		return
	}
	o.Base = append(d, clixml.Entry{Key: key, Value: to})
}

// Index is v[i]: an element, several if i is a list, or an entry of a
// dictionary. What is not there is null.
func Index(v, i clixml.Value) (clixml.Value, error) {
	if IsNull(v) {
		return nil, &MemberError{"Cannot index into a null array."}
	}
	if d, ok := clixml.Base(v).(clixml.Dictionary); ok {
		found, _ := lookup(d, i)
		return found, nil
	}
	if indexes, ok := clixml.Elements(i); ok {
		var all []clixml.Value
		for _, one := range indexes {
			if n, err := Int(one); err != nil {
				return nil, err
			} else if e, ok := element(v, n); ok {
				all = append(all, e)
			}
		}
		return Array(all), nil
	}
	n, err := Int(i)
	if err != nil {
		return nil, err
	}
	found, _ := element(v, n)
	return found, nil
}

// element is one element; from the end where n is less than 0.
func element(v clixml.Value, n int) (clixml.Value, bool) {
	items, ok := clixml.Elements(v)
	if !ok {
		if s, isText := clixml.Base(v).(clixml.String); isText {
			units := utf16.Encode([]rune(string(s)))
			if n < 0 {
				n += len(units)
			}
			if n < 0 || n >= len(units) {
				return nil, false
			}
			return clixml.Char(units[n]), true
		}
		items = []clixml.Value{v}
	}
	if n < 0 {
		n += len(items)
	}
	if n < 0 || n >= len(items) {
		return nil, false
	}
	return items[n], true
}

// SetIndex gives an element, or an entry of a dictionary, another value.
func SetIndex(v, i, to clixml.Value) error {
	o, ok := v.(*clixml.Object)
	if !ok || o == nil {
		return &MemberError{"Unable to index into an object of type " + name(v) + "."}
	}
	if d, ok := o.Base.(clixml.Dictionary); ok {
		setEntry(o, d, i, to)
		return nil
	}
	items, ok := clixml.Elements(v)
	n, err := Int(i)
	if err != nil {
		return err
	}
	if n < 0 {
		n += len(items)
	}
	if !ok || n < 0 || n >= len(items) {
		return &MemberError{"Index was outside the bounds of the array."}
	}
	items[n] = to
	return nil
}
