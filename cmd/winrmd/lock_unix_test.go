//go:build unix

package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestStateLockHandedOver: who gets the open file has the lock, and keeps it
// when the daemon before lets go.
func TestStateLockHandedOver(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	older, err := lockState(directory)
	require.NoError(t, err)
	fd, err := unix.FcntlInt(older.file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	require.NoError(t, err)
	handed := &inherited{lock: os.NewFile(uintptr(fd), "lock")}
	newer, err := handed.takeLock(directory)
	require.NoError(t, err, "while the older one has it")
	older.release()
	_, err = lockState(directory)
	assert.ErrorContains(t, err, "another winrmd")
	newer.release()
}

// TestStateLockNotInherited: a host that had the lock file open would keep the
// lock when its daemon has ended.
func TestStateLockNotInherited(t *testing.T) {
	t.Parallel()
	lock, err := lockState(t.TempDir())
	require.NoError(t, err)
	defer lock.release()
	flags, err := unix.FcntlInt(lock.file.Fd(), unix.F_GETFD, 0)
	require.NoError(t, err)
	assert.NotZero(t, flags&unix.FD_CLOEXEC)
}
