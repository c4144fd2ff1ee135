//go:build !unix

package wsmanserver_test

import "testing"

// fileLimit is how many files this process may have open: no limit is known.
func fileLimit(*testing.T) int { return 1 << 20 }
