//go:build linux

package accounts

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	known "github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/test/account"
	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// patience is for what takes a moment on a busy machine.
const patience = time.Minute

// programs is where everybody may run what the tests need.
var programs string

// TestMain is also the program that pretends to be a host.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "winrmd-test-impostor" {
		fmt.Fprintln(os.Stderr, pretend(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if programs, err = os.MkdirTemp("", "winrmd-accounts-"); err == nil {
		err = os.Chmod(programs, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(programs)
	return m.Run()
}

// build builds the server, and copies the engine, which may lie in somebody's home.
var build = sync.OnceValue(func() error {
	engine, err := daemon.Engine()
	if err != nil {
		return err
	}
	if engine, err = filepath.EvalSymlinks(engine); err != nil {
		return err
	}
	copied := filepath.Join(programs, "engine")
	if err := os.CopyFS(copied, os.DirFS(filepath.Dir(engine))); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join("engine", filepath.Base(engine)), filepath.Join(programs, "pwsh")); err != nil {
		return err
	}
	if _, err := daemon.Build(programs, "-race"); err != nil {
		return err
	}
	return filepath.WalkDir(programs, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.Chmod(path, info.Mode()|0o444|info.Mode()&0o100>>6|info.Mode()&0o100>>3)
	})
})

// world is a server with its own account, and users with theirs.
type world struct {
	*testing.T
	*daemon.Daemon
	log      *lockedLog
	service  *known.Account
	ann, bob *known.Account
}

type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newWorld starts a server as the superuser, which becomes an account of its own.
func newWorld(t *testing.T, settings string) *world {
	t.Helper()
	return newWorldOf(t, filepath.Join(programs, "winrmd"), settings)
}

// newWorldOf is newWorld for a program file of its own.
func newWorldOf(t *testing.T, program, settings string) *world {
	t.Helper()
	w := &world{T: t, log: &lockedLog{}}
	w.service, w.ann, w.bob = account.New(t, "--system"), account.New(t), account.New(t)
	for _, a := range []*known.Account{w.ann, w.bob} {
		require.NoError(t, os.Chmod(a.Home, 0o700))
	}
	daemon.Need(t, build())
	d, err := daemon.Start(daemon.Config{
		Program: program, Engine: filepath.Join(programs, "pwsh"), Settings: settings,
		Arguments: []string{"--service-account", w.service.Name}, FixedPorts: true, Log: w.log,
	})
	require.NoError(t, err, "%s", w.log)
	w.Daemon = d
	t.Cleanup(func() {
		assert.NoError(t, w.Stop())
		if t.Failed() {
			t.Log(w.log.String())
		}
		w.noStarter()
	})
	require.NoError(t, w.AddUser(w.ann.Name))
	require.NoError(t, w.AddUser(w.bob.Name))
	return w
}

// noStarter waits until the starter has gone, after its daemon.
func (w *world) noStarter() {
	assert.Eventually(w, func() bool { return len(processes(w, "starter", w.State())) == 0 }, patience, 10*time.Millisecond)
}

// processes are the processes whose command lines have these words.
func processes(t testing.TB, words ...string) (pids []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		line, found := string(text), true
		for _, word := range words {
			found = found && strings.Contains(line, word)
		}
		var pid int
		if _, err := fmt.Sscanf(path, "/proc/%d/", &pid); err == nil && found {
			pids = append(pids, pid)
		}
	}
	return pids
}

// owner is the account that a process runs as.
func owner(t testing.TB, pid int) int {
	t.Helper()
	info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	require.NoError(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// client is a client of a user.
func (w *world) client(a *known.Account) *psremoting.Client {
	w.Helper()
	config, err := w.TLS()
	require.NoError(w, err)
	c, err := psremoting.New(w.HTTPS, wsmanclient.Config{Authentication: wsmanclient.Basic(a.Name, daemon.Password), TLS: config})
	require.NoError(w, err)
	w.Cleanup(func() { c.Close() })
	return c
}

// open opens a session of a user.
func (w *world) open(a *known.Account) *runspacepool.RunspacePool {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	pool, err := w.client(a).Open(ctx, psremoting.Options{})
	require.NoError(w, err, "%s", w.log)
	return pool
}

// run runs a script and returns what it puts out, a line for each object, errors
// with a word before them.
func (w *world) run(pool *runspacepool.RunspacePool, script string) string {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script(script)}})
	require.NoError(w, err)
	return w.output(ctx, pipeline)
}

func (w *world) output(ctx context.Context, pipeline *runspacepool.Pipeline) string {
	w.Helper()
	var lines []string
	for record, err := range pipeline.Records(ctx) {
		if err != nil {
			lines = append(lines, "ended: "+err.Error())
			break
		}
		switch record.Stream {
		case runspacepool.StreamOutput:
			lines = append(lines, fmt.Sprint(record.Value))
		case runspacepool.StreamError:
			lines = append(lines, fmt.Sprint("error: ", record))
		}
	}
	return strings.Join(lines, "\n")
}

// as runs a program of the system as an account.
func as(a *known.Account, program string, arguments ...string) (string, error) {
	cmd := exec.Command(program, arguments...)
	groups := make([]uint32, len(a.Groups))
	for i, gid := range a.Groups {
		groups[i] = uint32(gid)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID), Groups: groups}}
	cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/bin:/bin"}
	text, err := cmd.CombinedOutput()
	return string(text), err
}
