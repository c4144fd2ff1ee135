//go:build linux

package upgrade

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// firstRelease is the subject of the commit whose program is the older one in the
// tests of an upgrade: the first in this history that could hand over. A subject,
// because a commit's name changes when it is taken into another history.
const firstRelease = "Host shells in processes of their own, seal, configure, and speak as a client"

// workDirectory holds the programs that were built.
var workDirectory string

// atOnce is how many tests run at the same time: they wait more than they
// compute, so there may be more of them than a small machine has cores.
const atOnce = "6"

// TestMain lets them.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrmd-upgrade-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	return m.Run()
}

// build builds this source's program once.
var build = sync.OnceValues(func() (string, error) { return daemon.Build(workDirectory, raceFlags()...) })

// buildOld builds firstRelease's once. A clone without its history has only this
// source's own: then an upgrade is one to the same version.
var buildOld = sync.OnceValues(func() (string, error) {
	commit, err := exec.Command("git", "log", "-1", "--format=%H", "--fixed-strings", "--grep="+firstRelease).Output()
	if err != nil || len(bytes.TrimSpace(commit)) == 0 {
		fmt.Fprintf(os.Stderr, "this clone lacks the commit %q: the older program of the tests is the newer one\n", firstRelease)
		return build()
	}
	source := filepath.Join(workDirectory, "source")
	if err := os.Mkdir(source, 0o700); err != nil {
		return "", err
	}
	// git archive needs no work tree and leaves nothing in the repository.
	script := `set -e; cd "$(git rev-parse --show-toplevel)"; git archive "$1" | tar -x -C "$2"; cd "$2"; go build -o "$3" ./cmd/winrmd`
	program := filepath.Join(workDirectory, "winrmd-old")
	output, err := exec.Command("sh", "-c", script, "sh", string(bytes.TrimSpace(commit)), source, program).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the program of %s: %w\n%s", firstRelease, err, output)
	}
	return program, nil
})

// newProgram is the program of this source.
func newProgram(t *testing.T) string {
	t.Helper()
	path, err := build()
	require.NoError(t, err)
	return path
}

// oldProgram is the program of the commit firstRelease.
func oldProgram(t *testing.T) string {
	t.Helper()
	path, err := buildOld()
	require.NoError(t, err)
	return path
}

// engine finds the PowerShell engine, or skips the test where there is none.
// With CI=true there must be one.
func engine(t *testing.T) string {
	t.Helper()
	path, err := daemon.Engine()
	daemon.Need(t, err)
	return path
}

// within is a context that ends after d, or with the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
