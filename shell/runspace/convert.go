package runspace

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Secret is the text of a SecureString, as a parameter.
type Secret string

// Credential is a PSCredential, as a parameter.
type Credential struct {
	UserName string
	Password Secret
}

// converter puts values into fields of parameters.
type converter struct {
	reveal func(clixml.SecureString) (string, error)
}

var typeValue = reflect.TypeFor[clixml.Value]()

// convert puts v into to.
func (c converter) convert(v clixml.Value, to reflect.Value) error {
	switch target := to.Addr().Interface().(type) {
	case *clixml.Value:
		*target = v
		return nil
	case *Secret:
		return c.secret(v, target)
	case *Credential:
		return c.credential(v, target)
	case *time.Duration:
		return duration(v, target)
	case *time.Time:
		return date(v, target)
	case *[]byte, clixml.Unmarshaler:
		return clixml.Unmarshal(v, to.Addr().Interface())
	}
	switch to.Kind() {
	case reflect.Slice:
		return c.slice(v, to)
	case reflect.Pointer:
		one := reflect.New(to.Type().Elem())
		if err := c.convert(v, one.Elem()); err != nil {
			return err
		}
		to.Set(one)
		return nil
	}
	return scalar(v, to)
}

// scalar is what has one value.
func scalar(v clixml.Value, to reflect.Value) error {
	if items, ok := clixml.Elements(v); ok && to.Kind() <= reflect.Float64 || ok && to.Kind() == reflect.String {
		if len(items) != 1 {
			return conversionError(v, to.Type())
		}
		v = items[0]
	}
	switch k := to.Kind(); {
	case to.Type().PkgPath() == typeValue.PkgPath() && to.Kind() != reflect.Interface && reflect.TypeOf(clixml.Base(v)) == to.Type():
		to.Set(reflect.ValueOf(clixml.Base(v)))
	case k == reflect.String:
		to.SetString(value.String(v))
	case k == reflect.Bool:
		to.SetBool(value.True(v))
	case k >= reflect.Int && k <= reflect.Int64:
		n, err := value.Int(v)
		if err != nil || to.OverflowInt(int64(n)) {
			return conversionError(v, to.Type())
		}
		to.SetInt(int64(n))
	case k >= reflect.Uint && k <= reflect.Uint64:
		n, err := value.Int(v)
		if err != nil || n < 0 || to.OverflowUint(uint64(n)) {
			return conversionError(v, to.Type())
		}
		to.SetUint(uint64(n))
	case k == reflect.Float32 || k == reflect.Float64:
		f, err := value.Float(v)
		if err != nil {
			return conversionError(v, to.Type())
		}
		to.SetFloat(f)
	default:
		return clixml.Unmarshal(v, to.Addr().Interface())
	}
	return nil
}

func (c converter) slice(v clixml.Value, to reflect.Value) error {
	items, ok := clixml.Elements(v)
	if !ok {
		items = []clixml.Value{v}
	}
	if value.IsNull(v) {
		items = nil
	}
	all := reflect.MakeSlice(to.Type(), len(items), len(items))
	for i, item := range items {
		if err := c.convert(item, all.Index(i)); err != nil {
			return err
		}
	}
	to.Set(all)
	return nil
}

func conversionError(v clixml.Value, t reflect.Type) error {
	return &value.ConversionError{Value: clip(value.String(v)), Type: typeName(t)}
}

// clip keeps what stands in messages short.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (c converter) secret(v clixml.Value, to *Secret) error {
	s, ok := clixml.Base(v).(clixml.SecureString)
	if !ok {
		return conversionError(v, reflect.TypeFor[Secret]())
	}
	plain, err := c.reveal(s)
	*to = Secret(plain)
	return err
}

func (c converter) credential(v clixml.Value, to *Credential) error {
	o, ok := v.(*clixml.Object)
	if !ok {
		return conversionError(v, reflect.TypeFor[Credential]())
	}
	to.UserName = text(member(o, "UserName"))
	return c.secret(member(o, "Password"), &to.Password)
}

// duration takes a TimeSpan, [d.]hh:mm:ss or 1h30m as text, and a number as
// seconds.
func duration(v clixml.Value, to *time.Duration) error {
	if t, ok := clixml.Base(v).(clixml.TimeSpan); ok {
		*to = t.Duration()
		return nil
	}
	s := strings.TrimSpace(value.String(v))
	if d, err := time.ParseDuration(s); err == nil {
		*to = d
		return nil
	}
	if d, ok := clockTime(s); ok {
		*to = d
		return nil
	}
	f, err := value.Float(v)
	if err != nil || f > 1e9 || f < -1e9 {
		return conversionError(v, reflect.TypeFor[time.Duration]())
	}
	*to = time.Duration(f * float64(time.Second))
	return nil
}

func clockTime(s string) (time.Duration, bool) {
	var d, h, m, sec int
	if n, _ := fmt.Sscanf(s, "%d.%d:%d:%d", &d, &h, &m, &sec); n != 4 {
		if n, _ := fmt.Sscanf(s, "%d:%d:%d", &h, &m, &sec); n != 3 {
			return 0, false
		}
		d = 0
	}
	return time.Duration(d)*24*time.Hour + time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second, true
}

// dateLayouts are how dates may be written, beside that of XML.
var dateLayouts = []string{
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "01/02/2006 15:04:05", "01/02/2006 15:04", "01/02/2006", "1/2/2006", time.RFC1123,
}

func date(v clixml.Value, to *time.Time) error {
	if d, ok := clixml.Base(v).(clixml.DateTime); ok {
		*to = d.Time()
		return nil
	}
	s := strings.TrimSpace(value.String(v))
	if d, err := clixml.ParseDateTime(s); err == nil {
		*to = d.Time()
		return nil
	}
	for _, layout := range dateLayouts {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			*to = t
			return nil
		}
	}
	return conversionError(v, reflect.TypeFor[time.Time]())
}
