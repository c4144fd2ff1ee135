package runspace

import (
	"context"
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/language"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// stage is one place of a pipeline.
type stage interface {
	begin(ctx context.Context) error
	// process takes an object of the stage before.
	process(ctx context.Context, v clixml.Value) error
	// end is called when no more comes; fed says whether there was a stage before.
	end(ctx context.Context) error
}

// sink is where a stage puts an object.
type sink func(ctx context.Context, v clixml.Value) error

// enough says that a stage takes no more: those before it end at once, and those
// from it on come to their end.
type enough struct{ stage stage }

func (e *enough) Error() string { return "a command of the pipeline takes no more objects" }

// drive runs stages: begins all, gives the first what feed has, and ends all. feed
// is nil where the first stage reads nothing.
func (r *run) drive(ctx context.Context, stages []stage, feed source) error {
	if err := r.enter(); err != nil {
		return err
	}
	defer r.leave()
	for _, s := range stages {
		if err := s.begin(ctx); err != nil {
			return err
		}
	}
	first := 0
	step := func(err error) error {
		var stop *enough
		if !errors.As(err, &stop) {
			return err
		}
		for i, s := range stages {
			if s == stop.stage {
				first = i
				return nil
			}
		}
		return err // of a pipeline around this one
	}
	if feed != nil {
		err := feed(ctx, func(v clixml.Value) error {
			if err := r.checkpoint(ctx); err != nil {
				return err
			}
			return stages[0].process(ctx, v)
		})
		if err = step(err); err != nil {
			return err
		}
	}
	for i := range stages {
		if i < first {
			continue
		}
		if err := step(stages[i].end(ctx)); err != nil {
			return err
		}
	}
	return r.checkpoint(ctx)
}

// commandStage is a call of a command.
type commandStage struct {
	r       *run
	info    *commandInfo
	cmdlet  Cmdlet
	binding *binding
	io      *IO
	fed     bool
	over    error // it takes no more
}

// newCommandStage makes the call of a command. fed says whether objects come from
// a stage before.
func (r *run) newCommandStage(name string, arguments []argument, fed bool, m merge, next sink) (stage, error) {
	info := r.table.find(name)
	if info == nil {
		return nil, commandNotFound(name)
	}
	s := &commandStage{r: r, info: info, cmdlet: info.New(), fed: fed}
	s.io = &IO{run: r, info: info, stage: s, next: next, merge: m}
	b, err := bind(info, s.cmdlet, arguments, converter{reveal: r.rs.session.keys.session.Decrypt})
	if err == nil {
		err = b.complete(fed)
	}
	if err != nil {
		return nil, record(err, info.Name)
	}
	s.binding = b
	s.io.settings(b.common)
	return s, nil
}

// fail says of which command an error is, unless it ends more than its statement.
func (s *commandStage) fail(ctx context.Context, err error) error {
	var stop *enough
	var script *scriptError
	if err == nil || errors.As(err, &stop) || errors.As(err, &script) {
		return err
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	r := record(err, s.info.Name)
	if s.io.errorAction == "Stop" {
		return &scriptError{r}
	}
	return r
}

// guard turns a panic of a command into its error.
func (s *commandStage) guard(f func() error) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = NewError("GoPanic", clixml.InvalidResult, nil, "the command %s has failed by a mistake in it: %v", s.info.Name, e)
			s.r.rs.session.log.Error("a command has panicked", "command", s.info.Name, "panic", e)
		}
	}()
	return f()
}

func (s *commandStage) begin(ctx context.Context) error {
	b, ok := s.cmdlet.(Beginner)
	if !ok {
		return nil
	}
	return s.fail(ctx, s.guard(func() error { return b.Begin(ctx, s.io) }))
}

func (s *commandStage) process(ctx context.Context, v clixml.Value) error {
	if s.over != nil {
		return s.over
	}
	if err := s.r.checkpoint(ctx); err != nil {
		return err
	}
	if err := s.binding.object(v); err != nil {
		return s.io.write(ctx, record(err, s.info.Name))
	}
	s.io.input = v
	return s.fail(ctx, s.guard(func() error { return s.cmdlet.Process(ctx, s.io) }))
}

func (s *commandStage) end(ctx context.Context) error {
	defer func() { s.r.release(s.io.kept) }()
	if s.over == nil && !s.fed {
		if err := s.r.checkpoint(ctx); err != nil {
			return err
		}
		if err := s.fail(ctx, s.guard(func() error { return s.cmdlet.Process(ctx, s.io) })); err != nil {
			return err
		}
	}
	e, ok := s.cmdlet.(Ender)
	if ok {
		if err := s.fail(ctx, s.guard(func() error { return e.End(ctx, s.io) })); err != nil {
			return err
		}
	}
	return s.io.finish(ctx)
}

// scriptStage is a script in a pipeline: it puts out what its statements do.
// $input is what has come before, $args what it was called with.
type scriptStage struct {
	r      *run
	script *language.Script
	fed    bool
	next   sink
	local  bool
	given  []clixml.Value // $args
	merge  merge
	input  []clixml.Value
	kept   int
}

func (s *scriptStage) begin(context.Context) error { return nil }

func (s *scriptStage) process(_ context.Context, v clixml.Value) error {
	size, err := s.r.keep(v)
	s.kept += size
	s.input = append(s.input, v)
	return err
}

func (s *scriptStage) end(ctx context.Context) error {
	defer func() { s.r.release(s.kept) }()
	old, client := s.r.scope, s.r.client
	defer func() { s.r.scope, s.r.client = old, client }()
	if s.merge.any() {
		s.r.client = &merging{client: client, merge: s.merge, next: s.next}
	}
	if s.local {
		s.r.scope = &scope{parent: old, values: map[string]variable{}}
	}
	if s.fed {
		if err := s.r.set(s.r.scope, "input", value.Array(s.input)); err != nil {
			return err
		}
	}
	if err := s.r.set(s.r.scope, "args", value.Array(s.given)); err != nil {
		return err
	}
	return s.r.statements(ctx, s.script, s.next)
}

// calls runs the commands that a client has named one by one.
func (r *run) calls(ctx context.Context, calls []commandCall, input source) error {
	next := r.output
	var claiming sink // of the nearest later command that asks for errors
	stages := make([]stage, len(calls))
	for i := len(calls) - 1; i >= 0; i-- {
		calls[i].merge = calls[i].merge.claimed(claiming)
		s, err := r.call(calls[i], i > 0 || input != nil, next)
		if err != nil {
			return err
		}
		stages[i] = s
		next = func(ctx context.Context, v clixml.Value) error { return s.process(ctx, v) }
		if calls[i].claims {
			claiming = next
		}
	}
	return r.drive(ctx, stages, input)
}

// call makes the stage of one of them.
func (r *run) call(c commandCall, fed bool, next sink) (stage, error) {
	if !c.script {
		arguments := make([]argument, len(c.arguments))
		for i, a := range c.arguments {
			// A switch comes with its value, and a value alone has no name.
			arguments[i] = argument{name: trimHyphen(a.name), value: a.value, given: a.name == "" || !value.IsNull(a.value), attached: true}
		}
		return r.newCommandStage(c.text, arguments, fed, c.merge, next)
	}
	if r.config.NoLanguage {
		return r.noLanguage(c.text, fed, c.merge, next)
	}
	script, err := language.Parse(c.text)
	if err != nil {
		return nil, &scriptError{err}
	}
	s := &scriptStage{r: r, script: script, fed: fed, next: next, local: c.local, merge: c.merge}
	for _, a := range c.arguments {
		if a.name != "" {
			return nil, NewError("NamedParameterNotFound", clixml.InvalidArgument, a.name,
				"A script of this endpoint has no parameters, so none is named '%s'; $args has what comes without a name.", a.name)
		}
		s.given = append(s.given, a.value)
	}
	return s, nil
}

// noLanguage takes a script that is no more than the name of a command, as
// PowerShell does for an endpoint without a language.
func (r *run) noLanguage(text string, fed bool, m merge, next sink) (stage, error) {
	if r.table.find(text) != nil {
		return r.newCommandStage(text, nil, fed, m, next)
	}
	return nil, &scriptError{NewError("ScriptsNotAllowed", clixml.ParserError, nil,
		"%s", fmt.Sprintf("The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode: '%s'.", clip(text)))}
}

// trimHyphen: clients may send a parameter's name with its hyphen and colon.
func trimHyphen(name string) string {
	if len(name) > 1 && name[0] == '-' {
		name = name[1:]
	}
	if n := len(name); n > 1 && name[n-1] == ':' {
		name = name[:n-1]
	}
	return name
}
