package runspace

import (
	"context"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// What commands can learn of the endpoint that they are in.

// Commands are CommandInfos of the endpoint's commands whose names fit one of the
// patterns; none means all, without aliases.
func (io *IO) Commands(patterns []string, types clixml.CommandType) []*clixml.Object {
	var all []*clixml.Object
	for _, c := range io.run.table.list(patterns, types) {
		all = append(all, c.object())
	}
	return all
}

// Help is the help for a command, of its own text; ok is false if there is no
// such command.
func (io *IO) Help(name string) (help *clixml.Object, ok bool) {
	c := io.run.table.find(name)
	if c == nil {
		return nil, false
	}
	var b strings.Builder
	section := func(title string, lines ...string) {
		b.WriteString("\n" + title + "\n")
		for _, line := range lines {
			b.WriteString("    " + strings.ReplaceAll(line, "\n", "\n    ") + "\n")
		}
	}
	section("NAME", c.Name)
	section("SYNOPSIS", c.Synopsis)
	section("SYNTAX", c.syntax())
	if c.Description != "" {
		section("DESCRIPTION", c.Description)
	}
	var parameters []string
	for _, p := range c.parameters {
		line := "-" + p.name
		if !p.isSwitch() {
			line += " <" + shortName(typeName(p.kind)) + ">"
		}
		if p.help != "" {
			line += "\n    " + p.help
		}
		parameters = append(parameters, line)
	}
	if len(parameters) > 0 {
		section("PARAMETERS", parameters...)
	}
	if len(c.Aliases) > 0 {
		section("ALIASES", strings.Join(c.Aliases, ", "))
	}
	for _, example := range c.Examples {
		section("EXAMPLE", example)
	}
	text := b.String()
	return &clixml.Object{
		TypeNames: []string{"HelpInfoShort", "System.Management.Automation.PSCustomObject", "System.Object"}, ToString: &text,
		Extended: clixml.Properties{
			property("Name", clixml.String(c.Name)), property("Category", clixml.String("Cmdlet")),
			property("Synopsis", clixml.String(c.Synopsis)), property("Syntax", clixml.String(c.syntax())),
			property("Description", clixml.String(c.Description)),
		},
	}, true
}

// Variable is a variable of a runspace.
type Variable struct {
	Name  string
	Value clixml.Value
}

// Variables are those whose names fit a pattern, by name.
func (io *IO) Variables(pattern string) []Variable {
	found := map[string]Variable{}
	for sc := io.run.scope; sc != nil; sc = sc.parent {
		for key, v := range sc.values {
			if _, ok := found[key]; !ok && value.Like(v.name, pattern, false) {
				found[key] = Variable{v.name, v.value}
			}
		}
	}
	if value.Like("Error", pattern, false) {
		found["error"] = Variable{"Error", io.run.rs.errorList()}
	}
	all := make([]Variable, 0, len(found))
	for _, v := range found {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b Variable) int { return strings.Compare(value.Fold(a.Name), value.Fold(b.Name)) })
	return all
}

// SetVariable gives a variable of the runspace a value, or with global false one of
// the scope that the call stands in. The value may be anything that clixml.Marshal
// takes.
func (io *IO) SetVariable(name string, v any, global bool) error {
	o, err := clixml.Marshal(v)
	if err != nil {
		return err
	}
	sc := io.run.scope
	if global {
		sc = io.run.rs.global
	}
	return io.run.set(sc, name, o)
}

// Evaluate runs a script where the call stands, with its $_ and its variables, and
// gives out what it puts out.
func (io *IO) Evaluate(ctx context.Context, script string, out func(clixml.Value) error) error {
	if io.run.config.NoLanguage {
		return NewError("ScriptsNotAllowed", clixml.ParserError, nil, "This endpoint is in no-language mode and runs no scripts.")
	}
	return io.Call(ctx, clixml.ScriptBlock(script), io.run.item, out)
}

// Compare is what a comparison of the language is, such as "like", for a command
// that takes its operator from a parameter.
func (io *IO) Compare(operator string, a, b clixml.Value) (clixml.Value, error) {
	return io.run.compare(operator, a, b)
}
