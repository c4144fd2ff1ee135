package main

import (
	"errors"
	"fmt"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// The exit statuses.
const (
	exitOther     = 1
	exitUsage     = 2
	exitRefused   = 3
	exitUnreached = 4
	exitFault     = 5
)

// usageError says what is wrong with the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }

func (e *usageError) Unwrap() error { return e.err }

func usage(format string, a ...any) error { return &usageError{fmt.Errorf(format, a...)} }

// exitStatus is what a script can go by.
func exitStatus(err error) int {
	if ended, ok := errors.AsType[*remoteExit](err); ok {
		return ended.status()
	}
	if _, ok := errors.AsType[*shellFailure](err); ok {
		return exitShell
	}
	var (
		wrong     *usageError
		refused   *wsmanclient.AuthenticationError
		unreached *wsmanclient.NetworkError
		fault     *wsman.Fault
	)
	switch {
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &refused):
		return exitRefused
	case errors.As(err, &unreached):
		return exitUnreached
	case errors.As(err, &fault):
		return exitFault
	}
	return exitOther
}

// message is an error for people: of a fault what the server says, with its
// number.
func message(err error) string {
	if errors.Is(err, wsmanclient.ErrUnencrypted) {
		return "passwords and messages would go in clear: say an https URL with --url, or --auth negotiate, which seals them, " +
			"or allow it with --allow-unencrypted"
	}
	if fault := (*wsman.Fault)(nil); errors.As(err, &fault) {
		return fmt.Sprintf("%s (0x%08X)", fault.Message(), uint32(fault.WSMan.Code))
	}
	return err.Error()
}
