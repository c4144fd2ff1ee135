package main

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestRemoteExit: what has failed at the server is never 0 here, where a system has
// room for 8 bits.
func TestRemoteExit(t *testing.T) {
	if runtime.GOOS == "windows" {
		assert.Equal(t, -1073741510, exitStatus(&remoteExit{-1073741510}))
		return
	}
	for code, want := range map[int]int{0: 0, 3: 3, 255: 255, 256: 1, 257: 1, -1: 255, -1073741510: 0x3A} {
		assert.Equal(t, want, exitStatus(errors.Join(&remoteExit{code}, nil)), code)
	}
	assert.True(t, scriptEnded(errors.Join(&remoteExit{3}, nil)))
	assert.False(t, scriptEnded(errLeft))
}

// TestMessageUnencrypted: who is refused reads what to say on a command line.
func TestMessageUnencrypted(t *testing.T) {
	text := message(fmt.Errorf("x: %w", wsmanclient.ErrUnencrypted))
	for _, flag := range []string{"--url", "--auth", "--allow-unencrypted"} {
		assert.Contains(t, text, flag)
	}
}
