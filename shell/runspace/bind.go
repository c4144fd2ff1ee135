package runspace

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// commonParameters are those that every command has, with their aliases.
var commonParameters = map[string]string{
	"verbose": "verbose", "vb": "verbose", "debug": "debug", "db": "debug",
	"erroraction": "erroraction", "ea": "erroraction", "warningaction": "warningaction", "wa": "warningaction",
	"informationaction": "informationaction", "infa": "informationaction", "progressaction": "progressaction", "proga": "progressaction",
	"errorvariable": "errorvariable", "ev": "errorvariable", "warningvariable": "warningvariable", "wv": "warningvariable",
	"informationvariable": "informationvariable", "iv": "informationvariable", "outvariable": "outvariable", "ov": "outvariable",
	"outbuffer": "outbuffer", "ob": "outbuffer",
}

func isCommon(name string) bool { return commonParameters[value.Fold(name)] != "" }

// argument is an argument of a call, with its value.
type argument struct {
	name     string
	value    clixml.Value
	given    bool // there is a value
	attached bool // it belongs to the parameter, even if that is a switch
}

// binding is which parameters a call has been given.
type binding struct {
	info    *commandInfo
	fields  reflect.Value
	convert converter
	bound   map[*parameter]bool // by name or position
	common  map[string]clixml.Value
	// fresh are the values that parameters of the pipeline had before it began.
	fresh map[*parameter]reflect.Value
}

// bind gives a call its arguments (those that are named, then the rest by
// position).
func bind(info *commandInfo, cmdlet Cmdlet, arguments []argument, c converter) (*binding, error) {
	b := &binding{
		info: info, fields: parametersOf(cmdlet), convert: c, bound: map[*parameter]bool{},
		common: map[string]clixml.Value{}, fresh: map[*parameter]reflect.Value{},
	}
	var rest []clixml.Value
	for i := 0; i < len(arguments); i++ {
		a := arguments[i]
		if a.name == "" {
			rest = append(rest, a.value)
			continue
		}
		p, common, err := b.find(a.name)
		if err != nil {
			return nil, err
		}
		takesNext := !a.given && (p == nil || !p.isSwitch()) && common != "verbose" && common != "debug"
		if takesNext && i+1 < len(arguments) && arguments[i+1].name == "" {
			i++
			a.value, a.given, a.attached = arguments[i].value, true, true
		}
		isSwitch := p != nil && p.isSwitch() || common == "verbose" || common == "debug"
		switch {
		case isSwitch && a.given && !a.attached:
			rest = append(rest, a.value)
			a.value = clixml.Bool(true)
		case isSwitch && !a.given:
			a.value = clixml.Bool(true)
		case !a.given:
			return nil, b.fail("MissingArgument", p, "Missing an argument for parameter '%s'.", a.name)
		}
		if p == nil {
			b.common[common] = a.value
			continue
		}
		if b.bound[p] {
			return nil, b.fail("ParameterAlreadyBound", p, "Cannot bind parameter because parameter '%s' is specified more than once.", p.name)
		}
		if err := b.set(p, a.value); err != nil {
			return nil, err
		}
		b.bound[p] = true
	}
	if err := b.positions(rest); err != nil {
		return nil, err
	}
	for _, p := range info.parameters {
		if p.pipeline || p.byName {
			b.fresh[p] = reflect.New(p.kind).Elem()
			b.fresh[p].Set(b.fields.FieldByIndex(p.index))
		}
	}
	return b, nil
}

// find is the parameter of a name, an alias, or the beginning of one name.
func (b *binding) find(name string) (*parameter, string, error) {
	var begin []*parameter
	for _, p := range b.info.parameters {
		if p.is(name) {
			return p, "", nil
		}
		if len(name) <= len(p.name) && strings.EqualFold(p.name[:len(name)], name) {
			begin = append(begin, p)
		}
	}
	if common := commonParameters[value.Fold(name)]; common != "" {
		return nil, common, nil
	}
	switch len(begin) {
	case 1:
		return begin[0], "", nil
	case 0:
		return nil, "", b.fail("NamedParameterNotFound", nil, "A parameter cannot be found that matches parameter name '%s'.", clip(name))
	}
	var names []string
	for _, p := range begin {
		names = append(names, "-"+p.name)
	}
	return nil, "", b.fail("AmbiguousParameter", nil,
		"Parameter cannot be processed because the parameter name '%s' is ambiguous. Possible matches include: %s.", clip(name), strings.Join(names, " "))
}

// fail is an error of binding.
func (b *binding) fail(id string, p *parameter, format string, values ...any) error {
	e := NewError(id, clixml.InvalidArgument, nil, format, values...)
	if p != nil {
		e.Target = p.name
	}
	return e
}

// positions gives the rest by position.
func (b *binding) positions(rest []clixml.Value) error {
	var places []*parameter
	for _, p := range b.info.parameters {
		if p.position >= 0 && !b.bound[p] {
			places = append(places, p)
		}
	}
	slices.SortStableFunc(places, func(x, y *parameter) int { return x.position - y.position })
	for _, p := range places {
		if len(rest) == 0 {
			return nil
		}
		v := rest[0]
		if p.remaining {
			v, rest = value.Array(rest), nil
		} else {
			rest = rest[1:]
		}
		if err := b.set(p, v); err != nil {
			return err
		}
		b.bound[p] = true
	}
	if len(rest) == 0 {
		return nil
	}
	for _, p := range b.info.parameters {
		if p.remaining && !b.bound[p] {
			b.bound[p] = true
			return b.set(p, value.Array(rest))
		}
	}
	return b.fail("PositionalParameterNotFound", nil,
		"A positional parameter cannot be found that accepts argument '%s'.", clip(value.String(rest[0])))
}

// set converts a value, checks it and puts it into its field.
func (b *binding) set(p *parameter, v clixml.Value) error {
	field := b.fields.FieldByIndex(p.index)
	if err := b.convert.convert(v, field); err != nil {
		return b.fail("ParameterArgumentTransformationError", p,
			"Cannot bind argument to parameter '%s': %w", p.name, err)
	}
	if p.mandatory && value.IsNull(v) && !p.isSwitch() && p.kind != typeValue {
		return b.fail("ParameterArgumentValidationErrorNullNotAllowed", p, "Cannot bind argument to parameter '%s' because it is null.", p.name)
	}
	if why := p.validate.check(field); why != "" {
		return b.fail("ParameterArgumentValidationError", p, "Cannot validate argument on parameter '%s'. %s", p.name, why)
	}
	return nil
}

// takesPipeline reports whether any parameter takes objects of the pipeline.
func (b *binding) takesPipeline() bool {
	return slices.ContainsFunc(b.info.parameters, func(p *parameter) bool { return (p.pipeline || p.byName) && !b.bound[p] })
}

// complete checks that what must be there is there. Where objects come, the
// pipeline may still give it.
func (b *binding) complete(fromPipeline bool) error {
	for _, p := range b.info.parameters {
		if p.mandatory && !b.bound[p] && !(fromPipeline && (p.pipeline || p.byName)) {
			return b.fail("MissingMandatoryParameter", p,
				"Cannot process command because of one or more missing mandatory parameters: %s.", p.name)
		}
	}
	return nil
}

// object gives the parameters that take it an object of the pipeline.
func (b *binding) object(v clixml.Value) error {
	taken := map[*parameter]bool{}
	for p, fresh := range b.fresh {
		if !b.bound[p] {
			b.fields.FieldByIndex(p.index).Set(fresh)
		}
	}
	var first error
	try := func(byValue, natural bool) {
		for _, p := range b.info.parameters {
			if b.bound[p] || taken[p] || byValue && !p.pipeline || !byValue && !p.byName || byValue && natural != isNatural(v, p) {
				continue
			}
			one, ok := v, true
			if !byValue {
				one, ok = propertyFor(v, p)
			}
			if !ok {
				continue
			}
			if err := b.set(p, one); err != nil {
				if first == nil {
					first = err
				}
				continue
			}
			taken[p] = true
		}
	}
	try(true, true)
	try(false, true)
	if len(taken) == 0 {
		try(true, false)
	}
	if len(taken) == 0 {
		if first != nil {
			return first
		}
		return b.fail("InputObjectNotBound", nil,
			"The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input and its properties do not match any of the parameters that take pipeline input.")
	}
	return b.missing(taken)
}

func (b *binding) missing(taken map[*parameter]bool) error {
	for _, p := range b.info.parameters {
		if p.mandatory && !b.bound[p] && !taken[p] {
			return b.fail("InputObjectMissingMandatory", p,
				"The input object cannot be bound because it did not contain the information required to bind all mandatory parameters: %s.", p.name)
		}
	}
	return nil
}

// isNatural reports whether a value is of a parameter's kind without being
// converted to it.
func isNatural(v clixml.Value, p *parameter) bool {
	if p.kind == typeValue || p.kind.Kind() == reflect.Interface || p.kind.Kind() == reflect.Struct || p.kind.Kind() == reflect.Map {
		return true
	}
	_, object := clixml.Base(v).(*clixml.Object)
	return !object
}

// propertyFor is the property that an object has for a parameter.
func propertyFor(v clixml.Value, p *parameter) (clixml.Value, bool) {
	o, ok := v.(*clixml.Object)
	if !ok {
		return nil, false
	}
	for _, name := range append([]string{p.name}, p.aliases...) {
		if found, ok := o.Property(name); ok {
			return found, true
		}
	}
	return nil, false
}

// check says what is wrong with a value; "" if nothing is.
func (v *validation) check(field reflect.Value) string {
	if v.count != nil && field.Kind() == reflect.Slice {
		if n := field.Len(); n < v.count[0] || n > v.count[1] {
			return fmt.Sprintf("It must have from %d to %d elements, not %d.", v.count[0], v.count[1], n)
		}
	}
	if v.notEmpty && (field.Kind() == reflect.Slice || field.Kind() == reflect.String || field.Kind() == reflect.Map) && field.Len() == 0 {
		return "The argument is null or empty."
	}
	if field.Kind() == reflect.Slice {
		for i := range field.Len() {
			if why := v.one(field.Index(i)); why != "" {
				return why
			}
		}
		return ""
	}
	return v.one(field)
}

func (v *validation) one(field reflect.Value) string {
	s := fmt.Sprint(field.Interface())
	switch {
	case v.set != nil && !slices.ContainsFunc(v.set, func(o string) bool { return strings.EqualFold(o, s) }):
		return fmt.Sprintf("The argument \"%s\" does not belong to the set \"%s\".", clip(s), strings.Join(v.set, ","))
	case v.length != nil && (len(s) < v.length[0] || len(s) > v.length[1]):
		return fmt.Sprintf("It must have from %d to %d characters, not %d.", v.length[0], v.length[1], len(s))
	case v.pattern != nil && !v.pattern.MatchString(s):
		return fmt.Sprintf("The argument \"%s\" does not match the pattern \"%s\".", clip(s), v.patternText)
	}
	if v.low == nil && v.high == nil {
		return ""
	}
	var n float64
	switch {
	case field.CanInt():
		n = float64(field.Int())
	case field.CanUint():
		n = float64(field.Uint())
	case field.CanFloat():
		n = field.Float()
	}
	if v.low != nil && n < *v.low {
		return fmt.Sprintf("The %v argument is less than the minimum allowed range of %v.", n, *v.low)
	}
	if v.high != nil && n > *v.high {
		return fmt.Sprintf("The %v argument is greater than the maximum allowed range of %v.", n, *v.high)
	}
	return ""
}
