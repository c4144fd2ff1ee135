package runspacepool

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// StreamOptions say for which streams a server adds to each record which command
// it is of (RemoteStreamOptions, 2.2.3.8).
type StreamOptions int32

// The options. They can be combined.
const (
	AddInvocationInfoToError   StreamOptions = 1
	AddInvocationInfoToWarning StreamOptions = 2
	AddInvocationInfoToDebug   StreamOptions = 4
	AddInvocationInfoToVerbose StreamOptions = 8
	// AddInvocationInfo is all of them.
	AddInvocationInfo StreamOptions = 15
)

// PipelineConfig says what a pipeline is to be.
type PipelineConfig struct {
	// Commands are at least one.
	Commands []Command
	// Input says that objects will be sent to it, with Send, until CloseInput.
	Input bool
	// AddToHistory makes it part of the session's history.
	AddToHistory bool
	// History is what the history says of it; "" is the text of the commands.
	History string
	// Nested runs it within the one that runs, in the same runspace.
	Nested bool
	// RedirectErrorOutput sends the error output of programs, and the errors that end
	// a statement of a script, to the error stream, and the script goes on after them.
	// Without it such an error is the end of the pipeline. Invoke-Command has it.
	RedirectErrorOutput bool
	// Streams are the options of the streams; the zero value adds nothing.
	Streams StreamOptions
	// Host answers what the pipeline asks of its user; nil means the pool's Host.
	Host Host
}

// content is that of CREATE_PIPELINE (2.2.2.10), for a version of the protocol.
func (c *PipelineConfig) content(protocol clixml.Version) ([]byte, error) {
	shell, err := c.powerShell(protocol)
	if err != nil {
		return nil, err
	}
	return clixml.Append(nil, bag(
		property("NoInput", clixml.Bool(!c.Input)),
		property("ApartmentState", apartmentStateUnknown()),
		property("RemoteStreamOptions", c.Streams.value()),
		property("AddToHistory", clixml.Bool(c.AddToHistory)),
		property("HostInfo", hostInfo(c.Host, true)),
		property("PowerShell", shell),
		property("IsNested", clixml.Bool(c.Nested)),
	))
}

func (o StreamOptions) value() clixml.Value {
	name := map[StreamOptions]string{
		0: "0", AddInvocationInfoToError: "AddInvocationInfoToErrorRecord", AddInvocationInfoToWarning: "AddInvocationInfoToWarningRecord",
		AddInvocationInfoToDebug: "AddInvocationInfoToDebugRecord", AddInvocationInfoToVerbose: "AddInvocationInfoToVerboseRecord",
		AddInvocationInfo: "AddInvocationInfo",
	}[o]
	if name == "" {
		name = "AddInvocationInfo"
	}
	return systemEnum("System.Management.Automation.Runspaces.RemoteStreamOptions", name, int32(o))
}

// powerShell is the commands (2.2.3.11).
func (c *PipelineConfig) powerShell(protocol clixml.Version) (clixml.Value, error) {
	pipelines := statements(c.Commands)
	if len(pipelines) == 0 {
		return nil, errors.New("a pipeline needs a command")
	}
	if len(pipelines) > 1 && protocol.Compare(version("2.2")) < 0 {
		return nil, fmt.Errorf("several pipelines in one need version 2.2 of the protocol, and the server speaks %v", protocol)
	}
	first, err := commands(pipelines[0], protocol)
	if err != nil {
		return nil, err
	}
	var extra clixml.Value
	if len(pipelines) > 1 {
		list := make(clixml.List, len(pipelines))
		for i, one := range pipelines { // the first is among them, too
			v, err := commands(one, protocol)
			if err != nil {
				return nil, err
			}
			list[i] = bag(property("Cmds", v))
		}
		extra = list
	}
	var history clixml.Value
	if c.History != "" {
		history = clixml.String(c.History)
	}
	return bag(
		property("IsNested", clixml.Bool(c.Nested)),
		property("ExtraCmds", extra),
		property("Cmds", first),
		property("History", history),
		property("RedirectShellErrorOutputPipe", clixml.Bool(c.RedirectErrorOutput)),
	), nil
}

func commands(all []Command, protocol clixml.Version) (clixml.Value, error) {
	list := make(clixml.List, len(all))
	for i, c := range all {
		v, err := c.object(protocol)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}
