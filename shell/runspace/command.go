package runspace

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Command is a command written in Go. It is not changed once a Plugin has it.
type Command struct {
	// Name is as PowerShell's are: a verb, a hyphen and a noun.
	Name    string
	Aliases []string
	// Synopsis says in a line what it does, Description at any length.
	Synopsis, Description string
	// Examples are lines that show its use.
	Examples []string
	// OutputType are names of types of what it puts out, for Get-Command; none
	// means that it is not said.
	OutputType []string
	// Hidden keeps it out of Get-Command and of what implicit remoting sees. It
	// can be called all the same.
	Hidden bool
	// New makes what one call runs. See Cmdlet.
	New func() Cmdlet
}

// Cmdlet is one call of a command: a pointer to a struct whose exported fields
// are the parameters, and which keeps what the call needs.
//
// A field is the parameter of its name, with what its tags say:
//
//   - `param:"Name,mandatory,position=0,pipeline,byname,remaining,alias=A|B"`.
//     Everything may be left out. The name may differ from the field's, position
//     counts from 0, pipeline takes the objects of the pipeline, byname takes
//     their property of that name, and remaining what no other takes. "-" makes
//     it no parameter.
//   - `validate:"set=a|b"`, range=1..10, length=1..20, count=1..5, notempty, or
//     pattern= and a regular expression, which must come last; with commas
//     between.
//   - `help:"…"` is its text in Get-Help.
//
// A bool is a switch. A field may be of any type that clixml.Unmarshal fills,
// and is converted to as in PowerShell; a clixml.Value takes anything as it is,
// a Secret is a SecureString, and a Credential a PSCredential. What New has put
// into a field is its default.
type Cmdlet interface {
	// Process is called once for each object of the pipeline, with the fields that
	// take it, or just once where nothing comes from a pipeline. An error ends the
	// pipeline; see IO.Error for errors after which a command goes on.
	Process(ctx context.Context, io *IO) error
}

// Beginner is a Cmdlet that does something before the first object.
type Beginner interface {
	Begin(ctx context.Context, io *IO) error
}

// Ender is a Cmdlet that does something after the last object.
type Ender interface {
	End(ctx context.Context, io *IO) error
}

// Func makes a command of a function that needs nothing between two objects. P is
// a struct with the parameters, as in Cmdlet.
func Func[P any](name, synopsis string, process func(ctx context.Context, p *P, io *IO) error) *Command {
	return &Command{Name: name, Synopsis: synopsis, New: func() Cmdlet { return &function[P]{process: process} }}
}

type function[P any] struct {
	p       P
	process func(ctx context.Context, p *P, io *IO) error
}

func (f *function[P]) Process(ctx context.Context, io *IO) error { return f.process(ctx, &f.p, io) }

// parameters is where the parameters are.
func (f *function[P]) parameters() any { return &f.p }

// parametersOf is the struct of a call's parameters; invalid if there is none.
func parametersOf(c Cmdlet) reflect.Value {
	if f, ok := c.(interface{ parameters() any }); ok {
		return reflect.ValueOf(f.parameters()).Elem()
	}
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.Elem()
}

// commandInfo is a command with what was read of its parameters.
type commandInfo struct {
	*Command
	parameters []*parameter
}

// commandTable finds commands by name.
type commandTable struct {
	byName map[string]*commandInfo // in lower case; aliases too
	all    []*commandInfo          // by name
	alias  map[string]string       // what an alias stands for, as it is spelled
}

// CommandError says why a command cannot be.
type CommandError struct{ Command, Reason string }

// Error implements error.
func (e *CommandError) Error() string { return fmt.Sprintf("command %q: %s", e.Command, e.Reason) }

func newCommandTable(commands []*Command) (*commandTable, error) {
	t := &commandTable{byName: map[string]*commandInfo{}, alias: map[string]string{}}
	for _, c := range commands {
		info, err := readCommandInfo(c)
		if err != nil {
			return nil, err
		}
		t.byName[value.Fold(c.Name)] = info
	}
	for _, info := range t.byName {
		t.all = append(t.all, info)
	}
	slices.SortFunc(t.all, func(a, b *commandInfo) int { return strings.Compare(value.Fold(a.Name), value.Fold(b.Name)) })
	for _, info := range t.all {
		for _, alias := range info.Aliases {
			if _, taken := t.byName[value.Fold(alias)]; !taken {
				t.byName[value.Fold(alias)] = info
				t.alias[alias] = info.Name
			}
		}
	}
	return t, nil
}

func readCommandInfo(c *Command) (*commandInfo, error) {
	switch {
	case c.Name == "" || strings.ContainsFunc(c.Name, func(r rune) bool { return strings.ContainsRune(" \t\r\n|;,(){}'\"`$&<>*?[]", r) }):
		return nil, &CommandError{c.Name, "the name must be a word without blanks, quotes, brackets and wildcards"}
	case c.New == nil:
		return nil, &CommandError{c.Name, "New is missing"}
	}
	v := parametersOf(c.New())
	if !v.IsValid() {
		return nil, &CommandError{c.Name, "New must return a pointer to a struct"}
	}
	parameters, err := readParameters(v.Type())
	if err != nil {
		return nil, &CommandError{c.Name, err.Error()}
	}
	return &commandInfo{Command: c, parameters: parameters}, nil
}

// find is a command by its name or alias; nil if there is none.
func (t *commandTable) find(name string) *commandInfo { return t.byName[value.Fold(name)] }
