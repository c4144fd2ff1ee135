package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// forEach is one call of ForEach-Object.
type forEach struct {
	InputObject clixml.Value        `param:",pipeline"`
	Process_    []clixml.Value      `param:"Process,position=0,mandatory,remaining,alias=MemberName" help:"A block that is run with $_ for each object, or the name of a property"` //nolint:revive // Process is the method
	Begin_      *clixml.ScriptBlock `param:"Begin"`                                                                                                                                 //nolint:revive // Begin is the method
	End_        *clixml.ScriptBlock `param:"End"`                                                                                                                                   //nolint:revive // End is the method
}

func forEachObject() *runspace.Command {
	return &runspace.Command{
		Name: "ForEach-Object", Aliases: []string{"foreach", "%"}, Synopsis: "Runs a block for each object.",
		Examples: []string{"1..3 | ForEach-Object { $_ * 2 }"},
		New:      func() runspace.Cmdlet { return &forEach{} },
	}
}

// Begin implements runspace.Beginner.
func (f *forEach) Begin(ctx context.Context, io *runspace.IO) error {
	if len(f.Process_) == 1 {
		if items, ok := clixml.Elements(f.Process_[0]); ok { // { a }, { b }
			f.Process_ = items
			return f.run(ctx, io, f.Begin_)
		}
	}
	if f.Begin_ == nil && f.End_ == nil && len(f.Process_) > 1 { // { begin } { process } { end }
		if b, ok := clixml.Base(f.Process_[0]).(clixml.ScriptBlock); ok {
			f.Begin_, f.Process_ = &b, f.Process_[1:]
		}
		last := len(f.Process_) - 1
		if b, ok := clixml.Base(f.Process_[last]).(clixml.ScriptBlock); ok && last > 0 {
			f.End_, f.Process_ = &b, f.Process_[:last]
		}
	}
	return f.run(ctx, io, f.Begin_)
}

func (f *forEach) run(ctx context.Context, io *runspace.IO, b *clixml.ScriptBlock) error {
	if b == nil {
		return nil
	}
	return io.Call(ctx, *b, nil, func(v clixml.Value) error { return io.Output(ctx, v) })
}

// Process implements runspace.Cmdlet.
func (f *forEach) Process(ctx context.Context, io *runspace.IO) error {
	for _, p := range f.Process_ {
		if b, ok := clixml.Base(p).(clixml.ScriptBlock); ok {
			err := io.Call(ctx, b, f.InputObject, func(v clixml.Value) error { return io.Output(ctx, v) })
			if err != nil {
				return err
			}
			continue
		}
		m, _ := value.Member(f.InputObject, value.String(p))
		if err := io.OutputAll(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// End implements runspace.Ender.
func (f *forEach) End(ctx context.Context, io *runspace.IO) error { return f.run(ctx, io, f.End_) }

// where is one call of Where-Object: with a block, or a property, an operator as
// a switch, and a value.
type where struct {
	InputObject clixml.Value `param:",pipeline"`
	Property    clixml.Value `param:"Property,position=0,mandatory,alias=FilterScript"`
	Value       clixml.Value `param:",position=1"`

	EQ, NE, GT, GE, LT, LE, Like, NotLike, Match, NotMatch, Contains, NotContains, In, NotIn, Not bool
}

func whereObject() *runspace.Command {
	return &runspace.Command{
		Name: "Where-Object", Aliases: []string{"where", "?"}, Synopsis: "Lets the objects through for which a block is true.",
		Examples: []string{"1..10 | Where-Object { $_ -gt 5 }", "Get-Process | Where-Object Name -like win*"},
		New:      func() runspace.Cmdlet { return &where{} },
	}
}

// Process implements runspace.Cmdlet.
func (w *where) Process(ctx context.Context, io *runspace.IO) error {
	keep, err := w.keeps(ctx, io)
	if err != nil || !keep {
		return err
	}
	return io.Output(ctx, w.InputObject)
}

func (w *where) keeps(ctx context.Context, io *runspace.IO) (bool, error) {
	if b, ok := clixml.Base(w.Property).(clixml.ScriptBlock); ok {
		v, err := io.Value(ctx, b, w.InputObject)
		return value.True(v), err
	}
	m, _ := value.Member(w.InputObject, value.String(w.Property))
	operator := "eq"
	for name, set := range map[string]bool{
		"ne": w.NE, "gt": w.GT, "ge": w.GE, "lt": w.LT, "le": w.LE, "like": w.Like, "notlike": w.NotLike, "match": w.Match,
		"notmatch": w.NotMatch, "contains": w.Contains, "notcontains": w.NotContains, "in": w.In, "notin": w.NotIn,
	} {
		if set {
			operator = name
		}
	}
	if w.Not {
		return !value.True(m), nil
	}
	if !io.Bound("Value") {
		return value.True(m), nil
	}
	v, err := io.Compare(operator, m, w.Value)
	return value.True(v), err
}

// sorting is one call of Sort-Object.
type sorting struct {
	gathered
	Property      []clixml.Value `param:",position=0"`
	Descending    bool
	Unique        bool
	CaseSensitive bool
	Top           int
	Bottom        int

	by   []selector
	keys map[int][]clixml.Value
}

func sortObject() *runspace.Command {
	return &runspace.Command{
		Name: "Sort-Object", Aliases: []string{"sort"}, Synopsis: "Sorts objects.",
		Examples: []string{"3, 1, 2 | Sort-Object -Descending"},
		New:      func() runspace.Cmdlet { return &sorting{} },
	}
}

// Begin implements runspace.Beginner.
func (s *sorting) Begin(context.Context, *runspace.IO) (err error) {
	s.by, err = selectors(s.Property)
	return err
}

// Process implements runspace.Cmdlet.
func (s *sorting) Process(_ context.Context, io *runspace.IO) error { return s.gather(io) }

// keyed is an object with what it is sorted by.
type keyed struct {
	object clixml.Value
	keys   []clixml.Value
}

// End implements runspace.Ender.
func (s *sorting) End(ctx context.Context, io *runspace.IO) error {
	all := make([]keyed, len(s.objects))
	for i, o := range s.objects {
		all[i] = keyed{object: o}
		for j := range s.by {
			v, err := s.by[j].value(ctx, io, o)
			if err != nil {
				return err
			}
			if err := io.Keep(v); err != nil {
				return err
			}
			all[i].keys = append(all[i].keys, v)
		}
		if len(s.by) == 0 {
			all[i].keys = []clixml.Value{o}
		}
	}
	slices.SortStableFunc(all, s.compare)
	if s.Unique {
		all = slices.CompactFunc(all, func(a, b keyed) bool { return s.compare(a, b) == 0 })
	}
	switch {
	case s.Top > 0:
		all = all[:min(s.Top, len(all))]
	case s.Bottom > 0:
		all = all[max(len(all)-s.Bottom, 0):]
	}
	for _, one := range all {
		if err := io.Output(ctx, one.object); err != nil {
			return err
		}
	}
	return nil
}

func (s *sorting) compare(a, b keyed) int {
	for i := range a.keys {
		n, err := value.Compare(a.keys[i], b.keys[i], s.CaseSensitive)
		if err != nil {
			n = strings.Compare(value.String(a.keys[i]), value.String(b.keys[i]))
		}
		descending := s.Descending
		if i < len(s.by) && s.by[i].descending != nil {
			descending = *s.by[i].descending
		}
		if descending {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// grouping is one call of Group-Object.
type grouping struct {
	gathered
	Property      []clixml.Value `param:",position=0"`
	NoElement     bool
	CaseSensitive bool
}

func groupObject() *runspace.Command {
	return &runspace.Command{
		Name: "Group-Object", Aliases: []string{"group"}, Synopsis: "Puts objects together that have equal properties.",
		Examples: []string{"1..10 | Group-Object { $_ % 3 }"},
		New:      func() runspace.Cmdlet { return &grouping{} },
	}
}

// Process implements runspace.Cmdlet.
func (g *grouping) Process(_ context.Context, io *runspace.IO) error { return g.gather(io) }

// End implements runspace.Ender.
func (g *grouping) End(ctx context.Context, io *runspace.IO) error {
	by, err := selectors(g.Property)
	if err != nil {
		return err
	}
	type group struct {
		name    string
		values  []clixml.Value
		members []clixml.Value
	}
	var groups []*group
	index := map[string]*group{}
	for _, o := range g.objects {
		values := []clixml.Value{o}
		if len(by) > 0 {
			values = nil
		}
		for i := range by {
			v, err := by[i].value(ctx, io, o)
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = value.String(v)
		}
		name := strings.Join(texts, ", ")
		key := name
		if !g.CaseSensitive {
			key = value.Fold(name)
		}
		one := index[key]
		if one == nil {
			for _, v := range append(values[:len(values):len(values)], clixml.String(name), clixml.String(key)) {
				if err := io.Keep(v); err != nil {
					return err
				}
			}
			one = &group{name: name, values: values}
			index[key] = one
			groups = append(groups, one)
		}
		one.members = append(one.members, o)
	}
	slices.SortStableFunc(groups, func(a, b *group) int { n, _ := value.Compare(value.Of(a.values), value.Of(b.values), false); return n })
	for _, one := range groups {
		properties := clixml.Properties{
			{Name: "Count", Value: clixml.Int32(len(one.members))}, {Name: "Name", Value: clixml.String(one.name)}, {Name: "Group", Value: value.Array(one.members)},
		}
		if g.NoElement {
			properties = properties[:2]
		}
		if err := io.Output(ctx, result("Microsoft.PowerShell.Commands.GroupInfo", properties...)); err != nil {
			return err
		}
	}
	return nil
}
