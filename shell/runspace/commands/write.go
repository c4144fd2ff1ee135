package commands

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

func writeOutput() *runspace.Command {
	type parameters struct {
		InputObject clixml.Value `param:",mandatory,position=0,pipeline,remaining"`
		NoEnumerate bool
	}
	c := runspace.Func("Write-Output", "Puts objects into the pipeline.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		v := p.InputObject
		if items, ok := clixml.Elements(v); ok && len(items) == 1 && io.Bound("InputObject") {
			v = items[0]
		}
		if p.NoEnumerate {
			return io.Output(ctx, v)
		}
		return io.OutputAll(ctx, v)
	})
	c.Aliases = []string{"echo", "write"}
	return c
}

func writeError() *runspace.Command {
	type parameters struct {
		Message           string       `param:",position=0,pipeline,alias=Msg"`
		Exception         clixml.Value `help:"An exception as an object; its message is used"`
		ErrorRecord       clixml.Value
		Category          string
		ErrorId           string //nolint:revive // PowerShell's spelling
		TargetObject      clixml.Value
		RecommendedAction string
		CategoryReason    string `param:",alias=Reason"`
	}
	return runspace.Func("Write-Error", "Puts an error into the error stream.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		if p.ErrorRecord != nil {
			r, err := clixml.ReadErrorRecord(p.ErrorRecord)
			if err != nil {
				return err
			}
			return io.Error(ctx, r)
		}
		text := p.Message
		if m, ok := value.Member(p.Exception, "Message"); ok && text == "" {
			text = value.String(m)
		}
		category, err := categoryOf(p.Category)
		if err != nil {
			return err
		}
		id := p.ErrorId
		if id == "" {
			id = "Microsoft.PowerShell.Commands.WriteErrorException"
		}
		return io.Error(ctx, &clixml.ErrorRecord{
			Message: text, FullyQualifiedErrorID: id, Category: category, CategoryActivity: "Write-Error",
			CategoryReason: orElse(p.CategoryReason, "WriteErrorException"), TargetObject: p.TargetObject,
			RecommendedAction: p.RecommendedAction,
		})
	})
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func categoryOf(name string) (clixml.ErrorCategory, error) {
	if name == "" {
		return clixml.NotSpecified, nil
	}
	for c := clixml.NotSpecified; c <= clixml.NotEnabled; c++ {
		if value.Fold(c.String()) == value.Fold(name) {
			return c, nil
		}
	}
	return 0, runspace.NewError("ParameterArgumentTransformationError", clixml.InvalidArgument, name, "%q is no ErrorCategory.", name)
}

// message is what commands take that write a text.
type message struct {
	Message string `param:",mandatory,position=0,pipeline,alias=Msg"`
}

func writeWarning() *runspace.Command {
	return runspace.Func("Write-Warning", "Puts a text into the warning stream.", func(ctx context.Context, p *message, io *runspace.IO) error {
		return io.Warning(ctx, "%s", p.Message)
	})
}

func writeVerbose() *runspace.Command {
	return runspace.Func("Write-Verbose", "Puts a text into the verbose stream.", func(ctx context.Context, p *message, io *runspace.IO) error {
		return io.Verbose(ctx, "%s", p.Message)
	})
}

func writeDebug() *runspace.Command {
	return runspace.Func("Write-Debug", "Puts a text into the debug stream.", func(ctx context.Context, p *message, io *runspace.IO) error {
		return io.Debug(ctx, "%s", p.Message)
	})
}

func writeInformation() *runspace.Command {
	type parameters struct {
		MessageData clixml.Value `param:",mandatory,position=0,pipeline,alias=Msg|Message"`
		Tags        []string     `param:",position=1"`
	}
	return runspace.Func("Write-Information", "Puts data into the information stream.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		return io.Information(ctx, p.MessageData, p.Tags...)
	})
}

func writeHost() *runspace.Command {
	type parameters struct {
		Object          clixml.Value `param:",position=0,pipeline,remaining"`
		NoNewline       bool
		Separator       string
		ForegroundColor string `help:"Has no effect at a client's console"`
		BackgroundColor string `help:"Has no effect at a client's console"`
	}
	return runspace.Func("Write-Host", "Shows a text at the client's console, and puts it into the information stream.",
		func(ctx context.Context, p *parameters, io *runspace.IO) error {
			text := value.String(p.Object)
			data := &clixml.Object{TypeNames: []string{"System.Management.Automation.HostInformationMessage", "System.Object"}, ToString: &text,
				Adapted: clixml.Properties{
					{Name: "Message", Value: clixml.String(text)}, {Name: "NoNewLine", Value: clixml.Bool(p.NoNewline)},
					{Name: "ForegroundColor", Value: nil}, {Name: "BackgroundColor", Value: nil},
				}}
			err := error(nil)
			if p.NoNewline {
				err = io.Host().Write(ctx, text)
			} else {
				err = io.Host().WriteLine(ctx, text)
			}
			if err != nil && !errors.Is(err, runspace.ErrNoHost) {
				return err
			}
			return io.Information(ctx, data, "PSHOST")
		})
}

func writeProgress() *runspace.Command {
	type parameters struct {
		Activity         string `param:",mandatory,position=0"`
		Status           string `param:",position=1"`
		Id               int    `param:",position=2"` //nolint:revive // PowerShell's spelling
		PercentComplete  int    `validate:"range=-1..100"`
		SecondsRemaining int
		CurrentOperation string
		ParentId         int //nolint:revive // PowerShell's spelling
		Completed        bool
		SourceId         int //nolint:revive // PowerShell's spelling
	}
	c := &runspace.Command{Name: "Write-Progress", Synopsis: "Says how far something has come."}
	f := runspace.Func(c.Name, c.Synopsis, func(ctx context.Context, p *parameters, io *runspace.IO) error {
		r := clixml.ProgressRecord{
			Activity: p.Activity, ActivityID: int32(p.Id), StatusDescription: orElse(p.Status, "Processing"), CurrentOperation: p.CurrentOperation,
			ParentActivityID: -1, PercentComplete: -1, SecondsRemaining: -1, Completed: p.Completed,
		}
		if io.Bound("PercentComplete") {
			r.PercentComplete = int32(p.PercentComplete)
		}
		if io.Bound("SecondsRemaining") {
			r.SecondsRemaining = int32(p.SecondsRemaining)
		}
		if io.Bound("ParentId") {
			r.ParentActivityID = int32(p.ParentId)
		}
		return io.Progress(ctx, r)
	})
	return f
}

func readHost() *runspace.Command {
	type parameters struct {
		Prompt         string `param:",position=0"`
		AsSecureString bool
	}
	return runspace.Func("Read-Host", "Asks the user for a line.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		if p.Prompt != "" && !p.AsSecureString { // a form with one field, as PowerShell shows
			answers, err := io.Host().Ask(ctx, "", "", p.Prompt)
			if err != nil {
				return err
			}
			return io.Output(ctx, answers[p.Prompt])
		}
		if p.Prompt != "" {
			if err := io.Host().Write(ctx, p.Prompt+": "); err != nil {
				return err
			}
		}
		if !p.AsSecureString {
			line, err := io.Host().ReadLine(ctx)
			if err != nil {
				return err
			}
			return io.Output(ctx, line)
		}
		secret, err := io.Host().ReadSecret(ctx)
		if err != nil {
			return err
		}
		s, err := io.Secure(ctx, string(secret))
		if err != nil {
			return err
		}
		return io.Output(ctx, s)
	})
}
