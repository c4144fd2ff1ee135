//go:build linux && machine

package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/test/daemon"
)

// repository is the module's directory, seen from this package.
var repository = filepath.Join("..", "..")

// cache is where the script install puts the kernel.
var cache = filepath.Join(repository, ".cache", "machine")

// consoleLog keeps what the guest has said last, for who looks after a failure.
var consoleLog = filepath.Join(cache, "console.log")

// TestMain ends the guest that tests have started.
func TestMain(m *testing.M) {
	status := m.Run()
	if err := guest.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// guest is the one machine of all tests: to boot one takes longer than most tests.
var guest shared

type shared struct {
	once    sync.Once
	share   string // this machine's directory
	machine *Machine
	err     error
}

// get starts the guest at the first call.
func (s *shared) get() (*Machine, error) {
	s.once.Do(func() { s.err = s.start() })
	return s.machine, s.err
}

// stop ends the guest, if there is one.
func (s *shared) stop() (err error) {
	if s.machine != nil {
		err = s.machine.Close()
	}
	return errors.Join(err, os.RemoveAll(s.share))
}

// programs are what the guest has in Share: packages, and whether a package's
// tests are meant. Without cgo they need nothing of the machine, and with the race
// detector they would be too slow.
var programs = []struct {
	name, path string
	tests      bool
}{
	{"agent", "./test/machine/agent", false},
	{"winrmd", "./cmd/winrmd", false},
	{"winrm", "./cmd/winrm", false},
	{"process.test", "./shell/process", true},
	{"starter.test", "./shell/starter", true},
}

func (s *shared) start() error {
	kernel, err := FindKernel(cache)
	if err != nil {
		return err
	}
	if s.share, err = os.MkdirTemp("", "machine-share-"); err != nil {
		return err
	}
	if err := os.Chmod(s.share, 0o755); err != nil {
		return err
	}
	for _, p := range programs {
		arguments := []string{"build"}
		if p.tests {
			arguments = []string{"test", "-c"}
		}
		c := exec.Command("go", append(arguments, "-o", filepath.Join(s.share, p.name), p.path)...)
		c.Dir, c.Env = repository, append(os.Environ(), "CGO_ENABLED=0")
		if text, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s %s: %w\n%s", arguments[0], p.path, err, text)
		}
	}
	// The helper for PAM calls libpam, which the guest has as this machine has it.
	pam := exec.Command("go", "build", "-tags", "pam", "-o", filepath.Join(s.share, "winrmd-pam"), "./cmd/winrmd-pam")
	pam.Dir = repository
	if text, err := pam.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: winrmd-pam needs cgo and the headers of libpam: %w\n%s", daemon.ErrMissing, err, text)
	}
	unit, err := os.ReadFile(filepath.Join(repository, "contrib", "systemd", "winrmd.service"))
	if err == nil {
		err = os.WriteFile(filepath.Join(s.share, "winrmd.service"), unit, 0o644)
	}
	if err != nil {
		return err
	}
	s.machine, err = Boot(context.Background(), Config{
		Kernel: kernel, Agent: filepath.Join(s.share, "agent"), Share: s.share, Console: consoleLog,
		MemoryMB: 2048, SwapMB: 1024, Processors: 2,
	})
	if err != nil {
		return err
	}
	// What lies in no file, or in one of a file system in memory, can be given back
	// to swap only.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := s.machine.Run(ctx, Request{Arguments: []string{"/bin/sh", "-ec", "mkswap /dev/vda; swapon /dev/vda"}})
	if err == nil && r.Status != 0 {
		err = fmt.Errorf("exit status %d", r.Status)
	}
	if err != nil {
		return fmt.Errorf("swap: %w\n%s%s", err, r.Output, r.Errors)
	}
	return nil
}

// machine is the guest for a test, or the test's end where there can be none.
func machine(t *testing.T) *tester {
	t.Helper()
	m, err := guest.get()
	if err != nil {
		t.Log(console())
	}
	daemon.Need(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(console())
		}
	})
	return &tester{T: t, machine: m}
}

// console is the end of what the guest has said at its console.
func console() string {
	text, _ := os.ReadFile(consoleLog) // none was started
	lines := strings.Split(strings.ReplaceAll(string(text), "\r", ""), "\n")
	return "console:\n" + strings.Join(lines[max(len(lines)-60, 0):], "\n")
}

// tester is a test in the guest.
type tester struct {
	*testing.T
	machine *Machine
}

// patience is how long a program may take that is no test itself: an emulated
// machine on a busy one is slow.
const patience = 2 * time.Minute

// run runs a program.
func (t *tester) run(r Request) Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	response, err := t.machine.Run(ctx, r)
	require.NoError(t, err, "%v\n%s%s", r.Arguments, response.Output, response.Errors)
	return response
}

// sh runs a script that must succeed, and returns its output without the last newline.
func (t *tester) sh(script string) string {
	t.Helper()
	response := t.run(Request{Arguments: []string{"/bin/bash", "-euc", script}})
	require.Zero(t, response.Status, "%s\n%s%s", script, response.Output, response.Errors)
	return strings.TrimSuffix(response.Output, "\n")
}

func TestMachine(t *testing.T) {
	m := machine(t)
	assert.Equal(t, "cgroup2fs", m.sh("stat -f -c %T /sys/fs/cgroup"))
	assert.Subset(t, strings.Fields(m.sh("cat /sys/fs/cgroup/cgroup.controllers")), []string{"cpu", "memory", "pids"})
	assert.Equal(t, "systemd", m.sh("cat /proc/1/comm"))
	t.Log(m.sh("systemd-analyze time | head -1; systemctl --version | head -1; uname -r"))
	m.sh("touch /etc/of-the-guest")
	assert.NoFileExists(t, "/etc/of-the-guest", "nothing in the guest changes this machine")
}
