package runspace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/language"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Stream is one of the streams of a pipeline.
type Stream int

// The streams.
const (
	StreamOutput Stream = iota
	StreamError
	StreamWarning
	StreamVerbose
	StreamDebug
	StreamInformation
	StreamProgress
)

// client is who a pipeline speaks to.
type client interface {
	// put gives the client an object of a stream.
	put(ctx context.Context, s Stream, v clixml.Value) error
	// call calls a method of the client's host and waits for what it returns.
	call(ctx context.Context, method hostMethod, parameters []clixml.Value) (clixml.Value, error)
	// exchange sees to it that the client has the session's key.
	exchange(ctx context.Context) error
	host() hostInfo
}

// run is the execution of one pipeline of a client. One goroutine has it.
type run struct {
	rs      *Runspace
	client  client
	config  *Config
	table   *commandTable
	scope   *scope
	depth   int
	outputs int
	kept    int          // bytes that commands hold, and that were put into existing values
	failed  bool         // the statement that runs had an error
	before  bool         // the one before had: $? is false
	item    clixml.Value // $_
	blocks  map[clixml.ScriptBlock]*language.Script
}

// checkpoint is where a pipeline may be stopped, and where another that is nested
// in it may run.
func (r *run) checkpoint(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return stopped(ctx)
		case f := <-r.rs.nested:
			f()
		default:
			return nil
		}
	}
}

// wait waits for done, and lets nested pipelines run meanwhile.
func (r *run) wait(ctx context.Context, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return stopped(ctx)
		case f := <-r.rs.nested:
			f()
		}
	}
}

// stopped is the error of a pipeline whose context has ended.
func stopped(ctx context.Context) error {
	err := context.Cause(ctx)
	if errors.Is(err, errTime) {
		return &scriptError{errTime}
	}
	return &scriptError{errStopped}
}

// enter counts what stands within each other; the caller calls leave.
func (r *run) enter() error {
	if r.depth++; r.config.Limits.Depth > 0 && r.depth > r.config.Limits.Depth {
		return limitError("PipelineDepthLimit", "more than %d blocks and pipelines stand within each other", r.config.Limits.Depth)
	}
	return nil
}

func (r *run) leave() { r.depth-- }

// room is how many bytes more the pipeline may take.
func (r *run) room() int {
	if r.config.Limits.Memory < 0 {
		return 1 << 40
	}
	return max(r.config.Limits.Memory-r.kept-r.rs.used, 0)
}

// keep counts a value that is kept, until release.
func (r *run) keep(v clixml.Value) (size int, err error) {
	room := r.room()
	size = sizeOf(v, room)
	if size > room {
		return 0, limitError("PipelineMemoryLimit", "the pipeline would take more than the %d bytes that this endpoint allows", r.config.Limits.Memory)
	}
	r.kept += size
	return size, nil
}

func (r *run) release(size int) { r.kept -= size }

// set gives a variable a value.
func (r *run) set(sc *scope, name string, v clixml.Value) error {
	if isReserved(name) {
		return NewError("VariableNotWritable", clixml.InvalidOperation, name, "Cannot overwrite variable %s because it is read-only or constant.", name)
	}
	room := r.room()
	if old, ok := sc.values[value.Fold(name)]; ok {
		room += old.size
	}
	size := sizeOf(v, room)
	if size > room {
		return limitError("PipelineMemoryLimit", "the variable $%s would take more than the %d bytes that this endpoint allows", name, r.config.Limits.Memory)
	}
	r.rs.used += size - sc.put(name, v, size)
	return nil
}

// output gives the client an object, and takes lists apart.
func (r *run) output(ctx context.Context, v clixml.Value) error {
	if r.outputs++; r.config.Limits.Output > 0 && r.outputs > r.config.Limits.Output {
		return limitError("PipelineOutputLimit", "the pipeline would put out more than the %d objects that this endpoint allows", r.config.Limits.Output)
	}
	return r.client.put(ctx, StreamOutput, v)
}

// writeError puts an error into the error stream.
func (r *run) writeError(ctx context.Context, e *clixml.ErrorRecord) error {
	r.failed = true
	r.rs.noted(e)
	return r.client.put(ctx, StreamError, e.Object())
}

// preference is the action that a variable or parameter names.
func (r *run) preference(name string) string {
	v, _ := r.scope.get(name)
	return actionOf(v.value)
}

// actionOf is an ActionPreference: Stop, Continue, SilentlyContinue, Ignore,
// Inquire or Suspend.
func actionOf(v clixml.Value) string {
	if n, ok := clixml.Base(v).(clixml.Int32); ok {
		names := []string{"SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend", "Break"}
		if n >= 0 && int(n) < len(names) {
			return names[n]
		}
	}
	return value.String(v)
}

// script runs a request's statements.
func (r *run) request(ctx context.Context, c *createPipeline, input source) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = &scriptError{fmt.Errorf("a command of this endpoint has failed by a mistake in it: %v", e)}
			r.rs.session.log.Error("a command has panicked", "panic", e)
		}
	}()
	began := time.Now()
	defer func() { r.remember(c, began, err) }()
	for _, statement := range c.statements {
		if err := r.calls(ctx, statement, input); err != nil {
			return err
		}
		input = nil
	}
	return nil
}

// source gives a pipeline objects from outside: it calls give for each.
type source func(ctx context.Context, give func(clixml.Value) error) error
