package clixml

import (
	"fmt"
	"strings"
)

// Error says what is wrong with a document, and where.
type Error struct {
	Offset int    // in bytes from the beginning of what was read, after a byte order mark
	Path   string // the elements around, as in Obj/MS/I32[Count]
	Reason string // for people
	Err    error  // the cause, such as a *LimitError; may be nil
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CLIXML at byte %d", e.Offset)
	if e.Path != "" {
		fmt.Fprintf(&b, " (%s)", e.Path)
	}
	b.WriteString(": " + e.Reason)
	if e.Err != nil {
		if e.Reason != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// LimitError says that a document, or a value to be written, is larger than a
// limit allows.
type LimitError struct {
	Name  string // of the field of Limits, or "MaxEncodedDepth"
	Limit int
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("more than the limit %s of %d allows", e.Name, e.Limit)
}

// RangeError is text or a number that a primitive type cannot hold, or a value
// that has no form in CLIXML.
type RangeError struct {
	Type   string // as PowerShell calls it, such as Int32
	Text   string // what was to be held; cut if it is long
	Reason string // what is allowed
}

// Error implements error.
func (e *RangeError) Error() string {
	return fmt.Sprintf("%.60q is no %s: %s", e.Text, e.Type, e.Reason)
}
