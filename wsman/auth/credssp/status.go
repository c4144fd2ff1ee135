package credssp

import (
	"errors"
	"fmt"
)

// Status is an NTSTATUS (MS-ERREF 2.3), which says why a server refused.
type Status uint32

// The ones that are sent.
const (
	StatusInvalidParameter Status = 0xC000000D
	StatusAccessDenied     Status = 0xC0000022
	StatusLogonFailure     Status = 0xC000006D
	StatusNotSupported     Status = 0xC00000BB
	StatusInternalError    Status = 0xC00000E5
)

// String gives the number, as Windows writes it.
func (s Status) String() string { return fmt.Sprintf("0x%08X", uint32(s)) }

// StatusError is what an Initiator gets where the server said why it refuses.
type StatusError struct{ Status Status }

// Error gives the number.
func (e *StatusError) Error() string {
	return fmt.Sprintf("credssp: server refused with status %s", e.Status)
}

// statusOf is what the client is told about an error: no more than it knows
// already.
func statusOf(err error) Status {
	switch {
	case errors.Is(err, ErrBinding):
		return StatusAccessDenied
	case errors.Is(err, ErrVersion), errors.Is(err, ErrCredentials):
		return StatusNotSupported
	case errors.Is(err, ErrRequest), errors.Is(err, ErrOutOfOrder):
		return StatusInvalidParameter
	case clientsFault(err):
		return StatusLogonFailure
	}
	return StatusInternalError
}

// tellsStatus reports whether a version knows errorCode (MS-CSSP 2.2.1).
func tellsStatus(version int) bool { return version == 3 || version == 4 || version >= 6 }
