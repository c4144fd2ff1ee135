//go:build unix

package winrs

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

// family is a command with a child in the background and one that it waits
// for. It prints the numbers of all three first.
const family = `sleep 1000 & a=$!; sh -c 'sleep 1000 & echo '$$' '$a' $$ $!; wait'; wait`

func TestCtrlC(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	cmd := run(t, sh, line("echo ready; exec sleep 1000"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	began := time.Now()
	signal(t, sh, cmd, shell.SignalCtrlC)
	assert.Equal(t, 130, finish(t, sh, cmd).exitCode)
	assert.Less(t, time.Since(began), graceInterrupt)
	signal(t, sh, cmd, shell.SignalCtrlC) // pypsrp's release of an ended command
	signal(t, sh, cmd, shell.SignalStop)
}

func TestCtrlCEndsGroup(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	cmd := run(t, sh, line(family))
	pids := strings.Fields(firstLine(t, sh, cmd))
	require.Len(t, pids, 4)
	signal(t, sh, cmd, shell.SignalCtrlC)
	assert.Equal(t, 130, finish(t, sh, cmd).exitCode)
	assertGone(t, pids...)
}

// TestCtrlCIgnored: what ignores the interrupt is killed after 2 s.
func TestCtrlCIgnored(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	cmd := run(t, sh, line("trap '' INT; echo ready; sleep 1000"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	began := time.Now()
	signal(t, sh, cmd, shell.SignalCtrlC)
	<-time.After(graceInterrupt / 2)
	signal(t, sh, cmd, shell.SignalCtrlC) // does not put it off
	assert.Equal(t, 137, finish(t, sh, cmd).exitCode)
	assert.InDelta(t, graceInterrupt.Seconds(), time.Since(began).Seconds(), 0.7)
}

// TestCtrlCHandled: a program may use its time, and what it says is delivered.
func TestCtrlCHandled(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	cmd := run(t, sh, line("trap 'sleep 0.7; echo bye; exit 9' INT; echo ready; while :; do sleep 0.05; done"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	signal(t, sh, cmd, shell.SignalCtrlC)
	assert.Equal(t, result{stdout: "bye\n", exitCode: 9}, finish(t, sh, cmd))
}

func TestCtrlBreak(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	cmd := run(t, sh, line("trap 'echo dump' QUIT; echo ready; while :; do sleep 0.05; done"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	signal(t, sh, cmd, shell.SignalCtrlBreak)
	assert.Equal(t, "dump", firstLine(t, sh, cmd))
	signal(t, sh, cmd, shell.SignalCtrlC)
	assert.Equal(t, 130, finish(t, sh, cmd).exitCode)
}

func TestStopRefused(t *testing.T) {
	sh := openDefault(t)
	cmd := run(t, sh, line("cat"))
	assertCode(t, 87, sh.Signal(t.Context(), alice, cmd.ID(), shell.SignalStop))
	assert.NoError(t, sh.Signal(t.Context(), alice, "", shell.SignalCtrlC))
}

func TestTerminate(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"family":  family,
		"ignores": "trap '' TERM; " + family,
		"stopped": `sleep 1000 & echo $$ $!; kill -STOP $$`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := openDefault(t)
			cmd := run(t, sh, line(text))
			pids := strings.Fields(firstLine(t, sh, cmd))
			signal(t, sh, cmd, shell.SignalTerminate)
			assertGone(t, pids...)
			_, err := sh.Receive(t.Context(), alice, shell.ReceiveRequest{CommandID: cmd.ID(), Streams: []string{"stdout"}})
			assert.ErrorAs(t, err, new(*shell.NotFoundError))
		})
	}
}

// TestTerminateCleansUp: processes have their second, also those whose parent
// is quicker.
func TestTerminateCleansUp(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	file := t.TempDir() + "/cleaned"
	cmd := run(t, sh, line(`sh -c 'trap "sleep 0.6; echo >`+file+`; exit" TERM; echo ready; while :; do sleep 0.01; done' & wait`))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	signal(t, sh, cmd, shell.SignalTerminate)
	assert.Eventually(t, func() bool { return fileExists(file) }, 2*time.Second, 10*time.Millisecond)
}

// TestTerminateBlocked: a command that waits for room ends all the same, while
// the buffers stay full.
func TestTerminateBlocked(t *testing.T) {
	t.Parallel()
	cfg := configuration(Config{})
	cfg.BufferSize, cfg.SpoolSize = 64<<10, 0
	sh := open(t, cfg, shell.OpenRequest{})
	full := run(t, sh, line("yes"))
	require.Eventually(t, func() bool {
		info, err := sh.Info(alice)
		return err == nil && info.BufferedBytes >= cfg.BufferSize
	}, wait, time.Millisecond)
	file := t.TempDir() + "/pid"
	cmd := run(t, sh, line("echo $$ >"+file+"; yes"))
	var pid []byte
	require.Eventually(t, func() bool { pid, _ = os.ReadFile(file); return len(pid) > 0 }, wait, time.Millisecond)
	signal(t, sh, cmd, shell.SignalTerminate)
	assertGone(t, strings.TrimSpace(string(pid)))
	signal(t, sh, full, shell.SignalCtrlC)
	assert.Equal(t, 130, finish(t, sh, full).exitCode)
}

// TestTerminateSpeaks: what a command says while it ends does not stop it,
// although other commands have filled the buffers.
func TestTerminateSpeaks(t *testing.T) {
	t.Parallel()
	cfg := configuration(Config{})
	cfg.BufferSize, cfg.SpoolSize = 64<<10, 0
	sh := open(t, cfg, shell.OpenRequest{})
	file := t.TempDir() + "/ended"
	cmd := run(t, sh, line("trap 'head -c 1000000 /dev/zero; echo >"+file+"; exit' TERM; echo ready; while :; do sleep 0.01; done"))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	run(t, sh, line("yes"))
	require.Eventually(t, func() bool {
		info, err := sh.Info(alice)
		return err == nil && info.BufferedBytes >= cfg.BufferSize
	}, wait, time.Millisecond)
	signal(t, sh, cmd, shell.SignalTerminate)
	assert.Eventually(t, func() bool { return fileExists(file) }, graceTerminate, 5*time.Millisecond)
}

// TestBackground: a child that keeps stdout open does not hold the command up
// and ends with it.
func TestBackground(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		min  time.Duration
	}{
		"holds stdout": {"sleep 1000 & echo $!", grace},
		"silent":       {"sleep 1000 >/dev/null 2>&1 & echo $!", 0},
		"chatters":     {"(while :; do echo; sleep 0.01; done) & echo $!", grace},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sh := openDefault(t)
			began := time.Now()
			out := finish(t, sh, run(t, sh, line(test.text)))
			assert.GreaterOrEqual(t, time.Since(began), test.min)
			assert.Less(t, time.Since(began), test.min+2*time.Second)
			assert.Zero(t, out.exitCode)
			assertGone(t, strings.Fields(out.stdout)[0])
		})
	}
}

// TestLastWords: what a child says shortly after its parent's end is kept.
func TestLastWords(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	out := finish(t, sh, run(t, sh, line("(sleep 0.1; echo late) & echo early; exit 4")))
	assert.Equal(t, result{stdout: "early\nlate\n", exitCode: 4}, out)
}

// TestLeaver: a program that has left the group goes on, and the command ends
// without it, although it keeps writing to stdout.
func TestLeaver(t *testing.T) {
	t.Parallel()
	requireTool(t, "setsid")
	sh := openDefault(t)
	cmd := run(t, sh, line(`setsid sh -c 'echo $$; while :; do sleep 0.01; echo more || exit; done' & sleep 0.3; head -c 50000 /dev/zero`))
	pid := firstLine(t, sh, cmd)
	out := finish(t, sh, cmd)
	assert.Zero(t, out.exitCode)
	assert.Equal(t, 50000, strings.Count(out.stdout, "\x00"))
	assertGone(t, pid) // of SIGPIPE, not of us
}

// TestLeaverWithStdin: nor does it wait for one that holds stdin and does not
// read it.
func TestLeaverWithStdin(t *testing.T) {
	t.Parallel()
	requireTool(t, "setsid")
	sh := openDefault(t)
	cmd := run(t, sh, line(`exec 3<&0; setsid sleep 4 >/dev/null 2>&1 & echo ready; sleep 0.3`))
	require.Equal(t, "ready", firstLine(t, sh, cmd))
	require.NoError(t, send(t, sh, cmd, strings.Repeat("x", 1<<20), false))
	began := time.Now()
	assert.Zero(t, finish(t, sh, cmd).exitCode)
	assert.Less(t, time.Since(began), 2*time.Second)
}

func TestClose(t *testing.T) {
	t.Parallel()
	sh := openDefault(t)
	var pids []string
	for _, text := range []string{family, "trap '' INT TERM HUP; " + family, "echo $$; yes", "sleep 1000 & echo $!"} {
		cmd := run(t, sh, line(text))
		pids = append(pids, strings.Fields(firstLine(t, sh, cmd))...)
	}
	began := time.Now()
	require.NoError(t, sh.Close(alice))
	assert.Less(t, time.Since(began), shell.CloseTimeout)
	for _, pid := range pids {
		assertGone(t, pid)
	}
	r := line("true")
	_, err := sh.Command(t.Context(), alice, "", &r)
	assert.Error(t, err)
}

// TestCloseInTime: Close kills when its time is up.
func TestCloseInTime(t *testing.T) {
	t.Parallel()
	spy := &spy{Plugin: New(Config{})}
	cfg := configuration(Config{})
	cfg.Plugin = spy
	sh := open(t, cfg, shell.OpenRequest{})
	cmd := run(t, sh, line("trap '' TERM; echo $$; sleep 1000 & wait; sleep 1000"))
	pid := firstLine(t, sh, cmd)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, spy.instance.Close(ctx), context.DeadlineExceeded)
	assertGone(t, pid)
	assert.Eventually(t, spy.idle, graceTerminate/2, 5*time.Millisecond, "a killed command is waited for")
	r := line("true")
	_, err := sh.Command(t.Context(), alice, "", &r)
	assert.ErrorIs(t, err, shell.ErrClosed)
	assert.NoError(t, spy.instance.Close(t.Context()), "a second time")
}

// spy is a Plugin that shows its instance.
type spy struct {
	*Plugin
	instance *instance
}

func (s *spy) Open(ctx context.Context, r *shell.OpenRequest, host shell.Host) (shell.Instance, error) {
	i, err := s.Plugin.Open(ctx, r, host)
	if err == nil {
		s.instance = i.(*instance)
	}
	return i, err
}

// idle reports whether nothing is left of any command.
func (s *spy) idle() bool {
	s.instance.mu.Lock()
	defer s.instance.mu.Unlock()
	return len(s.instance.processes) == 0
}

// TestNothingIsKept: a shell keeps nothing of commands that have ended.
func TestNothingIsKept(t *testing.T) {
	spy := &spy{Plugin: New(Config{})}
	cfg := configuration(Config{})
	cfg.Plugin = spy
	sh := open(t, cfg, shell.OpenRequest{})
	files := openFiles(t)
	for range 100 {
		finish(t, sh, run(t, sh, line("sleep 0 & exit 1")))
	}
	assert.Eventually(t, spy.idle, wait, 5*time.Millisecond)
	assert.InDelta(t, files, openFiles(t), 5)
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return len(list)
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// requireTool skips a test for want of a program, except where everything must
// be there.
func requireTool(t *testing.T, name string) {
	t.Helper()
	_, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		require.NoError(t, err)
	default:
		t.Skipf("no %s: %v", name, err)
	}
}
