package process

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	soon  = 10 * time.Second
	often = 5 * time.Millisecond
)

// aloneVariable names the test that has this process for itself.
const aloneVariable = "WINRMD_TEST_ALONE"

// alone runs a test in a process of its own and reports whether this is it: what
// a test does as a reaper, it does to the whole process.
func alone(t *testing.T, prepare ...func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(aloneVariable) == t.Name() {
		return true
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=60s")
	c.Env = append(os.Environ(), aloneVariable+"="+t.Name(), "GORACE=atexit_sleep_ms=0")
	for _, p := range prepare {
		p(c)
	}
	c.WaitDelay = time.Second // who is left may hold its output open
	output, err := c.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Contains(t, string(output), "--- PASS: "+t.Name())
	return false
}

// sleepers are the processes that run "sleep" for a time that only one test asks
// for. None may be left at its end.
type sleepers string

func newSleepers(t *testing.T) sleepers {
	t.Helper()
	s := sleepers(strconv.Itoa(10_000_000 + rand.IntN(80_000_000)))
	t.Cleanup(func() {
		s.none(t)
		for _, pid := range s.pids(t) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return s
}

// command has "sleep N" for each "zzz".
func (s sleepers) command(script string) *exec.Cmd {
	return exec.Command("/bin/sh", "-c", strings.ReplaceAll(script, "zzz", "sleep "+string(s)))
}

// leave runs a script to its end.
func (s sleepers) leave(t *testing.T, script string) {
	t.Helper()
	c := s.command(script)
	_, err := Start(c)
	require.NoError(t, err)
	require.NoError(t, c.Wait())
}

func (s sleepers) pids(t *testing.T) []int {
	t.Helper()
	all, err := pids()
	require.NoError(t, err)
	var found []int
	for _, pid := range all {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if string(line) == "sleep\x00"+string(s)+"\x00" {
			found = append(found, pid)
		}
	}
	return found
}

// wait waits until so many sleep.
func (s sleepers) wait(t *testing.T, atLeast int) []int {
	t.Helper()
	var found []int
	require.Eventually(t, func() bool {
		found = s.pids(t)
		return len(found) >= atLeast
	}, soon, often, "nobody sleeps")
	return found
}

func (s sleepers) none(t *testing.T) {
	t.Helper()
	assert.Eventually(t, func() bool { return len(s.pids(t)) == 0 }, soon, often, "somebody is left")
}

// noChildren waits until this process has no children, not even zombies.
func noChildren(t *testing.T) {
	t.Helper()
	assert.Eventually(t, func() bool { return len(children(os.Getpid())) == 0 }, soon, often, "a child is left")
}

// newScope makes a scope that must be gone at the end of the test.
func newScope(t *testing.T) *Scope {
	t.Helper()
	s, err := NewScope(fmt.Sprintf("test-%d-%d", os.Getpid(), rand.Uint32()))
	skipWithout(t, err)
	require.NoError(t, err)
	t.Cleanup(func() {
		if assert.NoDirExists(t, s.Path()) {
			return
		}
		_ = s.Kill() // of a test that has failed
		_ = s.Remove(context.Background())
	})
	return s
}

// skipWithout skips a test where there are no control groups. There are in CI.
func skipWithout(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "true" && err != nil {
		t.Skipf("needs a writable cgroup v2: %v", err)
	}
}

// unified is where this process makes its scopes.
func unified(t *testing.T) string {
	t.Helper()
	dir, err := scopesDirectory()
	skipWithout(t, err)
	require.NoError(t, err)
	return dir
}

// makeGroup makes a control group that is none of ours.
func makeGroup(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(unified(t), name)
	err := os.Mkdir(path, 0o755)
	skipWithout(t, err)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, syscall.Rmdir(path)) })
	return path
}
