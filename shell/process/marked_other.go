//go:build !linux && !windows

package process

import (
	"context"
	"errors"
	"fmt"
)

// Marked lists the processes that have a variable in their environment. Here no
// environments of others can be read.
func Marked(string, string) ([]int, error) {
	return nil, fmt.Errorf("environments of processes: %w", errors.ErrUnsupported)
}

// KillMarked kills the processes that Marked finds.
func KillMarked(context.Context, string, string) error {
	return fmt.Errorf("environments of processes: %w", errors.ErrUnsupported)
}
