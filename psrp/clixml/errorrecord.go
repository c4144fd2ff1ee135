package clixml

import (
	"errors"
	"fmt"
)

// ErrorRecord is an error of PowerShell (2.2.3.15). Strings that are empty are
// written as PowerShell writes those that it does not have.
type ErrorRecord struct {
	// Message is the exception's. Where Exception is set it is only read.
	Message string
	// Exception is the exception as an object. Where it is nil, a
	// RuntimeException with the Message is written.
	Exception             *Object
	TargetObject          Value
	FullyQualifiedErrorID string

	Category           ErrorCategory
	CategoryActivity   string
	CategoryReason     string // by habit the name of the exception's type
	CategoryTargetName string
	CategoryTargetType string
	// CategoryMessage is all of the category in one line; made from the fields
	// above if it is empty.
	CategoryMessage string

	DetailsMessage    string // is shown in place of Message
	RecommendedAction string
	ScriptStackTrace  string

	// Invocation is the command that the error is of. It is written with all
	// that PowerShell reads back (SerializeExtendedInfo).
	Invocation            *InvocationInfo
	PipelineIterationInfo []int32
}

var typesErrorRecord = []string{"System.Management.Automation.ErrorRecord", "System.Object"}

// Text returns what PowerShell shows of the error first, for people.
func (e *ErrorRecord) Text() string {
	if e.DetailsMessage != "" {
		return e.DetailsMessage
	}
	if e.Message != "" {
		return e.Message
	}
	return e.CategoryMessage
}

// Error implements error, with what Text returns.
func (e *ErrorRecord) Error() string { return e.Text() }

// NewErrorRecord makes an ErrorRecord of a Go error: its text is the message,
// what it wraps are the inner exceptions, and the name of its type the category's
// reason. An error that is or wraps an *ErrorRecord is that one.
func NewErrorRecord(err error, id string, category ErrorCategory) *ErrorRecord {
	var record *ErrorRecord
	if errors.As(err, &record) {
		return record
	}
	return &ErrorRecord{
		Message: err.Error(), Exception: exceptionOf(err, maxInnerExceptions),
		FullyQualifiedErrorID: id, Category: category, CategoryReason: fmt.Sprintf("%T", err),
	}
}

// maxInnerExceptions is how many exceptions are put within each other.
const maxInnerExceptions = 10

func exceptionOf(err error, left int) *Object {
	inner := errors.Unwrap(err)
	if inner == nil || left == 0 {
		return NewException(err.Error(), nil)
	}
	return NewException(err.Error(), exceptionOf(inner, left-1))
}

const runtimeException = "System.Management.Automation.RuntimeException"

var typesRuntimeException = []string{runtimeException, "System.SystemException", "System.Exception", "System.Object"}

// NewException makes a RuntimeException with a message and, if inner is not nil,
// an inner exception.
func NewException(message string, inner *Object) *Object {
	const corException = -2146233087 // COR_E_SYSTEM
	text := runtimeException + ": " + message
	return &Object{
		TypeNames: typesRuntimeException,
		ToString:  &text,
		Adapted: Properties{
			{"Message", String(message)}, {"InnerException", inner}, {"HelpLink", nil},
			{"Source", nil}, {"HResult", Int32(corException)}, {"StackTrace", nil},
		},
	}
}

// Object returns the record as PowerShell serializes it.
func (e *ErrorRecord) Object() *Object {
	text := e.Text()
	exception := e.Exception
	if exception == nil {
		exception = NewException(e.Message, nil)
	}
	message := e.CategoryMessage
	if message == "" {
		message = fmt.Sprintf("%s: (%s:%s) [%s], %s",
			e.Category, e.CategoryTargetName, e.CategoryTargetType, e.CategoryActivity, e.CategoryReason)
	}
	p := Properties{
		{"Exception", exception},
		{"TargetObject", e.TargetObject},
		{"FullyQualifiedErrorId", String(e.FullyQualifiedErrorID)},
		{"InvocationInfo", nil},
		{"ErrorCategory_Category", Int32(e.Category)},
		{"ErrorCategory_Activity", String(e.CategoryActivity)},
		{"ErrorCategory_Reason", String(e.CategoryReason)},
		{"ErrorCategory_TargetName", String(e.CategoryTargetName)},
		{"ErrorCategory_TargetType", String(e.CategoryTargetType)},
		{"ErrorCategory_Message", String(message)},
	}
	if e.DetailsMessage != "" || e.RecommendedAction != "" {
		p = append(p, Property{"ErrorDetails_Message", textOrNull(e.DetailsMessage)},
			Property{"ErrorDetails_RecommendedAction", textOrNull(e.RecommendedAction)})
	}
	p = append(p, Property{"SerializeExtendedInfo", Bool(e.Invocation != nil)})
	if e.Invocation != nil {
		p = append(e.Invocation.append(p), Property{"PipelineIterationInfo", numbersObject(e.PipelineIterationInfo)})
	}
	if e.ScriptStackTrace != "" {
		p = append(p, Property{"ErrorDetails_ScriptStackTrace", String(e.ScriptStackTrace)})
	}
	return &Object{TypeNames: typesErrorRecord, ToString: &text, Extended: p}
}

// ReadErrorRecord reads an ErrorRecord. Of its properties FullyQualifiedErrorId
// and ErrorCategory_Category must be there. The error is a *RecordError.
func ReadErrorRecord(v Value) (*ErrorRecord, error) {
	r := recordReader{record: "ErrorRecord"}
	r.begin(v)
	e := &ErrorRecord{
		FullyQualifiedErrorID: r.text("FullyQualifiedErrorId", true),
		Category:              ErrorCategory(r.number("ErrorCategory_Category", true, 0)),
		CategoryActivity:      r.text("ErrorCategory_Activity", false),
		CategoryReason:        r.text("ErrorCategory_Reason", false),
		CategoryTargetName:    r.text("ErrorCategory_TargetName", false),
		CategoryTargetType:    r.text("ErrorCategory_TargetType", false),
		CategoryMessage:       r.text("ErrorCategory_Message", false),
		DetailsMessage:        r.text("ErrorDetails_Message", false),
		RecommendedAction:     r.text("ErrorDetails_RecommendedAction", false),
		ScriptStackTrace:      r.text("ErrorDetails_ScriptStackTrace", false),
		TargetObject:          r.get("TargetObject", "", false),
		PipelineIterationInfo: r.numbers("PipelineIterationInfo"),
	}
	switch exception := r.get("Exception", "", false).(type) {
	case *Object:
		e.Exception = exception
		if message, ok := exception.Property("Message"); ok && !isNil(message) {
			e.Message = Text(message)
		} else if exception != nil {
			e.Message = Text(exception)
		}
	case nil:
	default: // only its text, since it was too deep within an object
		e.Message = Text(exception)
	}
	if r.boolean("SerializeExtendedInfo", false) {
		e.Invocation = readInvocation(&r, "InvocationInfo_")
	} else if o, ok := r.get("InvocationInfo", "", false).(*Object); ok && o != nil {
		inner := recordReader{record: "InvocationInfo", object: o}
		e.Invocation = readInvocation(&inner, "")
		if inner.err != nil {
			r.fail(inner.err)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return e, nil
}
