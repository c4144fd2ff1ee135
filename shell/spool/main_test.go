package spool_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the entrance of processes that tests start (see startOther).
func TestMain(m *testing.M) {
	if c, ok := otherConfig(); ok {
		runOther(c)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
