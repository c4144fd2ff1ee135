//go:build unix

package spool

import "golang.org/x/sys/unix"

// fullErrors are the system's errors that say that a disk has no room.
var fullErrors = []error{unix.ENOSPC, unix.EDQUOT}
