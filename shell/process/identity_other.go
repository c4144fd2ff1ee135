//go:build !linux && !darwin && !windows

package process

import (
	"errors"
	"fmt"
)

// Identity is a text that names, together with its number, a process for ever.
// Here it is not known.
func Identity(pid int) (string, error) {
	return "", fmt.Errorf("start of process %d: %w", pid, errors.ErrUnsupported)
}
