package runspace

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// metadataQuery is what GET_COMMAND_METADATA asks for (2.2.2.14).
type metadataQuery struct {
	names []string
	// namespaces are patterns of modules; the endpoint's commands are in none.
	namespaces []string
	types      clixml.CommandType
}

func readMetadataQuery(m psrp.Message) (*metadataQuery, error) {
	o, err := parseObject(m)
	if err != nil {
		return nil, err
	}
	q := &metadataQuery{types: clixml.CommandType(number(member(o, "CommandType")))}
	q.names, q.namespaces = texts(member(o, "Name")), texts(member(o, "Namespace"))
	return q, nil
}

// texts are one text or a list of them.
func texts(v clixml.Value) []string {
	var all []string
	for _, one := range elements(v) {
		all = append(all, value.String(one))
	}
	if s := text(v); s != "" {
		all = append(all, s)
	}
	return all
}

// within reports whether the endpoint's commands are in what the query names.
func (q *metadataQuery) within() bool {
	return len(q.namespaces) == 0 || slices.ContainsFunc(q.namespaces, func(p string) bool { return value.Like("", p, false) })
}

// metadata answers GET_COMMAND_METADATA: how many commands there are, then each.
func (r *run) metadata(ctx context.Context, q *metadataQuery) error {
	var found []listed
	if q.within() {
		found = r.table.list(q.names, q.types)
	}
	count := bag(property("Count", clixml.Int32(len(found))))
	count.TypeNames = append([]string{"Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo"}, typesCustomObject...)
	if err := r.client.put(ctx, StreamOutput, count); err != nil {
		return err
	}
	for _, c := range found {
		if err := r.client.put(ctx, StreamOutput, c.metadata()); err != nil {
			return err
		}
	}
	return nil
}

// listed is a command under one of its names.
type listed struct {
	*commandInfo
	alias string // the name is an alias's; "" if it is the command's own
}

// list is the commands whose names fit one of the patterns, aliases last; no
// pattern means all. types may leave some out; 0 means all.
func (t *commandTable) list(patterns []string, types clixml.CommandType) []listed {
	var found []listed
	fits := func(name string) bool {
		for _, p := range patterns {
			if value.Like(name, p, false) {
				return true
			}
		}
		return len(patterns) == 0
	}
	if types == 0 || types&(clixml.CommandCmdlet|clixml.CommandFunction) != 0 {
		for _, c := range t.all {
			if fits(c.Name) && !c.Hidden {
				found = append(found, listed{commandInfo: c})
			}
		}
	}
	if types == 0 || types&clixml.CommandAlias != 0 {
		for _, c := range t.all {
			for _, alias := range c.Aliases {
				if fits(alias) && !c.Hidden && t.alias[alias] == c.Name && len(patterns) > 0 {
					found = append(found, listed{c, alias})
				}
			}
		}
	}
	return found
}

var typesCustomObject = []string{"System.Management.Automation.PSCustomObject", "System.Object"}

// metadata is a command as GET_COMMAND_METADATA is answered (2.2.3.20 to
// 2.2.3.22). Commands of Go show as cmdlets.
func (l listed) metadata() *clixml.Object {
	kind := "CmdletInfo"
	if l.alias != "" {
		kind = "AliasInfo"
	}
	return &clixml.Object{
		TypeNames: append([]string{"Selected.System.Management.Automation." + kind}, typesCustomObject...), Extended: l.properties(),
	}
}

// properties are what proxies are made of.
func (l listed) properties() clixml.Properties {
	name, kind, kindName := l.Name, clixml.CommandCmdlet, "Cmdlet"
	if l.alias != "" {
		name, kind, kindName = l.alias, clixml.CommandAlias, "Alias"
	}
	outputs := clixml.List{}
	for _, t := range l.OutputType {
		outputs = append(outputs, clixml.String(t))
	}
	return clixml.Properties{
		property("Name", clixml.String(name)),
		property("Namespace", nil),
		property("HelpUri", clixml.String("")),
		property("CommandType", clixml.NewEnum("System.Management.Automation.CommandTypes", kindName, clixml.Int32(kind))),
		property("ResolvedCommandName", resolved(l)),
		property("OutputType", &clixml.Object{
			TypeNames: []string{"System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Management.Automation.PSTypeName]]", "System.Object"}, Base: outputs,
		}),
		property("Parameters", l.parameterTable()),
	}
}

// object is the CommandInfo of a command.
func (l listed) object() *clixml.Object {
	text := l.Name
	typeNames := []string{"System.Management.Automation.CmdletInfo", "System.Management.Automation.CommandInfo", "System.Object"}
	p := l.properties()
	if l.alias != "" {
		text = l.alias
		typeNames = []string{"System.Management.Automation.AliasInfo", "System.Management.Automation.CommandInfo", "System.Object"}
		p = append(p, property("Definition", clixml.String(l.Name)))
	} else {
		verb, noun, _ := strings.Cut(l.Name, "-")
		p = append(p, property("Verb", clixml.String(verb)), property("Noun", clixml.String(noun)), property("Definition", clixml.String(l.syntax())))
	}
	p = append(p,
		property("Version", nil), property("Source", clixml.String("")), property("ModuleName", clixml.String("")),
		property("Visibility", clixml.NewEnum("System.Management.Automation.SessionStateEntryVisibility", "Public", clixml.Int32(0))),
	)
	return &clixml.Object{TypeNames: typeNames, ToString: &text, Adapted: p}
}

func resolved(l listed) clixml.Value {
	if l.alias == "" {
		return nil
	}
	return clixml.String(l.Name)
}

// parameterTable is the parameters by name, the common ones too.
func (c *commandInfo) parameterTable() clixml.Value {
	table := clixml.Dictionary{}
	for _, p := range c.parameters {
		table = append(table, clixml.Entry{Key: clixml.String(p.name), Value: p.object()})
	}
	for _, p := range commonMetadata {
		table = append(table, clixml.Entry{Key: clixml.String(p.name), Value: parameterObject(p.name, p.kind, []string{p.alias}, -1, 0, "")})
	}
	return &clixml.Object{
		TypeNames: []string{
			"System.Collections.Generic.Dictionary`2[[System.String],[System.Management.Automation.ParameterMetadata]]", "System.Object",
		},
		Base: table,
	}
}

const actionPreference = "System.Management.Automation.ActionPreference"

// commonMetadata are the common parameters, with the aliases by which PowerShell
// has them.
var commonMetadata = []struct{ name, kind, alias string }{
	{"Verbose", kindNames[reflect.Bool], "vb"}, {"Debug", kindNames[reflect.Bool], "db"},
	{"ErrorAction", actionPreference, "ea"}, {"WarningAction", actionPreference, "wa"}, {"InformationAction", actionPreference, "infa"},
	{"ProgressAction", actionPreference, "proga"}, {"ErrorVariable", "System.String", "ev"}, {"WarningVariable", "System.String", "wv"},
	{"InformationVariable", "System.String", "iv"}, {"OutVariable", "System.String", "ov"}, {"OutBuffer", "System.Int32", "ob"},
}

// The flags of a parameter in a set (2.2.3.24).
const (
	flagMandatory = 1 << iota
	flagPipeline
	flagByName
	flagRemaining
)

func (p *parameter) object() *clixml.Object {
	flags := 0
	for flag, set := range map[int]bool{
		flagMandatory: p.mandatory, flagPipeline: p.pipeline, flagByName: p.byName, flagRemaining: p.remaining,
	} {
		if set {
			flags |= flag
		}
	}
	return parameterObject(p.name, typeName(p.kind), p.aliases, p.position, flags, p.help)
}

// noPosition is what .NET has for a parameter without one.
const noPosition = math.MinInt32

// parameterObject is a ParameterMetadata (2.2.3.23).
func parameterObject(name, kind string, aliases []string, position, flags int, help string) *clixml.Object {
	list := clixml.List{}
	for _, a := range aliases {
		list = append(list, clixml.String(a))
	}
	if position < 0 {
		position = noPosition
	}
	text := "System.Management.Automation.ParameterMetadata"
	setText := "System.Management.Automation.ParameterSetMetadata"
	set := &clixml.Object{TypeNames: []string{setText, "System.Object"}, ToString: &setText, Adapted: clixml.Properties{
		property("Position", clixml.Int32(position)), property("Flags", clixml.Int32(flags)), property("HelpMessage", clixml.String(help)),
	}}
	return &clixml.Object{
		TypeNames: []string{text, "System.Object"}, ToString: &text,
		Adapted: clixml.Properties{
			property("Name", clixml.String(name)), property("ParameterType", clixml.String(kind)),
			property("ParameterSets", &clixml.Object{
				TypeNames: []string{"System.Collections.Generic.Dictionary`2[[System.String],[System.Management.Automation.ParameterSetMetadata]]", "System.Object"},
				Base:      clixml.Dictionary{{Key: clixml.String("__AllParameterSets"), Value: set}},
			}),
			property("IsDynamic", clixml.Bool(false)),
			property("Aliases", &clixml.Object{TypeNames: []string{"System.Collections.ObjectModel.Collection`1[[System.String]]", "System.Object"}, Base: list}),
			property("Attributes", &clixml.Object{TypeNames: []string{"System.Collections.ObjectModel.Collection`1[[System.Attribute]]", "System.Object"}, Base: clixml.List{}}),
			property("SwitchParameter", clixml.Bool(kind == kindNames[reflect.Bool])),
		},
	}
}

// syntax is how a command is called, in one line.
func (c *commandInfo) syntax() string {
	parts := []string{c.Name}
	for _, p := range c.parameters {
		name := "-" + p.name
		if p.position >= 0 {
			name = "[" + name + "]"
		}
		if !p.isSwitch() {
			name += " <" + strings.ToLower(shortName(typeName(p.kind))) + ">"
		}
		if !p.mandatory {
			name = "[" + name + "]"
		}
		parts = append(parts, name)
	}
	return strings.Join(append(parts, "[<CommonParameters>]"), " ")
}
