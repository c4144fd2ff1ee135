package runspacepool

import (
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// Command is a command of a pipeline: a cmdlet, a function, a program or a
// script (MS-PSRP 2.2.3.12). [Script] and [Cmdlet] make one.
type Command struct {
	// Text is the name of the command, or the script.
	Text   string
	Script bool
	// Arguments are its parameters.
	Arguments []Argument
	// UseLocalScope runs a script in a scope of its own, or not; nil leaves it to
	// the server.
	UseLocalScope *bool
	// Merge says what becomes of its streams.
	Merge Merge
	// End ends the pipeline: what follows is another one, which runs after it.
	End bool
}

// Argument is a parameter of a command (2.2.3.13).
type Argument struct {
	// Name is the parameter's, without a hyphen; "" where the place says which one
	// is meant.
	Name string
	// Value is anything that clixml.Marshal takes. For a switch it is true.
	Value any
}

// Merge says which streams of a command go elsewhere (2.2.3.30). Error goes to
// the output with all servers, the others need version 2.2 of the protocol, and
// Information 2.3.
type Merge struct {
	Error, Warning, Verbose, Debug, Information MergeTarget
	// PreviousResults gives the command what the one before has put out and
	// nobody has taken, errors too, as Out-Default is given it.
	PreviousResults bool
}

// MergeTarget is where a stream goes.
type MergeTarget int32

// The targets. Null is nowhere.
const (
	MergeNone   MergeTarget = 0
	MergeOutput MergeTarget = 1
	MergeNull   MergeTarget = 8
)

// MergeAll sends every stream to the output.
var MergeAll = Merge{Error: MergeOutput, Warning: MergeOutput, Verbose: MergeOutput, Debug: MergeOutput, Information: MergeOutput}

// Script makes a command of a script.
func Script(text string) Command { return Command{Text: text, Script: true} }

// Cmdlet makes a command of a name and arguments that stand where they stand.
func Cmdlet(name string, arguments ...any) Command {
	c := Command{Text: name}
	for _, a := range arguments {
		c.Arguments = append(c.Arguments, Argument{Value: a})
	}
	return c
}

// With returns the command with one more named argument.
func (c Command) With(name string, value any) Command {
	c.Arguments = append(c.Arguments[:len(c.Arguments):len(c.Arguments)], Argument{Name: name, Value: value})
	return c
}

// object is the command as a message holds it (2.2.3.12).
func (c Command) object(protocol clixml.Version) (clixml.Value, error) {
	arguments := make(clixml.List, len(c.Arguments))
	for i, a := range c.Arguments {
		v, err := clixml.Marshal(a.Value)
		if err != nil {
			return nil, err
		}
		var name clixml.Value
		if a.Name != "" {
			name = clixml.String(a.Name)
		}
		arguments[i] = bag(property("N", name), property("V", v))
	}
	var local clixml.Value
	if c.UseLocalScope != nil {
		local = clixml.Bool(*c.UseLocalScope)
	}
	o := bag(
		property("Cmd", clixml.String(c.Text)),
		property("IsScript", clixml.Bool(c.Script)),
		property("UseLocalScope", local),
	)
	o.Extended = append(append(o.Extended, c.Merge.properties(protocol)...), property("Args", arguments))
	return o, nil
}

// properties are those of the command that say what is merged. The first two are
// how older servers are told (2.2.3.12).
func (m Merge) properties(protocol clixml.Version) []clixml.Property {
	result := func(n MergeTarget) clixml.Value {
		names := []string{"None", "Output", "Error", "Warning", "Verbose", "Debug", "Information", "All", "Null"}
		return systemEnum("System.Management.Automation.Runspaces.PipelineResultTypes", names[n], int32(n))
	}
	const errorAndOutput = 3 // two bits, and the name of another stream
	var mine, previous MergeTarget
	if m.Error == MergeOutput {
		mine = 2
	}
	to := m.Error
	if to != MergeOutput {
		to = MergeNone
	}
	if m.PreviousResults {
		previous = errorAndOutput
	}
	properties := []clixml.Property{
		property("MergeMyResult", result(mine)),
		property("MergeToResult", result(to)),
		property("MergePreviousResults", result(previous)),
	}
	if protocol.Compare(version("2.2")) >= 0 {
		properties = append(properties,
			property("MergeError", result(known(m.Error))),
			property("MergeWarning", result(known(m.Warning))),
			property("MergeVerbose", result(known(m.Verbose))),
			property("MergeDebug", result(known(m.Debug))),
		)
	}
	if protocol.Compare(version("2.3")) >= 0 {
		properties = append(properties, property("MergeInformation", result(known(m.Information))))
	}
	return properties
}

// known is a target that there is.
func known(t MergeTarget) MergeTarget {
	if t == MergeOutput || t == MergeNull {
		return t
	}
	return MergeNone
}

// statements divides commands into pipelines.
func statements(all []Command) (pipelines [][]Command) {
	var current []Command
	for _, c := range all {
		if current = append(current, c); c.End {
			pipelines = append(pipelines, current)
			current = nil
		}
	}
	if len(current) > 0 {
		pipelines = append(pipelines, current)
	}
	return pipelines
}

// maxLine is how much of a command's text a server is told for people, as
// PowerShell's own client does it.
const maxLine = 255

// line is what a server shows of a pipeline in a list of commands.
func line(all []Command) string {
	var texts []string
	for _, c := range all {
		texts = append(texts, c.Text)
	}
	text := strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\t':
			return ' '
		}
		if r < ' ' {
			return -1
		}
		return r
	}, strings.Join(texts, " | "))
	runes := []rune(text)
	return string(runes[:min(len(runes), maxLine)])
}
