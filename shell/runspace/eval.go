package runspace

import (
	"context"
	"errors"
	"strings"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/language"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// statements runs a script's. An error of a statement goes to the error stream,
// and the next one runs.
func (r *run) statements(ctx context.Context, script *language.Script, next sink) error {
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	for _, s := range script.Statements {
		if err := r.checkpoint(ctx); err != nil {
			return err
		}
		r.failed = false
		err := r.statement(ctx, s, next)
		r.before = r.failed || err != nil
		var stop *enough
		var fatal *scriptError
		var large *value.TooLargeError
		switch {
		case err == nil:
			continue
		case errors.As(err, &stop), errors.As(err, &fatal):
			return err
		case errors.As(err, &large): // as every limit
			return &scriptError{err}
		case r.preference("ErrorActionPreference") == "Stop":
			return &scriptError{err}
		}
		e := record(err, "")
		if action := r.preference("ErrorActionPreference"); action == "SilentlyContinue" || action == "Ignore" {
			r.failed = true
			r.rs.noted(e)
			continue
		}
		if err := r.writeError(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) statement(ctx context.Context, s language.Statement, next sink) error {
	switch s := s.(type) {
	case *language.Assignment:
		return r.assign(ctx, s)
	case *language.Foreach:
		return r.foreach(ctx, s, next)
	case *language.Pipeline:
		return r.pipeline(ctx, s, next)
	}
	return nil
}

// collect runs a statement and keeps what it puts out.
func (r *run) collect(ctx context.Context, runs func(next sink) error) ([]clixml.Value, error) {
	var all []clixml.Value
	kept := 0
	defer func() { r.release(kept) }()
	err := runs(func(_ context.Context, v clixml.Value) error {
		size, err := r.keep(v)
		kept += size
		all = append(all, v)
		return err
	})
	return all, err
}

// statementValue is what a statement puts out, as one value.
func (r *run) statementValue(ctx context.Context, s language.Statement) (clixml.Value, error) {
	if e, ok := onlyExpression(s); ok { // an array that was written stays one
		return r.expression(ctx, e)
	}
	items, err := r.collect(ctx, func(next sink) error { return r.statement(ctx, s, next) })
	return value.Of(items), err
}

// onlyExpression is a statement that is an expression and nothing else.
func onlyExpression(s language.Statement) (language.Expression, bool) {
	p, ok := s.(*language.Pipeline)
	if !ok || p.Head == nil || len(p.Commands) > 0 {
		return nil, false
	}
	return p.Head, true
}

func (r *run) foreach(ctx context.Context, f *language.Foreach, next sink) error {
	v, err := r.statementValue(ctx, f.Values)
	if err != nil {
		return err
	}
	items, ok := clixml.Elements(v)
	if !ok && !value.IsNull(v) {
		items = []clixml.Value{v}
	}
	for _, item := range items {
		if err := r.set(r.scope, f.Variable, item); err != nil {
			return err
		}
		if err := r.statements(ctx, f.Body, next); err != nil {
			return err
		}
	}
	return nil
}

// pipeline runs a pipeline of the script.
func (r *run) pipeline(ctx context.Context, p *language.Pipeline, next sink) error {
	if p.Head != nil && len(p.Commands) == 0 {
		v, err := r.expression(ctx, p.Head)
		if err != nil {
			return err
		}
		return unroll(ctx, v, next)
	}
	stages := make([]stage, len(p.Commands))
	for i := len(p.Commands) - 1; i >= 0; i-- {
		c := p.Commands[i]
		arguments, err := r.arguments(ctx, c)
		if err != nil {
			return err
		}
		s, err := r.newCommandStage(c.Name, arguments, i > 0 || p.Head != nil, merge{}, next)
		if err != nil {
			return err
		}
		stages[i] = s
		next = func(ctx context.Context, v clixml.Value) error { return s.process(ctx, v) }
	}
	if p.Head == nil {
		return r.drive(ctx, stages, nil)
	}
	v, err := r.expression(ctx, p.Head)
	if err != nil {
		return err
	}
	return r.drive(ctx, stages, func(ctx context.Context, give func(clixml.Value) error) error {
		return unroll(ctx, v, func(_ context.Context, v clixml.Value) error { return give(v) })
	})
}

// unroll gives the elements of a list one by one, and null where a value is null.
func unroll(ctx context.Context, v clixml.Value, next sink) error {
	items, ok := clixml.Elements(v)
	if !ok {
		return next(ctx, v)
	}
	for _, item := range items {
		if err := next(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// arguments are those of a call with their values.
func (r *run) arguments(ctx context.Context, c *language.Command) ([]argument, error) {
	all := make([]argument, 0, len(c.Arguments))
	for _, a := range c.Arguments {
		one := argument{name: a.Name, given: a.Value != nil, attached: a.Attached}
		if a.Value != nil {
			v, err := r.expression(ctx, a.Value)
			if err != nil {
				return nil, err
			}
			one.value = v
		}
		all = append(all, one)
	}
	return all, nil
}

// assign gives a variable, a property or an element a value.
func (r *run) assign(ctx context.Context, a *language.Assignment) error {
	var v clixml.Value
	var err error
	if inner, ok := a.Value.(*language.Assignment); ok { // $a = $b = 1
		if err := r.assign(ctx, inner); err != nil {
			return err
		}
		v, err = r.expression(ctx, inner.Target)
	} else {
		v, err = r.statementValue(ctx, a.Value)
	}
	if err != nil {
		return err
	}
	if a.Operator != "=" {
		old, err := r.expression(ctx, a.Target)
		if err != nil {
			return err
		}
		if v, err = value.Arithmetic(strings.TrimSuffix(a.Operator, "="), old, v, r.room()); err != nil {
			return err
		}
	}
	switch t := a.Target.(type) {
	case *language.Variable:
		sc, err := r.scopeOf(t)
		if err != nil {
			return err
		}
		return r.set(sc, t.Name, v)
	case *language.Member:
		return r.assignMember(ctx, t, v)
	case *language.Index:
		return r.assignIndex(ctx, t, v)
	}
	return nil
}

func (r *run) assignMember(ctx context.Context, t *language.Member, v clixml.Value) error {
	object, err := r.expression(ctx, t.Object)
	if err != nil {
		return err
	}
	name, err := r.expression(ctx, t.Name)
	if err != nil {
		return err
	}
	// What goes into an existing value counts as long as the pipeline runs.
	if _, err := r.keep(v); err != nil {
		return err
	}
	return value.SetMember(object, value.String(name), v)
}

func (r *run) assignIndex(ctx context.Context, t *language.Index, v clixml.Value) error {
	object, err := r.expression(ctx, t.Object)
	if err != nil {
		return err
	}
	index, err := r.expression(ctx, t.Index)
	if err != nil {
		return err
	}
	for _, one := range []clixml.Value{index, v} {
		if _, err := r.keep(one); err != nil {
			return err
		}
	}
	return value.SetIndex(object, index, v)
}

// scopeOf is where a variable is given a value.
func (r *run) scopeOf(v *language.Variable) (*scope, error) {
	switch strings.ToLower(v.Scope) {
	case "", "local", "private":
		return r.scope, nil
	case "global", "script":
		return r.rs.global, nil
	}
	return nil, noScope(v)
}

func noScope(v *language.Variable) error {
	return NewError("DriveNotFound", clixml.ObjectNotFound, v.Scope, "There are no variables $%s:… at this endpoint.", v.Scope)
}

// block runs a script block with $_ as it is given.
func (r *run) block(ctx context.Context, b clixml.ScriptBlock, item clixml.Value, next sink) error {
	script, ok := r.blocks[b]
	if !ok {
		var err error
		if script, err = language.Parse(string(b)); err != nil {
			return &scriptError{err}
		}
		if r.blocks == nil {
			r.blocks = map[clixml.ScriptBlock]*language.Script{}
		}
		r.blocks[b] = script
	}
	old := r.item
	r.item = item
	defer func() { r.item = old }()
	return r.statements(ctx, script, next)
}
