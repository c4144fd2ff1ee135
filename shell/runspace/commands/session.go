package commands

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

func getCommand() *runspace.Command {
	type parameters struct {
		Name              []string     `param:",position=0,pipeline,byname" help:"Names, or patterns with * and ?"`
		CommandType       clixml.Value `param:",alias=Type" help:"Cmdlet, Function or Alias"`
		ArgumentList      []string     `param:",alias=Args" help:"Has no effect: no command's parameters depend on them"`
		Module            []string     `help:"Names of modules; commands of this endpoint are in none"`
		ListImported      bool
		TotalCount        int
		PowerShellVersion clixml.Value `help:"Has no effect"`
		ShowCommandInfo   bool         `help:"Has no effect"`
		Verb, Noun        []string
	}
	c := runspace.Func("Get-Command", "Lists the commands of this endpoint.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		if len(p.Module) > 0 && !value.Like("", p.Module[0], false) {
			return nil
		}
		names := p.Name
		for _, verb := range p.Verb {
			names = append(names, verb+"-*")
		}
		for _, noun := range p.Noun {
			names = append(names, "*-"+noun)
		}
		found := io.Commands(names, typesOf(p.CommandType))
		for _, name := range p.Name {
			if !value.IsPattern(name) && len(io.Commands([]string{name}, typesOf(p.CommandType))) == 0 {
				err := io.Error(ctx, runspace.NewError("CommandNotFoundException", clixml.ObjectNotFound, name,
					"The term '%s' is not recognized as a name of a command of this endpoint.", name))
				if err != nil {
					return err
				}
			}
		}
		for i, c := range found {
			if p.TotalCount > 0 && i == p.TotalCount {
				break
			}
			if err := io.Output(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	c.Aliases, c.OutputType = []string{"gcm"}, []string{"System.Management.Automation.CommandInfo"}
	c.Examples = []string{"Get-Command Write-*"}
	return c
}

// typesOf are the kinds of commands that are asked for, as number or as names.
func typesOf(v clixml.Value) clixml.CommandType {
	if value.IsNull(v) {
		return 0
	}
	if n, ok := clixml.Base(v).(clixml.Int32); ok {
		return clixml.CommandType(n)
	}
	names := map[string]clixml.CommandType{
		"alias": clixml.CommandAlias, "cmdlet": clixml.CommandCmdlet, "function": clixml.CommandFunction, "filter": clixml.CommandFilter,
		"externalscript": clixml.CommandExternalScript, "application": clixml.CommandApplication, "script": clixml.CommandScript,
		"configuration": clixml.CommandConfiguration, "all": 511,
	}
	var types clixml.CommandType
	items, ok := clixml.Elements(v)
	if !ok {
		items = []clixml.Value{v}
	}
	for _, item := range items {
		for _, word := range words(value.String(item)) {
			types |= names[value.Fold(word)]
		}
	}
	return types
}

func getFormatData() *runspace.Command {
	type parameters struct {
		TypeName          []string     `param:",position=0"`
		PowerShellVersion clixml.Value `help:"Has no effect"`
	}
	return runspace.Func("Get-FormatData", "Lists formats of types; this endpoint has none, and clients use their own.",
		func(context.Context, *parameters, *runspace.IO) error { return nil })
}

func exitSession() *runspace.Command {
	type parameters struct{}
	c := runspace.Func("Exit-PSSession", "Leaves an interactive session.", func(ctx context.Context, _ *parameters, io *runspace.IO) error {
		return io.Host().Exit(ctx)
	})
	c.Aliases = []string{"exsn"}
	return c
}
