//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// surviveDaemon lets a process go on whose log nobody reads any more, and
// whose terminal has gone.
func surviveDaemon() { signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP) }
