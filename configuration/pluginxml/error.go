package pluginxml

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/configuration"
)

// What can be wrong besides a value; an Error may wrap one of these.
var (
	// ErrMalformed says that the text is no XML, or XML that is too large or too
	// deep to be a plug-in's, or has a document type.
	ErrMalformed = errors.New("this is not XML of a plug-in")
	// ErrForm says that there is an element or a text where none may be.
	ErrForm = errors.New("this does not belong into the XML of a plug-in")
	// ErrMissing says that something is not there.
	ErrMissing = errors.New("is missing")
	// ErrSddl says that a security descriptor cannot be read.
	ErrSddl = errors.New("no security descriptor in SDDL")
)

// Error says what is wrong in a plug-in's XML, and where.
type Error struct {
	// Where is the attribute as the XML names it, for example "IdleTimeoutms",
	// or the parameter or element; empty where the text as a whole is wrong.
	Where string
	// Err is what is wrong.
	Err error
}

// Error is "WHERE: what".
func (e *Error) Error() string {
	if e.Where == "" {
		return e.Err.Error()
	}
	return e.Where + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Note says what was found that has no place or no equal in winrmd, or that has
// no effect. It is for people.
type Note struct {
	// Where is the attribute or parameter, for example "RunAsUser" or "Sddl".
	Where string
	// Text says in a sentence what becomes of it.
	Text string
}

// String is "WHERE: TEXT".
func (n Note) String() string { return n.Where + ": " + n.Text }

// inTermsOfXML says what Session.Check has found by the names that the XML has.
func inTermsOfXML(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range several.Unwrap() {
			all = append(all, inTermsOfXML(one)...)
		}
		return all
	}
	var file *configuration.FileError
	if errors.As(err, &file) {
		return []error{&Error{Where: placeOf(file.Key), Err: file.Err}}
	}
	return []error{&Error{Err: fmt.Errorf("the settings are wrong: %w", err)}}
}
