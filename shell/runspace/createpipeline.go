package runspace

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// createPipeline is what CREATE_PIPELINE asks for (2.2.2.10).
type createPipeline struct {
	noInput  bool
	nested   bool
	host     hostInfo
	history  string // what the user has typed; "" where the client does not say
	remember bool   // it goes into the history
	// statements are pipelines of commands, one after the other.
	statements [][]commandCall
}

// commandCall is a command of a pipeline as a client names it (2.2.3.12).
type commandCall struct {
	text      string
	script    bool
	local     bool // a scope of its own
	arguments []commandArgument
	merge     merge
	// claims says that the errors of the commands before it that have no place
	// come to it as input.
	claims bool
}

// commandArgument is a parameter (2.2.3.13); an empty name is none.
type commandArgument struct {
	name  string
	value clixml.Value
}

// The numbers of PipelineResultTypes.
const (
	resultOutput = 1
	resultError  = 2
	resultAll    = 7
	resultNull   = 8
)

// maxCommands is how many commands a client may put into one pipeline.
const maxCommands = 1000

func readCreatePipeline(m psrp.Message) (*createPipeline, error) {
	o, err := parseObject(m)
	if err != nil {
		return nil, err
	}
	c := &createPipeline{
		noInput: boolean(o, "NoInput", true), nested: boolean(o, "IsNested", false), remember: boolean(o, "AddToHistory", false), host: readHostInfo(o),
	}
	shell, ok := member(o, "PowerShell").(*clixml.Object)
	if !ok {
		return nil, refuse(codeNullInput, "The message CREATE_PIPELINE has no PowerShell.", nil)
	}
	c.nested = c.nested || boolean(shell, "IsNested", false)
	c.history = text(member(shell, "History"))
	lists := []clixml.Value{member(shell, "Cmds")}
	if extra := elements(member(shell, "ExtraCmds")); len(extra) > 0 {
		lists = nil // the first is among them, too
		for _, one := range extra {
			o, _ := one.(*clixml.Object)
			lists = append(lists, member(o, "Cmds"))
		}
	}
	for _, list := range lists {
		statement, err := readCommands(list)
		if err != nil {
			return nil, err
		}
		c.statements = append(c.statements, statement)
	}
	return c, nil
}

func readCommands(list clixml.Value) ([]commandCall, error) {
	all := elements(list)
	if len(all) == 0 || len(all) > maxCommands {
		return nil, refuse(codeNullInput, fmt.Sprintf("A pipeline must have from 1 to %d commands, not %d.", maxCommands, len(all)), nil)
	}
	calls := make([]commandCall, 0, len(all))
	for _, v := range all {
		o, ok := v.(*clixml.Object)
		if !ok {
			return nil, refuse(codeNullInput, "A command of the pipeline is not an object.", nil)
		}
		calls = append(calls, readCommand(o))
	}
	return calls, nil
}

func readCommand(o *clixml.Object) commandCall {
	c := commandCall{text: text(member(o, "Cmd")), script: boolean(o, "IsScript", false), local: boolean(o, "UseLocalScope", false)}
	for _, v := range elements(member(o, "Args")) {
		a, _ := v.(*clixml.Object)
		c.arguments = append(c.arguments, commandArgument{name: text(member(a, "N")), value: member(a, "V")})
	}
	for i, name := range []string{"MergeError", "MergeWarning", "MergeVerbose", "MergeDebug", "MergeInformation"} {
		n := number(member(o, name))
		c.merge.toOutput[i], c.merge.toNull[i] = n == resultOutput, n == resultNull
	}
	// What clients before 2.2 of the protocol have instead.
	if my := number(member(o, "MergeMyResult")); number(member(o, "MergeToResult")) == resultOutput && (my == resultError || my == resultAll) {
		c.merge.toOutput[0] = true
	}
	c.claims = number(member(o, "MergePreviousResults"))&resultError != 0
	return c
}

// member is a property; nil if there is none.
func member(o *clixml.Object, name string) clixml.Value {
	v, _ := o.Property(name)
	return v
}

// text is a string; "" for everything else.
func text(v clixml.Value) string {
	s, _ := clixml.Base(v).(clixml.String)
	return string(s)
}

// number is that of an Int32 or enum; 0 for everything else.
func number(v clixml.Value) int {
	n, _ := clixml.Base(v).(clixml.Int32)
	return int(n)
}

func boolean(o *clixml.Object, name string, otherwise bool) bool {
	if b, ok := clixml.Base(member(o, name)).(clixml.Bool); ok {
		return bool(b)
	}
	return otherwise
}

// elements are those of a list of any kind; none of everything else.
func elements(v clixml.Value) []clixml.Value {
	switch list := clixml.Base(v).(type) {
	case clixml.List:
		return list
	case clixml.Enumerable:
		return list
	case clixml.Stack:
		return list
	case clixml.Queue:
		return list
	}
	return nil
}
