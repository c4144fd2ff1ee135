//go:build unix

package process

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// LimitFiles limits the files and sockets that this process may have open, and
// each process that it will start. 0 does not limit. A host calls it although it
// is confined already: Go gives its children the limit that it has found at its
// start, unless the process sets one itself.
func LimitFiles(files int) error {
	if files <= 0 {
		return nil
	}
	limit := unix.Rlimit{Cur: uint64(files), Max: uint64(files)}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return noLimit(limitOpenFiles, fmt.Errorf("%d: %w", files, err))
	}
	return nil
}
