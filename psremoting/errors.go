package psremoting

import (
	"errors"
	"slices"

	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// disconnectedError is an error that means that the shell is not this client's
// any more. It is what runspacepool calls it, and what it was.
type disconnectedError struct {
	err error
	is  []error
}

// Error implements error.
func (e *disconnectedError) Error() string { return e.err.Error() }

// Unwrap returns all that it is.
func (e *disconnectedError) Unwrap() []error { return append(slices.Clip(e.is), e.err) }

// gone are the faults by which a server says so: of a Receive that waited, and of
// requests that it refuses.
var (
	gone    = []wsman.FaultCode{wsman.CodeStreamDisconnected}
	refused = []wsman.FaultCode{wsman.CodeShellDisconnected, wsman.CodeShellConnectedToDifferentClient, wsman.CodeSessionIDMismatch}
)

// failure tells errors that mean that the shell is disconnected from others.
func failure(err error) error {
	if err == nil {
		return nil
	}
	is := func(code wsman.FaultCode) bool { return errors.Is(err, code) }
	var lost *wsmanclient.DisconnectedError
	switch {
	case slices.ContainsFunc(refused, is):
		return &disconnectedError{err, []error{runspacepool.ErrDisconnected, runspacepool.ErrTooLate}}
	case slices.ContainsFunc(gone, is), errors.As(err, &lost):
		return &disconnectedError{err, []error{runspacepool.ErrDisconnected}}
	}
	return err
}
