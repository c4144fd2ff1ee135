//go:build linux

package fault

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

const (
	diskSize     = 4 << 20
	diskSettings = "[Shell]\nOutputBufferSizeMB = 1\n"
	// lineSize is how many characters a line has.
	lineSize  = 1000
	lineCount = 20000
)

// startOnSmallDisk starts a server that has a small disk for its sessions.
func startOnSmallDisk(t *testing.T) *server {
	t.Helper()
	if os.Geteuid() != 0 && !inCI() {
		t.Skip("only the superuser can mount a small disk")
	}
	s := start(t, diskSettings, func(c *daemon.Config) {
		c.Prepare = func(state string) error {
			shells := filepath.Join(state, "shells")
			if err := os.Mkdir(shells, 0o700); err != nil {
				return err
			}
			return syscall.Mount("tmpfs", shells, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", diskSize))
		}
	})
	s.unmount = func() error { return syscall.Unmount(s.Shells(), syscall.MNT_DETACH) }
	return s
}

// flood is a script that puts out numbered lines, and writes to a file how far
// it is.
type flood struct{ file string }

func newFlood(t *testing.T) flood { return flood{filepath.Join(t.TempDir(), "lines")} }

func (f flood) script() string {
	return fmt.Sprintf("$x = 'x' * %d; for ($n = 1; $n -le %d; $n++) { '{0:d9} {1}' -f $n, $x; [IO.File]::WriteAllText('%s', $n) }",
		lineSize-10, lineCount, f.file)
}

// count is how far the script is.
func (f flood) count() int {
	content, _ := os.ReadFile(f.file)
	n, err := strconv.Atoi(string(content))
	if err != nil {
		return 0 // it is being written
	}
	return n
}

// waitStill waits until the script has not moved for a while, or has ended, and
// returns where it is.
func (f flood) waitStill(t *testing.T) int {
	t.Helper()
	last, since := 0, time.Now()
	require.Eventually(t, func() bool {
		if n := f.count(); n > last {
			last, since = n, time.Now()
		}
		return last == lineCount || last > 0 && time.Since(since) > 2*time.Second
	}, 2*time.Minute, 20*time.Millisecond, "the script does not stop")
	return last
}

// lineNumber reads the number of a line, which must be whole.
func lineNumber(clixml []byte) (int, error) {
	text := withoutMark(clixml)
	if len(text) != lineSize+len("<S></S>") {
		return 0, fmt.Errorf("a line of %d characters", len(text))
	}
	return strconv.Atoi(string(text[len("<S>") : len("<S>")+9]))
}

// used is how much of the disk is used.
func (s *server) used(t *testing.T) int {
	t.Helper()
	var fs syscall.Statfs_t
	require.NoError(t, syscall.Statfs(s.Shells(), &fs))
	return int(fs.Blocks-fs.Bfree) * int(fs.Bsize)
}

// dropped is how many objects of a session are counted as dropped.
func (s *server) dropped(t *testing.T, shellID string) int {
	t.Helper()
	path, err := program()
	require.NoError(t, err)
	output, err := exec.CommandContext(within(t, time.Minute), path, "session", "list", "--state", s.State(), "--output", "json").Output()
	require.NoError(t, err)
	var all []struct {
		ShellID         string `json:"ShellId"`
		DroppedMessages int
	}
	require.NoError(t, json.Unmarshal(output, &all))
	for _, one := range all {
		if one.ShellID == shellID {
			return one.DroppedMessages
		}
	}
	require.Fail(t, "it is not in the list")
	return 0
}

// TestDiskFullBlocks: where the disk takes no more output, the script waits
// until its client takes some, and nothing is lost.
func TestDiskFullBlocks(t *testing.T) {
	t.Parallel()
	s := startOnSmallDisk(t)
	pool := s.open(t)
	ctx := within(t, 3*time.Minute)
	// Somebody waits for another script's output, so that the engine is read on
	// past what nobody takes.
	release := filepath.Join(t.TempDir(), "release")
	other, err := pool.Start(ctx, fmt.Sprintf("while (-not [IO.File]::Exists('%s')) { [Threading.Thread]::Sleep(20) }; 'released'", release), false)
	require.NoError(t, err)
	released := make(chan error, 1)
	var got []string
	go func() {
		released <- other.Wait(ctx, func(clixml []byte) error {
			got = append(got, string(withoutMark(clixml)))
			return nil
		})
	}()
	f := newFlood(t)
	flooding, err := pool.Start(ctx, f.script(), false)
	require.NoError(t, err)
	stopped := f.waitStill(t)
	t.Logf("it stops after %d lines of %d characters; %d bytes of the disk are used", stopped, lineSize, s.used(t))
	assert.Greater(t, s.used(t), diskSize*9/10, "the disk is not full")
	assert.Greater(t, stopped*lineSize, diskSize/2)
	assert.Less(t, stopped*lineSize, 3*diskSize)

	seen := tally{number: lineNumber}
	for f.count() == stopped {
		require.Less(t, seen.last, stopped, "all of it was received and the script does not go on")
		_, err := flooding.Receive(ctx, seen.add)
		require.NoError(t, err)
		time.Sleep(20 * time.Millisecond) // in which the script can write
	}
	t.Logf("it goes on after %d of them were received", seen.last)
	again := f.waitStill(t)
	assert.Greater(t, again, stopped)
	require.NoError(t, flooding.Wait(ctx, seen.add))
	assert.Equal(t, lineCount, seen.last)
	assert.Equal(t, 1, seen.first)
	require.NoError(t, flooding.Release(ctx))
	assert.Zero(t, s.dropped(t, pool.ID()))

	require.NoError(t, os.WriteFile(release, nil, 0o600))
	require.NoError(t, <-released)
	assert.Equal(t, []string{"<S>released</S>"}, got)
	require.NoError(t, pool.Close(ctx))
}

// TestDiskFullDrops: in mode Drop the script never waits, and what is lost are
// whole objects, which are counted.
func TestDiskFullDrops(t *testing.T) {
	t.Parallel()
	s := startOnSmallDisk(t)
	s.fill(t)
	_, err := s.client(t).Open(within(t, time.Minute))
	t.Logf("a new session on a full disk: %v", err)
	var fault *psrpclient.Fault
	require.ErrorAs(t, err, &fault)
	eventuallyNone(t, endTimeout, s.directories, "its directory")
	s.free(t)

	pool := s.open(t, func(c *psrpclient.Config) { c.BufferMode = "Drop" })
	s.fill(t)
	ctx := within(t, 3*time.Minute)
	f := newFlood(t)
	flooding, err := pool.Start(ctx, f.script(), false)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return f.count() == lineCount }, 2*time.Minute, 20*time.Millisecond,
		"the script waits for somebody")
	last, count := 0, 0
	require.NoError(t, flooding.Wait(ctx, func(clixml []byte) error {
		n, err := lineNumber(clixml)
		if err == nil && n <= last {
			err = fmt.Errorf("%d came after %d", n, last)
		}
		last, count = n, count+1
		return err
	}))
	assert.Equal(t, lineCount, last, "the oldest are dropped")
	assert.Greater(t, count*lineSize, 1<<19, "of what the buffer can hold")
	dropped := s.dropped(t, pool.ID())
	t.Logf("%d lines came, %d were dropped", count, dropped)
	assert.Equal(t, lineCount, count+dropped)
	require.NoError(t, flooding.Release(ctx))
	require.NoError(t, pool.Disconnect(ctx))
	require.NoError(t, pool.Reconnect(ctx))
	require.NoError(t, pool.Close(ctx))
}

// TestDiskFullDisconnect: what a full disk cannot keep for a client that comes
// back, memory does.
func TestDiskFullDisconnect(t *testing.T) {
	t.Parallel()
	s := startOnSmallDisk(t)
	pool := s.open(t)
	ctx := within(t, time.Minute)
	const last = 5000
	p, err := pool.Start(ctx, fmt.Sprintf("1..%d", last), false)
	require.NoError(t, err)
	s.fill(t)
	require.NoError(t, pool.Disconnect(ctx))
	pool, err = s.client(t).Connect(ctx, pool.ID())
	require.NoError(t, err)
	p, err = pool.ConnectPipeline(ctx, p.ID())
	require.NoError(t, err)
	seen := tally{number: number}
	require.NoError(t, p.Wait(ctx, seen.add))
	assert.Equal(t, last, seen.last)
	assert.Equal(t, 1, seen.first)
	require.NoError(t, p.Release(ctx))
	require.NoError(t, pool.Close(ctx))
}

func (s *server) filler() string { return filepath.Join(s.Shells(), "filler") }

// fill leaves no room on the disk.
func (s *server) fill(t *testing.T) {
	t.Helper()
	file, err := os.Create(s.filler())
	require.NoError(t, err)
	defer file.Close()
	for size := 1 << 16; size > 0; {
		if _, err := file.Write(make([]byte, size)); err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			size /= 2
		}
	}
}

// free takes that back.
func (s *server) free(t *testing.T) {
	t.Helper()
	require.NoError(t, os.Remove(s.filler()))
}
