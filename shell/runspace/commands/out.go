package commands

import (
	"context"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/format"
)

// gathered are objects that are shown together: those that follow each other.
type gathered struct {
	InputObject clixml.Value `param:",pipeline"`
	objects     []clixml.Value
}

func (g *gathered) gather(io *runspace.IO) error {
	if !io.Fed() && !io.Bound("InputObject") {
		return nil
	}
	if err := io.Keep(g.InputObject); err != nil {
		return err
	}
	g.objects = append(g.objects, g.InputObject)
	return nil
}

// showing is one call of Out-Default.
type showing struct {
	gathered
	Transcript bool `help:"Has no effect"`
}

func outDefault() *runspace.Command {
	return &runspace.Command{
		Name: "Out-Default", Aliases: []string{"Out-Host"}, Synopsis: "Shows objects at the client's console, or puts them out where there is none.",
		New: func() runspace.Cmdlet { return &showing{} },
	}
}

// Process implements runspace.Cmdlet.
func (s *showing) Process(ctx context.Context, io *runspace.IO) error {
	if !io.Host().Present() {
		if !io.Fed() && !io.Bound("InputObject") {
			return nil
		}
		return io.Output(ctx, s.InputObject)
	}
	return s.gather(io)
}

// End implements runspace.Ender.
func (s *showing) End(ctx context.Context, io *runspace.IO) error {
	text := format.Text(s.objects, io.Host().Width())
	if text == "" {
		return nil
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if err := io.Host().WriteLine(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// stringing is one call of Out-String.
type stringing struct {
	gathered
	Width  int  `validate:"range=2..100000"`
	Stream bool `help:"Puts out each line by itself"`
}

func outString() *runspace.Command {
	return &runspace.Command{
		Name: "Out-String", Aliases: []string{"oss"}, Synopsis: "Makes a text of objects, as a console shows them.",
		New: func() runspace.Cmdlet { return &stringing{Width: format.DefaultWidth} },
	}
}

// Process implements runspace.Cmdlet.
func (s *stringing) Process(_ context.Context, io *runspace.IO) error { return s.gather(io) }

// End implements runspace.Ender.
func (s *stringing) End(ctx context.Context, io *runspace.IO) error {
	text := format.Text(s.objects, s.Width)
	if !s.Stream {
		return io.Output(ctx, text)
	}
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if err := io.Output(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

func outNull() *runspace.Command {
	type parameters struct {
		InputObject clixml.Value `param:",pipeline"`
	}
	return runspace.Func("Out-Null", "Throws objects away.", func(context.Context, *parameters, *runspace.IO) error { return nil })
}
