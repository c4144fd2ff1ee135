package runspace

import (
	"context"
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/language"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

// Error is an error of a command with what PowerShell tells of one. A command
// may return any error; this one says more.
type Error struct {
	// ID is the beginning of the FullyQualifiedErrorId, such as FileNotFound; the
	// name of the command follows.
	ID       string
	Category clixml.ErrorCategory
	// Target is what it was about: anything that clixml.Marshal takes.
	Target any
	Err    error
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NewError makes an Error with a text.
func NewError(id string, category clixml.ErrorCategory, target any, format string, values ...any) *Error {
	return &Error{ID: id, Category: category, Target: target, Err: fmt.Errorf(format, values...)}
}

// scriptError ends a whole script, not just a statement.
type scriptError struct{ err error }

func (e *scriptError) Error() string { return e.err.Error() }
func (e *scriptError) Unwrap() error { return e.err }

// errStopped is the cause of a context that a client has ended.
var errStopped = errors.New("The pipeline has been stopped.") //nolint:staticcheck // PowerShell's own words

// errTime is the cause of a context whose time has run out.
var errTime = &Error{ID: "PipelineTimeLimit", Category: clixml.LimitsExceeded, Err: errors.New("the pipeline has run as long as this endpoint allows")}

func limitError(id, format string, values ...any) error {
	return &scriptError{&Error{ID: id, Category: clixml.LimitsExceeded, Err: fmt.Errorf(format, values...)}}
}

// record makes the record of an error of a command; command may be "".
func record(err error, command string) *clixml.ErrorRecord {
	if r, ok := errors.AsType[*clixml.ErrorRecord](err); ok {
		return r
	}
	r := clixml.NewErrorRecord(err, "GoError", clixml.NotSpecified)
	r.CategoryActivity = command
	var (
		own        *Error
		parser     *language.ParserError
		conversion *value.ConversionError
		operator   *value.OperatorError
		member     *value.MemberError
		large      *value.TooLargeError
	)
	id := ""
	switch {
	case errors.As(err, &own):
		if own.ID != "" {
			id = own.ID
		}
		r.Category = own.Category
		r.CategoryReason = fmt.Sprintf("%T", own.Err)
		target, marshalError := clixml.Marshal(own.Target)
		if marshalError == nil && own.Target != nil {
			r.TargetObject, r.CategoryTargetName, r.CategoryTargetType = target, clip(value.String(target)), shortName(value.TypeName(target))
		}
	case errors.As(err, &parser):
		id, r.Category, r.CategoryReason, command = parser.ID, clixml.ParserError, "ParseException", ""
	case errors.As(err, &conversion):
		id, r.Category, r.CategoryReason = "ConvertToFinalInvalidCastException", clixml.InvalidArgument, "InvalidCastException"
	case errors.As(err, &operator):
		id, r.Category, r.CategoryReason = "InvalidOperator", clixml.InvalidOperation, "RuntimeException"
	case errors.As(err, &member):
		id, r.Category, r.CategoryReason = "PropertyOrIndexNotFound", clixml.InvalidOperation, "RuntimeException"
	case errors.As(err, &large):
		id, r.Category, r.CategoryReason = "PipelineMemoryLimit", clixml.LimitsExceeded, "RuntimeException"
	case errors.Is(err, errStopped), errors.Is(err, context.Canceled):
		id, r.Category, r.CategoryReason = "PipelineStopped", clixml.OperationStopped, "PipelineStoppedException"
	}
	if id == "" {
		id = r.FullyQualifiedErrorID
	}
	if command != "" {
		id += "," + command
	}
	r.FullyQualifiedErrorID = id
	return r
}

// shortName is a type's name without its namespace.
func shortName(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}

// commandNotFound is PowerShell's error for a name that is none of a command.
func commandNotFound(name string) error {
	return &Error{
		ID: "CommandNotFoundException", Category: clixml.ObjectNotFound, Target: name,
		Err: fmt.Errorf("The term '%s' is not recognized as a name of a command of this endpoint. Get-Command lists those that it has.", clip(name)), //nolint:staticcheck // PowerShell's own words
	}
}
