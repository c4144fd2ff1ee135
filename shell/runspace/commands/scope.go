package commands

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

func setVariable() *runspace.Command {
	type parameters struct {
		Name     []string     `param:",mandatory,position=0,byname"`
		Value    clixml.Value `param:",position=1,pipeline,byname"`
		Scope    string       `help:"Global, or else the scope of the call"`
		Force    bool         `help:"Has no effect"`
		PassThru bool
	}
	c := runspace.Func("Set-Variable", "Gives variables a value.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		for _, name := range p.Name {
			if err := io.SetVariable(name, p.Value, value.Fold(p.Scope) == "global"); err != nil {
				return err
			}
			if p.PassThru {
				if err := io.Output(ctx, variable(name, p.Value)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	c.Aliases = []string{"sv", "set"}
	return c
}

// variable is one as an object.
func variable(name string, v clixml.Value) *clixml.Object {
	return result("System.Management.Automation.PSVariable",
		clixml.Property{Name: "Name", Value: clixml.String(name)}, clixml.Property{Name: "Value", Value: v})
}

func invokeExpression() *runspace.Command {
	type parameters struct {
		Command string `param:",mandatory,position=0,pipeline"`
	}
	c := runspace.Func("Invoke-Expression", "Runs a text as a script, where it stands.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		return io.Evaluate(ctx, p.Command, func(v clixml.Value) error { return io.Output(ctx, v) })
	})
	c.Aliases = []string{"iex"}
	c.Examples = []string{"Invoke-Expression '1 + 1'"}
	return c
}

func getHistory() *runspace.Command {
	type parameters struct {
		Id    []int64 `param:",position=0,pipeline"`             //nolint:revive // PowerShell's spelling
		Count int     `param:",position=1" validate:"range=0.."` // the latest
	}
	c := runspace.Func("Get-History", "Lists the pipelines that the client wanted to be remembered.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		all := io.History()
		if io.Bound("Count") {
			all = all[max(len(all)-p.Count, 0):]
		}
		wanted := map[int64]bool{}
		for _, id := range p.Id {
			wanted[id] = true
		}
		for _, e := range all {
			if len(wanted) > 0 && !wanted[e.ID] {
				continue
			}
			o := result("Microsoft.PowerShell.Commands.HistoryInfo",
				clixml.Property{Name: "Id", Value: clixml.Int64(e.ID)}, clixml.Property{Name: "CommandLine", Value: clixml.String(e.CommandLine)},
				clixml.Property{Name: "ExecutionStatus", Value: clixml.String(e.Status)},
				clixml.Property{Name: "StartExecutionTime", Value: clixml.NewDateTime(e.Start)},
				clixml.Property{Name: "EndExecutionTime", Value: clixml.NewDateTime(e.End)})
			o.ToString = &e.CommandLine
			if err := io.Output(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
	c.Aliases = []string{"history", "h", "ghy"}
	return c
}

func getCredential() *runspace.Command {
	type parameters struct {
		UserName string `param:",position=0,alias=Credential"`
		Message  string
		Title    string
	}
	return runspace.Func("Get-Credential", "Asks the user for a user name and a password.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		given, err := io.Host().Credential(ctx, orElse(p.Title, "PowerShell credential request"), orElse(p.Message, "Enter your credentials."), p.UserName, "")
		if err != nil {
			return err
		}
		password, err := io.Secure(ctx, string(given.Password))
		if err != nil {
			return err
		}
		const name = "System.Management.Automation.PSCredential"
		o := result(name, clixml.Property{Name: "UserName", Value: clixml.String(given.UserName)}, clixml.Property{Name: "Password", Value: password})
		text := name
		o.ToString = &text
		return io.Output(ctx, o)
	})
}
