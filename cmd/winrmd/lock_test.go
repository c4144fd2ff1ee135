package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStateLock(t *testing.T) {
	t.Parallel()
	directory := filepath.Join(t.TempDir(), "state")
	first, err := lockState(directory)
	require.NoError(t, err, "the directory is made")
	_, err = lockState(directory)
	require.ErrorContains(t, err, "another winrmd serves the state directory "+directory)
	first.release()
	second, err := lockState(directory)
	require.NoError(t, err, "the file is there, its lock is free")
	second.release()
}

func TestStateLockOfNoDirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := lockState(file)
	assert.ErrorContains(t, err, "state directory")
}
