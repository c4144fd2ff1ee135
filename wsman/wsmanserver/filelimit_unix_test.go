//go:build unix

package wsmanserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fileLimit is how many files this process may have open.
func fileLimit(t *testing.T) int {
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	return int(min(uint64(limit.Cur), 1<<20))
}
