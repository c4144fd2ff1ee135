package runspacepool

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// ErrClosed says that the pool was closed at this side.
var ErrClosed = errors.New("the runspace pool is closed")

// ErrNoDisconnect says that the server speaks a version of the protocol without
// disconnection: Windows 7 and Windows Server 2008 R2.
var ErrNoDisconnect = errors.New("the server cannot disconnect runspace pools: it needs version 2.2 of the protocol")

// StateError says that something cannot be done in the state that a pool or
// pipeline has.
type StateError struct {
	Operation string
	State     string // such as Opened
}

// Error implements error.
func (e *StateError) Error() string {
	return fmt.Sprintf("%s is not possible while the state is %s", e.Operation, e.State)
}

// PoolError says that the pool has broken.
type PoolError struct {
	// Record is the server's reason; nil if it gave none.
	Record *clixml.ErrorRecord
	// Err is what went wrong, if it was not the server that said so.
	Err error
}

// Error implements error.
func (e *PoolError) Error() string {
	switch {
	case e.Record != nil:
		return "the runspace pool is broken: " + e.Record.Text()
	case e.Err != nil:
		return "the runspace pool is broken: " + e.Err.Error()
	}
	return "the runspace pool is broken"
}

// Unwrap returns the record, or what went wrong.
func (e *PoolError) Unwrap() error {
	if e.Record != nil {
		return e.Record
	}
	return e.Err
}

// PipelineError says how a pipeline has ended that did not complete.
type PipelineError struct {
	// State is Failed or Stopped.
	State psrp.PSInvocationState
	// Record is the error that ended it; nil if there is none.
	Record *clixml.ErrorRecord
	// Err is what went wrong, if it was not the server that said so.
	Err error
}

// Error implements error.
func (e *PipelineError) Error() string {
	text := "the pipeline has failed"
	if e.State == psrp.PSInvocationStopped {
		text = "the pipeline was stopped"
	}
	switch {
	case e.Record != nil:
		return text + ": " + e.Record.Text()
	case e.Err != nil:
		return text + ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the record, or what went wrong.
func (e *PipelineError) Unwrap() error {
	if e.Record != nil {
		return e.Record
	}
	return e.Err
}

// ObjectError says that something that a pipeline has put out cannot be read. It
// is no end: Next goes on with what follows.
type ObjectError struct {
	Type psrp.MessageType
	Err  error // a *clixml.Error or *clixml.RecordError, for example
}

// Error implements error.
func (e *ObjectError) Error() string {
	return fmt.Sprintf("a %v cannot be read: %v", e.Type, e.Err)
}

// Unwrap returns why.
func (e *ObjectError) Unwrap() error { return e.Err }

// errNoState is the reason of a pipeline whose command ended without a word.
var errNoState = errors.New("the command ended without the state of its pipeline")
