package shell

import (
	"errors"
	"fmt"
	"time"
)

// Errors that need no data of their own.
var (
	// ErrTimedOut ends a Receive that had nothing to give in time. It is the
	// ordinary end of a long poll, not a failure.
	ErrTimedOut = errors.New("shell: no output within the operation timeout")
	// ErrStreamDisconnected ends a Receive that waits while its shell is
	// disconnected.
	ErrStreamDisconnected = errors.New("shell: the stream is disconnected")
	// ErrClosed ends what waits on a shell or command that is closed.
	ErrClosed = errors.New("shell: closed")
)

// AccessError says that a shell is somebody else's.
type AccessError struct {
	User    string
	ShellID string
}

func (e *AccessError) Error() string {
	return fmt.Sprintf("shell %s does not belong to user %s", e.ShellID, e.User)
}

// NotFoundError says that there is no such shell, or no such command in it.
type NotFoundError struct {
	ShellID   string
	CommandID string // empty: the shell itself is unknown
}

func (e *NotFoundError) Error() string {
	if e.CommandID == "" {
		return fmt.Sprintf("there is no shell %s", e.ShellID)
	}
	return fmt.Sprintf("shell %s has no command %s", e.ShellID, e.CommandID)
}

// ConflictError says that an identifier that the client chose is in use.
type ConflictError struct {
	ShellID   string
	CommandID string // empty: the shell's own identifier
}

func (e *ConflictError) Error() string {
	if e.CommandID == "" {
		return fmt.Sprintf("a shell %s exists already", e.ShellID)
	}
	return fmt.Sprintf("shell %s has a command %s already", e.ShellID, e.CommandID)
}

// StateReason says why an operation does not fit a shell's state.
type StateReason int

// The reasons of a StateError.
const (
	// ReasonDisconnected: the shell was disconnected by its client.
	ReasonDisconnected StateReason = iota + 1
	// ReasonOtherClient: another client is attached.
	ReasonOtherClient
	// ReasonOtherSession: only the client that disconnected may reconnect.
	ReasonOtherSession
	// ReasonDisconnectNotSupported: the shell was made without a ShellId.
	ReasonDisconnectNotSupported
	// ReasonAlreadyDisconnected: it cannot be disconnected twice.
	ReasonAlreadyDisconnected
)

// StateError says that an operation does not fit the state of a shell.
type StateError struct {
	ShellID string
	Reason  StateReason
}

func (e *StateError) Error() string {
	text := map[StateReason]string{
		ReasonDisconnected:           "is disconnected; connect or reconnect to it first",
		ReasonOtherClient:            "is connected to a different client",
		ReasonOtherSession:           "was disconnected by a different client session; connect to it instead",
		ReasonDisconnectNotSupported: "does not support disconnecting, because it was created without a ShellId",
		ReasonAlreadyDisconnected:    "is disconnected already",
	}[e.Reason]
	return fmt.Sprintf("shell %s %s", e.ShellID, text)
}

// Quota names a limit of a configuration as Windows does.
type Quota string

// The quotas.
const (
	QuotaShells           Quota = "MaxShells"
	QuotaShellsPerUser    Quota = "MaxShellsPerUser"
	QuotaConcurrentUsers  Quota = "MaxConcurrentUsers"
	QuotaCommandsPerShell Quota = "MaxConcurrentCommandsPerShell"
)

// QuotaError says which quota is used up, what it allows and what was asked
// for.
type QuotaError struct {
	Quota Quota
	// Limit is what the quota allows, Asked what there would have been.
	Limit, Asked int
	// Configuration is the name of the configuration that has the quota; empty
	// for one over the shells of all configurations.
	Configuration string
}

func (e *QuotaError) Error() string {
	of := "of the service"
	if e.Configuration != "" {
		of = "of configuration " + e.Configuration
	}
	return fmt.Sprintf("%s %s allows %d, and this would be %d; close a shell or command that is not needed, or ask an administrator to raise it",
		e.Quota, of, e.Limit, e.Asked)
}

// IdleTimeoutError says that an idle timeout is out of bounds.
type IdleTimeoutError struct {
	Asked, Min, Max time.Duration
}

func (e *IdleTimeoutError) Error() string {
	return fmt.Sprintf("an idle timeout of %d ms was asked for; it must be from %d to %d ms",
		e.Asked.Milliseconds(), e.Min.Milliseconds(), e.Max.Milliseconds())
}

// StreamError says that a shell or command has no such stream.
type StreamError struct {
	Stream string
	// Shell is true where a stream of the shell itself was meant.
	Shell bool
}

func (e *StreamError) Error() string {
	if e.Shell {
		return fmt.Sprintf("the shell itself has no stream %q", e.Stream)
	}
	return fmt.Sprintf("there is no stream %q", e.Stream)
}

// EndedError says that what runs in a shell ended by itself.
type EndedError struct {
	ShellID string
	Cause   error
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("shell %s has ended: %v", e.ShellID, e.Cause)
}

func (e *EndedError) Unwrap() error { return e.Cause }

// PluginError is a refusal in a plug-in's own words and with its own number
// (for PowerShell MS-PSRP 3.2.5.3.2 and the codes 0x805407D0 to 0x80540FA3,
// for command shells Windows error codes).
type PluginError struct {
	Code    uint32
	Message string
	Cause   error
}

func (e *PluginError) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return fmt.Sprintf("%s: %v", e.Message, e.Cause)
}

func (e *PluginError) Unwrap() error { return e.Cause }
