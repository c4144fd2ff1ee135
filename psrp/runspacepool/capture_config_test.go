package runspacepool

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// config is that of the recorded pool.
func (p *play) config() (Config, psrp.GUID) {
	c := Config{MaxRequestSize: 1 << 20}
	if p.exchanges[0].action == "Connect" {
		return c, p.want[1].RunspacePoolID
	}
	o := p.parse(p.want[1]).(*clixml.Object)
	c.MinRunspaces, c.MaxRunspaces = int(mustGet[clixml.Int32](p.t, o, "MinRunspaces")), int(mustGet[clixml.Int32](p.t, o, "MaxRunspaces"))
	c.ThreadOptions = int32(mustGet[clixml.Int32](p.t, o, "PSThreadOptions"))
	if arguments, ok := o.Property("ApplicationArguments"); ok {
		c.ApplicationArguments = arguments
	}
	c.Host = p.recordedHost(o)
	return c, p.want[1].RunspacePoolID
}

// recordedHost is a host like the recorded one, which notes what it is called for.
func (p *play) recordedHost(o *clixml.Object) Host {
	info := mustGet[*clixml.Object](p.t, o, "HostInfo")
	is := func(name string) bool { return bool(mustGet[clixml.Bool](p.t, info, name)) }
	if is("_isHostNull") {
		return nil
	}
	h := captureHost{play: p}
	if !is("_isHostUINull") {
		assert.True(p.t, is("_isHostRawUINull"))
		h.ui = captureUI{play: p}
	}
	return h
}

// pipelineConfig makes the config of a recorded CREATE_PIPELINE.
func (p *play) pipelineConfig(o *clixml.Object) PipelineConfig {
	t := p.t
	shell := mustGet[*clixml.Object](t, o, "PowerShell")
	c := PipelineConfig{
		Input: !bool(mustGet[clixml.Bool](t, o, "NoInput")), AddToHistory: bool(mustGet[clixml.Bool](t, o, "AddToHistory")),
		Nested:              bool(mustGet[clixml.Bool](t, o, "IsNested")),
		RedirectErrorOutput: bool(mustGet[clixml.Bool](t, shell, "RedirectShellErrorOutputPipe")),
		Streams:             StreamOptions(mustGet[clixml.Int32](t, o, "RemoteStreamOptions")),
		Host:                p.recordedHost(o),
	}
	history, _ := shell.Property("History")
	c.History = text(history)
	extra, _ := shell.Property("ExtraCmds")
	if list, ok := elements(extra); ok {
		for _, one := range list {
			c.Commands = append(c.Commands, recordedCommands(t, one.(*clixml.Object))...)
			c.Commands[len(c.Commands)-1].End = true
		}
		return c
	}
	c.Commands = recordedCommands(t, shell)
	return c
}

func recordedCommands(t *testing.T, o *clixml.Object) (all []Command) {
	for _, v := range mustGet[clixml.List](t, o, "Cmds") {
		cmd := v.(*clixml.Object)
		merge := func(name string) MergeTarget { return MergeTarget(mustGet[clixml.Int32](t, cmd, name)) }
		c := Command{
			Text: string(mustGet[clixml.String](t, cmd, "Cmd")), Script: bool(mustGet[clixml.Bool](t, cmd, "IsScript")),
			Merge: Merge{PreviousResults: merge("MergePreviousResults") != 0},
		}
		if _, newer := cmd.Property("MergeError"); newer {
			c.Merge.Error, c.Merge.Warning, c.Merge.Verbose, c.Merge.Debug = merge("MergeError"), merge("MergeWarning"), merge("MergeVerbose"), merge("MergeDebug")
		}
		if merge("MergeMyResult") == 2 {
			c.Merge.Error = merge("MergeToResult")
		}
		if _, newer := cmd.Property("MergeInformation"); newer {
			c.Merge.Information = merge("MergeInformation")
		}
		if scope, _ := cmd.Property("UseLocalScope"); scope != nil {
			local := bool(clixml.Base(scope).(clixml.Bool))
			c.UseLocalScope = &local
		}
		for _, a := range mustGet[clixml.List](t, cmd, "Args") {
			name, _ := a.(*clixml.Object).Property("N")
			value, _ := a.(*clixml.Object).Property("V")
			c.Arguments = append(c.Arguments, Argument{Name: text(name), Value: value})
		}
		all = append(all, c)
	}
	return all
}

// metadata asks what was asked, and finds as many commands as the server says.
func (p *play) metadata(ctx context.Context, pool *RunspacePool, o *clixml.Object) {
	q := MetadataQuery{Types: clixml.CommandType(mustGet[clixml.Int32](p.t, o, "CommandType"))}
	for _, name := range mustGet[clixml.List](p.t, o, "Name") {
		q.Names = append(q.Names, text(name))
	}
	modules, _ := o.Property("Namespace")
	if list, ok := elements(modules); ok {
		for _, name := range list {
			q.Modules = append(q.Modules, text(name))
		}
	}
	n := 0
	for command, err := range pool.CommandMetadata(ctx, q) {
		require.NoError(p.t, err)
		assert.NotEmpty(p.t, mustGet[clixml.String](p.t, command, "Name"))
		n++
	}
	assert.Positive(p.t, n)
}
