package runspace

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// IO is what a call of a command has around it: its pipeline, streams and
// client. It belongs to the goroutine that Process was called on. Its methods
// return an error when the pipeline has been stopped, or takes no more: the
// command returns it, and does nothing more.
type IO struct {
	run   *run
	info  *commandInfo
	stage *commandStage
	next  sink
	merge merge
	input clixml.Value
	kept  int

	errorAction, warning, verbose, debug, information string
	// What -OutVariable and its like name, and what has come so far.
	variables map[Stream]*collected
}

type collected struct {
	name  string
	items []clixml.Value
}

// settings takes the common parameters, and the preferences for those that are
// not given.
func (io *IO) settings(common map[string]clixml.Value) {
	r := io.run
	action := func(name, preference string) string {
		if v, ok := common[name]; ok {
			return actionOf(v)
		}
		return r.preference(preference)
	}
	io.errorAction = action("erroraction", "ErrorActionPreference")
	io.warning = action("warningaction", "WarningPreference")
	io.information = action("informationaction", "InformationPreference")
	io.verbose, io.debug = r.preference("VerbosePreference"), r.preference("DebugPreference")
	for name, to := range map[string]*string{"verbose": &io.verbose, "debug": &io.debug} {
		if v, ok := common[name]; ok {
			*to = "SilentlyContinue"
			if value.True(v) {
				*to = "Continue"
			}
		}
	}
	io.variables = map[Stream]*collected{}
	for name, s := range map[string]Stream{
		"outvariable": StreamOutput, "errorvariable": StreamError, "warningvariable": StreamWarning, "informationvariable": StreamInformation,
	} {
		if v, ok := common[name]; ok {
			io.variables[s] = &collected{name: value.String(v)}
		}
	}
}

// collect keeps an object for a variable that was named.
func (io *IO) collect(s Stream, v clixml.Value) error {
	c := io.variables[s]
	if c == nil {
		return nil
	}
	c.items = append(c.items, v)
	return io.keep(v)
}

func (io *IO) keep(v clixml.Value) error {
	size, err := io.run.keep(v)
	io.kept += size
	return err
}

// finish gives the variables that were named what has come.
func (io *IO) finish(context.Context) error {
	for _, c := range io.variables {
		if err := io.run.set(io.run.scope, c.name, value.Array(c.items)); err != nil {
			return err
		}
	}
	return nil
}

// Output puts an object into the pipeline. It may be any Go value that
// clixml.Marshal takes. A list is one object; see OutputAll.
func (io *IO) Output(ctx context.Context, v any) error {
	o, err := clixml.Marshal(v)
	if err != nil {
		return err
	}
	if err := io.collect(StreamOutput, o); err != nil {
		return err
	}
	if err := io.run.checkpoint(ctx); err != nil {
		return err
	}
	return io.next(ctx, o)
}

// OutputAll puts the elements of a list into the pipeline one by one, and
// anything else as Output does.
func (io *IO) OutputAll(ctx context.Context, v any) error {
	o, err := clixml.Marshal(v)
	if err != nil {
		return err
	}
	return unroll(ctx, o, func(ctx context.Context, v clixml.Value) error { return io.Output(ctx, v) })
}

// Stop says that the command takes no more objects, as Select-Object -First does:
// what it returns is to be returned.
func (io *IO) Stop() error {
	io.stage.over = &enough{io.stage}
	return io.stage.over
}

// Error puts an error into the error stream; the command goes on. With
// -ErrorAction Stop it ends, and everything with it. err may be an *Error or a
// *clixml.ErrorRecord, which say more than others.
func (io *IO) Error(ctx context.Context, err error) error {
	return io.write(ctx, record(err, io.info.Name))
}

func (io *IO) write(ctx context.Context, e *clixml.ErrorRecord) error {
	if err := io.collect(StreamError, e.Object()); err != nil {
		return err
	}
	switch io.errorAction {
	case "Stop":
		return &scriptError{e}
	case "Ignore":
		io.run.failed = true
		return nil
	case "SilentlyContinue":
		io.run.failed = true
		io.run.rs.noted(e)
		return nil
	}
	if err := io.putError(ctx, e); err != nil || io.errorAction != "Inquire" {
		return err
	}
	return io.inquire(ctx, &io.errorAction)
}

// putError puts an error where the client wants those.
func (io *IO) putError(ctx context.Context, e *clixml.ErrorRecord) error {
	toOutput, toNull := io.merge.of(StreamError)
	if !toOutput && !toNull {
		return io.run.writeError(ctx, e)
	}
	io.run.failed = true
	io.run.rs.noted(e)
	if toNull {
		return nil
	}
	return io.merge.give(ctx, StreamError, e.Object(), io.next)
}

// Warning puts a text into the warning stream.
func (io *IO) Warning(ctx context.Context, format string, values ...any) error {
	return io.informational(ctx, StreamWarning, &io.warning, clixml.WarningRecord, format, values)
}

// Verbose puts a text into the verbose stream, if anybody wants it.
func (io *IO) Verbose(ctx context.Context, format string, values ...any) error {
	return io.informational(ctx, StreamVerbose, &io.verbose, clixml.VerboseRecord, format, values)
}

// Debug puts a text into the debug stream, if anybody wants it.
func (io *IO) Debug(ctx context.Context, format string, values ...any) error {
	return io.informational(ctx, StreamDebug, &io.debug, clixml.DebugRecord, format, values)
}

func (io *IO) informational(ctx context.Context, s Stream, action *string, typeName, format string, values []any) error {
	text := format
	if len(values) > 0 {
		text = fmt.Sprintf(format, values...)
	}
	o := (&clixml.InformationalRecord{Message: text}).Object(typeName)
	if err := io.collect(s, o); err != nil {
		return err
	}
	switch *action {
	case "Stop":
		return &scriptError{NewError("ActionPreferenceStop", clixml.OperationStopped, nil,
			"The running command stopped because the preference variable or common parameter is set to Stop: %s", text)}
	case "SilentlyContinue", "Ignore":
		return nil
	case "Inquire":
		if err := io.redirect(ctx, s, o); err != nil {
			return err
		}
		return io.inquire(ctx, action)
	}
	return io.redirect(ctx, s, o)
}

// redirect puts a record where the client wants those of its stream.
func (io *IO) redirect(ctx context.Context, s Stream, o *clixml.Object) error {
	toOutput, toNull := io.merge.of(s)
	switch {
	case toNull:
		return nil
	case toOutput:
		return io.merge.give(ctx, s, o, io.next)
	}
	return io.run.client.put(ctx, s, o)
}

// Information puts data with tags into the information stream.
func (io *IO) Information(ctx context.Context, data any, tags ...string) error {
	v, err := clixml.Marshal(data)
	if err != nil {
		return err
	}
	if io.information == "Ignore" {
		return nil
	}
	machine, _ := os.Hostname()
	o := (&clixml.InformationRecord{
		MessageData: v, Source: io.info.Name, TimeGenerated: clixml.NewDateTime(time.Now()), Tags: tags,
		User: io.run.rs.session.owner, Computer: machine, ProcessID: uint32(os.Getpid()),
	}).Object()
	if err := io.collect(StreamInformation, o); err != nil {
		return err
	}
	return io.redirect(ctx, StreamInformation, o)
}

// Progress says how far the command has come.
func (io *IO) Progress(ctx context.Context, p clixml.ProgressRecord) error {
	if action := io.run.preference("ProgressPreference"); action == "SilentlyContinue" || action == "Ignore" {
		return nil
	}
	return io.run.client.put(ctx, StreamProgress, p.Object())
}

// Input is the object of the pipeline that Process was called for; nil if there
// is none.
func (io *IO) Input() clixml.Value { return io.input }

// Fed reports whether objects come to the command from a pipeline.
func (io *IO) Fed() bool { return io.stage.fed }

// Keep counts a value that the command holds until its end against the limit of
// memory. A command that gathers what comes to it calls it for each object.
func (io *IO) Keep(v clixml.Value) error { return io.keep(v) }

// Bound reports whether the call has named a parameter, or given it by position.
func (io *IO) Bound(name string) bool {
	for p := range io.stage.binding.bound {
		if p.is(name) {
			return true
		}
	}
	return false
}

// Call runs a script block with an object as $_ and gives out what it puts out.
func (io *IO) Call(ctx context.Context, b clixml.ScriptBlock, item clixml.Value, out func(clixml.Value) error) error {
	if err := io.run.enter(); err != nil {
		return err
	}
	defer io.run.leave()
	return io.run.block(ctx, b, item, func(_ context.Context, v clixml.Value) error { return out(v) })
}

// Value runs a script block and returns what it puts out as one value.
func (io *IO) Value(ctx context.Context, b clixml.ScriptBlock, item clixml.Value) (clixml.Value, error) {
	all, err := io.run.collect(ctx, func(next sink) error {
		return io.Call(ctx, b, item, func(v clixml.Value) error { return next(ctx, v) })
	})
	return value.Of(all), err
}

// Sleep waits; nested pipelines run meanwhile.
func (io *IO) Sleep(ctx context.Context, d time.Duration) error {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(done) })
	defer timer.Stop()
	return io.run.wait(ctx, done)
}

// User is who the client is: the canonical name of the user who opened the
// session.
func (io *IO) User() string { return io.run.rs.session.owner }

// Secure makes a SecureString of a text, which only this session's client can
// read. It waits until the client has the key.
func (io *IO) Secure(ctx context.Context, plain string) (clixml.SecureString, error) {
	if err := io.run.client.exchange(ctx); err != nil {
		return "", err
	}
	return io.run.rs.session.keys.session.Encrypt(plain), nil
}

// Reveal is the text of a SecureString of this session.
func (io *IO) Reveal(s clixml.SecureString) (string, error) {
	return io.run.rs.session.keys.session.Decrypt(s)
}
