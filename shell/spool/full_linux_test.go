package spool_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// smallDisk is a file system of 1 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv("CI") != "true" {
		t.Skip("only root can mount a file system")
	}
	dir := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m,mode=700"))
	t.Cleanup(func() { assert.NoError(t, unix.Unmount(dir, 0)) })
	return dir
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, segmentSize := range map[string]int64{"many segments": 128 << 10, "one segment": 0, "segment a record": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const size = 10_000
			s := open(t, spool.Config{Directory: filepath.Join(smallDisk(t), "spool"), SegmentSize: segmentSize})
			all := fill(t, s, size)
			require.Greater(t, len(all), 80)
			_, err := s.Append(pattern(0, size))
			require.ErrorIs(t, err, shell.ErrSpoolFull)
			require.ErrorIs(t, err, unix.ENOSPC)
			checkFilled(t, all)

			if segmentSize != 0 {
				free(all[:40]...)
				more := fill(t, s, size)
				assert.Greater(t, len(more), 20)
				checkFilled(t, more)
				for i, r := range all[40:] {
					content, err := r.Read()
					require.NoError(t, err)
					require.True(t, bytes.Equal(pattern(i+40, size), content))
				}
				free(more...)
			}
			free(all...)
			again := fill(t, s, size)
			assert.InDelta(t, len(all), len(again), 2)
			checkFilled(t, again)
		})
	}
}

// TestFullDiskLeavesNothingHalf: what failed for want of room is not in the
// file, and smaller records that still fit are whole.
func TestFullDiskLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	c := spool.Config{Directory: filepath.Join(smallDisk(t), "spool")}
	s := open(t, c)
	large := put(t, s, pattern(1, 900<<10))
	for range 3 {
		_, err := s.Append(bytes.Repeat([]byte{0xEE}, 200<<10))
		require.ErrorIs(t, err, shell.ErrSpoolFull)
	}
	raw, err := os.ReadFile(filepath.Join(c.Directory, "00000001.segment"))
	require.NoError(t, err)
	assert.NotContains(t, string(raw[900<<10+spool.HeaderSize:]), "\xEE\xEE\xEE\xEE")
	small := put(t, s, pattern(2, 10<<10))
	for n, r := range map[int]shell.Record{1: large, 2: small} {
		content, err := find(t, s, r.Ref()).Read()
		require.NoError(t, err)
		assert.True(t, bytes.Equal(pattern(n, r.Size()), content))
	}
}

func TestFullDiskAndIndex(t *testing.T) {
	t.Parallel()
	c := spool.Config{Directory: filepath.Join(smallDisk(t), "spool")}
	s := open(t, c)
	require.NoError(t, s.SaveIndex([]byte("before")))
	all := fill(t, s, 4096-spool.HeaderSize)
	require.ErrorIs(t, s.SaveIndex(pattern(0, 10_000)), shell.ErrSpoolFull)
	assert.Equal(t, "before", load(t, s))
	assert.NoFileExists(t, filepath.Join(c.Directory, "index.new"))
	free(all...)
	s.Settle()
	require.NoError(t, s.SaveIndex([]byte("after")))
	assert.Equal(t, "after", load(t, s))
}

// TestFullDiskAtOpen: not even a directory may fit.
func TestFullDiskAtOpen(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t)
	require.NoError(t, unix.Mount("", dir, "", unix.MS_REMOUNT, "size=1m,nr_inodes=1"))
	_, err := spool.Open(spool.Config{Directory: filepath.Join(dir, "spool")})
	assert.ErrorIs(t, err, shell.ErrSpoolFull)
}
