package runspace

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// parameter is a parameter of a command.
type parameter struct {
	name      string
	aliases   []string
	help      string
	index     []int // of the field
	kind      reflect.Type
	mandatory bool
	position  int // less than 0: none
	pipeline  bool
	byName    bool
	remaining bool
	validate  validation
}

// validation is what a value must be.
type validation struct {
	set         []string
	low, high   *float64
	length      *[2]int
	count       *[2]int
	notEmpty    bool
	pattern     *regexp.Regexp
	patternText string
}

func (p *parameter) isSwitch() bool { return p.kind.Kind() == reflect.Bool }

// readParameters reads the fields of a struct.
func readParameters(t reflect.Type) ([]*parameter, error) {
	var all []*parameter
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous || f.Tag.Get("param") == "-" {
			continue
		}
		p, err := readParameter(f)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		if slices.ContainsFunc(all, func(o *parameter) bool { return o.is(p.name) }) || isCommon(p.name) {
			return nil, fmt.Errorf("field %s: there is another parameter %s", f.Name, p.name)
		}
		all = append(all, p)
	}
	return all, nil
}

func readParameter(f reflect.StructField) (*parameter, error) {
	p := &parameter{name: f.Name, help: f.Tag.Get("help"), index: f.Index, kind: f.Type, position: -1}
	name, rest, _ := strings.Cut(f.Tag.Get("param"), ",")
	if name != "" {
		p.name = name
	}
	for _, word := range strings.Split(rest, ",") {
		key, text, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "":
		case "mandatory":
			p.mandatory = true
		case "position":
			p.position, err = strconv.Atoi(text)
		case "pipeline":
			p.pipeline = true
		case "byname":
			p.byName = true
		case "remaining":
			p.remaining = true
		case "alias":
			p.aliases = strings.Split(text, "|")
		default:
			err = fmt.Errorf("the tag param has an unknown word %q", word)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, p.validate.read(f.Tag.Get("validate"))
}

// read reads the tag validate.
func (v *validation) read(tag string) (err error) {
	for tag != "" && err == nil {
		if pattern, ok := strings.CutPrefix(tag, "pattern="); ok {
			v.patternText = pattern
			v.pattern, err = value.Pattern(pattern, false)
			return err
		}
		var word string
		word, tag, _ = strings.Cut(tag, ",")
		key, text, _ := strings.Cut(word, "=")
		switch key {
		case "set":
			v.set = strings.Split(text, "|")
		case "notempty":
			v.notEmpty = true
		case "range":
			v.low, v.high, err = readRange(text)
		case "length":
			v.length, err = readSizes(text)
		case "count":
			v.count, err = readSizes(text)
		default:
			err = fmt.Errorf("the tag validate has an unknown word %q", word)
		}
	}
	return err
}

// readRange reads low..high, of which one may be missing.
func readRange(text string) (low, high *float64, err error) {
	a, b, ok := strings.Cut(text, "..")
	if !ok {
		return nil, nil, fmt.Errorf("%q is no range", text)
	}
	for _, side := range []struct {
		text string
		to   **float64
	}{{a, &low}, {b, &high}} {
		if side.text == "" {
			continue
		}
		n, err := strconv.ParseFloat(side.text, 64)
		if err != nil {
			return nil, nil, err
		}
		*side.to = &n
	}
	return low, high, nil
}

func readSizes(text string) (*[2]int, error) {
	low, high, err := readRange(text)
	if err == nil && (low == nil || high == nil) {
		err = fmt.Errorf("%q is no range with two ends", text)
	}
	if err != nil {
		return nil, err
	}
	return &[2]int{int(*low), int(*high)}, nil
}

// is reports whether a name is the parameter's or one of its aliases.
func (p *parameter) is(name string) bool {
	return strings.EqualFold(p.name, name) || slices.ContainsFunc(p.aliases, func(a string) bool { return strings.EqualFold(a, name) })
}

// typeNames are what .NET calls the types of fields.
var typeNames = map[reflect.Type]string{
	reflect.TypeFor[time.Time]():           "System.DateTime",
	reflect.TypeFor[time.Duration]():       "System.TimeSpan",
	reflect.TypeFor[clixml.ScriptBlock]():  "System.Management.Automation.ScriptBlock",
	reflect.TypeFor[clixml.SecureString](): "System.Security.SecureString",
	reflect.TypeFor[clixml.GUID]():         "System.Guid",
	reflect.TypeFor[clixml.Version]():      "System.Version",
	reflect.TypeFor[clixml.DateTime]():     "System.DateTime",
	reflect.TypeFor[clixml.TimeSpan]():     "System.TimeSpan",
	reflect.TypeFor[Secret]():              "System.Security.SecureString",
	reflect.TypeFor[Credential]():          "System.Management.Automation.PSCredential",
	reflect.TypeFor[[]byte]():              "System.Byte[]",
}

var kindNames = map[reflect.Kind]string{
	reflect.Bool: "System.Management.Automation.SwitchParameter", reflect.String: "System.String",
	reflect.Int: "System.Int32", reflect.Int8: "System.SByte", reflect.Int16: "System.Int16", reflect.Int32: "System.Int32",
	reflect.Int64: "System.Int64", reflect.Uint: "System.UInt32", reflect.Uint8: "System.Byte", reflect.Uint16: "System.UInt16",
	reflect.Uint32: "System.UInt32", reflect.Uint64: "System.UInt64", reflect.Float32: "System.Single", reflect.Float64: "System.Double",
	reflect.Map: "System.Collections.Hashtable", reflect.Struct: "System.Management.Automation.PSObject",
}

// typeName is what .NET calls a field's type.
func typeName(t reflect.Type) string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	if name, ok := kindNames[t.Kind()]; ok {
		return name
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeName(t.Elem())
	case reflect.Slice, reflect.Array:
		return typeName(t.Elem()) + "[]"
	}
	return "System.Object"
}
