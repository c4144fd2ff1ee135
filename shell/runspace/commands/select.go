package commands

import (
	"context"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// selecting is one call of Select-Object.
type selecting struct {
	InputObject     clixml.Value   `param:",pipeline"`
	Property        []clixml.Value `param:",position=0" help:"Names, patterns, or hashtables with Name and Expression"`
	ExcludeProperty []string       `help:"Names or patterns of properties that are left out"`
	ExpandProperty  string         `help:"The property whose values are put out"`
	First           int            `validate:"range=0.."`
	Last            int            `validate:"range=0.."`
	Skip            int            `validate:"range=0.."`
	SkipLast        int            `validate:"range=0.."`
	Index           []int
	Unique          bool
	Wait            bool

	selectors []selector
	seen, out int
	last      []clixml.Value
	unique    []clixml.Value
}

func selectObject() *runspace.Command {
	return &runspace.Command{
		Name: "Select-Object", Aliases: []string{"select"}, Synopsis: "Takes some objects of a pipeline, or some of their properties.",
		Examples: []string{"Get-Process | Select-Object -First 3 Name, Id"},
		New:      func() runspace.Cmdlet { return &selecting{} },
	}
}

// Begin implements runspace.Beginner.
func (s *selecting) Begin(context.Context, *runspace.IO) (err error) {
	s.selectors, err = selectors(s.Property)
	return err
}

// Process implements runspace.Cmdlet.
func (s *selecting) Process(ctx context.Context, io *runspace.IO) error {
	if !io.Fed() && !io.Bound("InputObject") {
		return nil
	}
	n := s.seen
	s.seen++
	switch {
	case len(s.Index) > 0:
		for _, i := range s.Index {
			if i == n {
				return s.put(ctx, io, s.InputObject)
			}
		}
		return nil
	case s.Last > 0 || s.SkipLast > 0:
		return s.later(ctx, io)
	case n < s.Skip:
		return nil
	case io.Bound("First") && s.out >= s.First:
		return io.Stop()
	}
	if err := s.put(ctx, io, s.InputObject); err != nil {
		return err
	}
	if io.Bound("First") && s.out >= s.First && !s.Wait {
		return io.Stop()
	}
	return nil
}

// later keeps the last objects.
func (s *selecting) later(ctx context.Context, io *runspace.IO) error {
	if err := io.Keep(s.InputObject); err != nil {
		return err
	}
	s.last = append(s.last, s.InputObject)
	if s.SkipLast > 0 && len(s.last) > s.SkipLast {
		v := s.last[0]
		s.last = s.last[1:]
		return s.put(ctx, io, v)
	}
	if s.Last > 0 && len(s.last) > s.Last+s.Skip {
		s.last = s.last[1:]
	}
	return nil
}

// End implements runspace.Ender.
func (s *selecting) End(ctx context.Context, io *runspace.IO) error {
	if s.Last == 0 {
		return nil
	}
	for _, v := range s.last[:max(len(s.last)-s.Skip, 0)] {
		if err := s.put(ctx, io, v); err != nil {
			return err
		}
	}
	return nil
}

// put puts out what is wanted of an object.
func (s *selecting) put(ctx context.Context, io *runspace.IO, v clixml.Value) error {
	s.out++
	if s.ExpandProperty != "" {
		m, ok := value.Member(v, s.ExpandProperty)
		if !ok {
			return io.Error(ctx, runspace.NewError("ExpandPropertyNotFound", clixml.InvalidArgument, v,
				"Property \"%s\" cannot be found.", s.ExpandProperty))
		}
		return io.OutputAll(ctx, m)
	}
	if len(s.selectors) > 0 || len(s.ExcludeProperty) > 0 {
		o, err := s.object(ctx, io, v)
		if err != nil {
			return err
		}
		v = o
	}
	if s.Unique {
		for _, other := range s.unique {
			if sameProperties(other, v) {
				s.out--
				return nil
			}
		}
		if err := io.Keep(v); err != nil {
			return err
		}
		s.unique = append(s.unique, v)
	}
	return io.Output(ctx, v)
}

func sameProperties(a, b clixml.Value) bool {
	x, y := propertiesOf(a), propertiesOf(b)
	if len(x) == 0 && len(y) == 0 {
		return value.Equal(a, b, true)
	}
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].Name != y[i].Name || value.String(x[i].Value) != value.String(y[i].Value) {
			return false
		}
	}
	return true
}

func (s *selecting) object(ctx context.Context, io *runspace.IO, v clixml.Value) (clixml.Value, error) {
	all := s.selectors
	if len(all) == 0 {
		all = []selector{{name: "*"}}
	}
	o := clixml.NewCustomObject()
	o.TypeNames = append([]string{"Selected." + orObject(value.TypeName(v))}, o.TypeNames...)
	o.Extended = clixml.Properties{}
	for i := range all {
		found, err := all[i].matching(ctx, io, v)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if _, there := o.Extended.Get(p.Name); !there && !s.excluded(p.Name) {
				o.Extended = append(o.Extended, p)
			}
		}
	}
	return o, nil
}

func orObject(name string) string {
	if name == "" {
		return "System.Object"
	}
	return name
}

func (s *selecting) excluded(name string) bool {
	for _, pattern := range s.ExcludeProperty {
		if value.Like(name, pattern, false) {
			return true
		}
	}
	return false
}
