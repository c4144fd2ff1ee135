package wsmanclient

import "time"

// Event is something that happened to the network of a shell.
type Event struct {
	Kind  EventKind
	Shell *Shell
	// Err is what happened last: a *NetworkError or an *HTTPError; with
	// RetryAborted, why the shell is given up.
	Err error
	// Remaining is for how long it is tried again yet.
	Remaining time.Duration
}

// EventKind is what happened. The names are those of the flags that Windows'
// client gives to its callbacks (WSMAN_FLAG_CALLBACK_…).
type EventKind int

// The kinds of events, in the order in which they come.
const (
	// NetworkFailureDetected: an operation of the shell failed, and none before
	// since the network was well.
	NetworkFailureDetected EventKind = iota + 1
	// RetryingAfterNetworkFailure: the server is about to be tried again.
	RetryingAfterNetworkFailure
	// ReconnectedAfterNetworkFailure: the server answers; operations go on.
	ReconnectedAfterNetworkFailure
	// ShellAutoDisconnecting: RetryTime is over.
	ShellAutoDisconnecting
	// ShellAutoDisconnected: the shell's operations fail from now on with a
	// *DisconnectedError.
	ShellAutoDisconnected
	// RetryAborted: trying again is of no use, since the server does not let the
	// client in any more. Operations fail with the event's Err.
	RetryAborted
)

// String is the kind's name.
func (k EventKind) String() string {
	switch k {
	case NetworkFailureDetected:
		return "NetworkFailureDetected"
	case RetryingAfterNetworkFailure:
		return "RetryingAfterNetworkFailure"
	case ReconnectedAfterNetworkFailure:
		return "ReconnectedAfterNetworkFailure"
	case ShellAutoDisconnecting:
		return "ShellAutoDisconnecting"
	case ShellAutoDisconnected:
		return "ShellAutoDisconnected"
	case RetryAborted:
		return "RetryAborted"
	}
	return "unknown"
}
