package daemon

import (
	"errors"
	"os"
	"testing"
)

// Need ends a test where err is not nil: it skips the test if this machine lacks
// something (ErrMissing), and fails it otherwise. Where CI is true nothing may be
// missing, and it fails in either case.
func Need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, ErrMissing) && os.Getenv("CI") != "true":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}
