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

// KillMarked kills the processes of the session that a variable's value names: they
// are in the job of that name, which nothing leaves.
func KillMarked(_ context.Context, _, value string) error { return KillConfined(value) }
