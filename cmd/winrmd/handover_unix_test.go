//go:build unix

package main

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDuplicateStaysNonBlocking: a listener that blocks could not be closed
// while it accepts.
func TestDuplicateStaysNonBlocking(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			address := "127.0.0.1:0"
			if network == "unix" {
				address = t.TempDir() + "/sock"
			}
			l, err := net.Listen(network, address)
			require.NoError(t, err)
			file, err := duplicate(l)
			require.NoError(t, err)
			defer file.Close()
			child := exec.Command("true")
			child.ExtraFiles = []*os.File{file}
			require.NoError(t, child.Run())

			accepted := make(chan error, 1)
			go func() {
				_, err := l.Accept()
				accepted <- err
			}()
			time.Sleep(20 * time.Millisecond) // until it waits; too short a time only tests less
			require.NoError(t, l.Close())
			select {
			case err := <-accepted:
				assert.ErrorIs(t, err, net.ErrClosed)
			case <-time.After(5 * time.Second):
				assert.Fail(t, "Accept goes on")
			}
		})
	}
}

// TestSuccessorThatFails: what the daemon is told, and that nothing is left.
func TestSuccessorThatFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ script, message string }{
		"exits":           {"exit 3", "exit status 3"},
		"hangs":           {"sleep 1000 & sleep 1000", "not ready after 200ms"},
		"another word":    {"echo hello >&3; sleep 1000", "did not say that it is ready"},
		"closes the pipe": {"exec 3>&-; sleep 1000", "did not say that it is ready"},
		"leaves a child":  {"sleep 1000 >&3 & exit 0", "not ready after 200ms"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := t.TempDir() + "/program"
			require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700))
			s, err := startSuccessor(program, nil, nil, nil)
			require.NoError(t, err)
			err = s.wait(t.Context(), 200*time.Millisecond)
			require.ErrorContains(t, err, test.message)
			assertNoGroup(t, s.process.Process.Pid)
		})
	}
}

// assertNoGroup waits until nothing of a process group runs.
func assertNoGroup(t *testing.T, group int) {
	t.Helper()
	assert.Eventually(t, func() bool {
		return syscall.Kill(-group, 0) == syscall.ESRCH
	}, testPatience, 10*time.Millisecond, "something of the program is left")
}

func TestNoSuccessor(t *testing.T) {
	t.Parallel()
	_, err := startSuccessor(t.TempDir()+"/missing", nil, nil, nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOwnProgram(t *testing.T) {
	t.Parallel()
	path, err := ownProgram()
	require.NoError(t, err)
	a, err := os.Stat(path)
	require.NoError(t, err)
	running, err := os.Executable()
	require.NoError(t, err)
	b, err := os.Stat(running)
	require.NoError(t, err)
	assert.True(t, os.SameFile(a, b))
}
