//go:build unix

package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNotifier(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	defer manager.Close()
	require.NoError(t, manager.SetReadDeadline(time.Now().Add(testPatience)))
	heard := func() string {
		b := make([]byte, 1000)
		n, err := manager.Read(b)
		require.NoError(t, err)
		return string(b[:n])
	}
	t.Setenv(notifyVariable, path)
	n := newNotifier(slog.New(slog.DiscardHandler))
	_, inEnvironment := os.LookupEnv(notifyVariable)
	assert.False(t, inEnvironment, "sessions inherit it")
	assert.Equal(t, []string{notifyVariable + "=" + path}, n.environment())
	n.ready()
	assert.Equal(t, fmt.Sprintf("MAINPID=%d\nREADY=1", os.Getpid()), heard())
	n.handingOver()
	assert.Equal(t, "RELOADING=1", heard())
	n.stopping()
	assert.Equal(t, "STOPPING=1", heard())
}

func TestNoServiceManager(t *testing.T) {
	t.Setenv(notifyVariable, "")
	n := newNotifier(slog.New(slog.DiscardHandler))
	n.ready()
	assert.Empty(t, n.environment())
}
