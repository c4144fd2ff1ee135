package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// errNoHandover says why a daemon cannot be replaced by a newer one while it
// serves: a process here cannot be started with another's sockets by their
// numbers alone. Sessions outlive a restart all the same.
var errNoHandover = errors.New("handing over to a newer winrmd is not supported on Windows; restart it instead")

// upgradeRequests gives nothing: there is no signal to ask by.
func upgradeRequests() <-chan os.Signal { return nil }

// inherit refuses what cannot be taken over.
func inherit() (*inherited, error) {
	if _, ok := os.LookupEnv(handoverVariable); ok {
		return nil, fmt.Errorf("%s: %w", handoverVariable, errNoHandover)
	}
	return &inherited{}, nil
}

// ownProgram is of no use here.
func ownProgram() (string, error) { return os.Executable() }

func (d *daemon) handOver(context.Context, *listeners) error { return errNoHandover }
