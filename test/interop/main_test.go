package interop

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/winrmd/winrmd/test/matrix"
)

// slots bounds how many tests work at the same time. They wait more than they
// compute, so there are more than a small machine has cores.
var slots = make(chan struct{}, 4)

// takeSlot waits for a slot, which the test has until its end.
func takeSlot(t *testing.T) {
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
}

// TestMain lets every test start at once: slots bound what they do, and a test
// that only waits for a minute to pass must not hold up another.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "200"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	status := matrix.Done("interop", m.Run())
	if err := cleanUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// cleanUp removes what the tests built.
func cleanUp() error {
	if workDirectory == "" {
		return nil
	}
	return os.RemoveAll(workDirectory)
}

// workDirectory holds the server that was built; empty until then.
var workDirectory string

// errMissing marks something that the machine lacks, in contrast to something
// that went wrong.
var errMissing = errors.New("missing on this machine")

// need skips the test if err says that a tool is missing and fails it
// otherwise. Where CI is true nothing may be missing.
func need(t *testing.T, err error) {
	t.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errMissing) && os.Getenv("CI") != "true":
		t.Skip(err)
	default:
		t.Fatal(err)
	}
}

// repositoryRoot returns the directory that holds go.mod.
func repositoryRoot() (string, error) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		return "", fmt.Errorf("the repository's root: %w", err)
	}
	return root, nil
}
