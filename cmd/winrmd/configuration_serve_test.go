package main

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	testdaemon "github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestRunningServerTakesChanges: what a command has changed is what the next
// session gets, without a word to the server, and what no session that is open
// notices.
func TestRunningServerTakesChanges(t *testing.T) {
	t.Parallel()
	program, err := testdaemon.Build(t.TempDir())
	require.NoError(t, err)
	d, err := testdaemon.Start(testdaemon.Config{Program: program})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Stop()) })
	client, err := wsmanclient.New(d.HTTP, wsmanclient.Config{
		Authentication: wsmanclient.Basic(testdaemon.User, testdaemon.Password), AllowUnencrypted: true,
	})
	require.NoError(t, err)
	defer client.Close()

	change := func(verb string, flags ...string) {
		t.Helper()
		words := append([]string{"configuration", verb, "--state", d.State(), "Test"}, flags...)
		output, err := exec.Command(program, words...).CombinedOutput()
		require.NoError(t, err, "%s", output)
		assert.Empty(t, string(output))
	}
	open := func() (*wsmanclient.Shell, error) {
		return client.CreateShell(t.Context(), wsmanclient.ShellConfig{
			ResourceURI: "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Test",
		})
	}
	idleTimeout := func(s *wsmanclient.Shell) time.Duration {
		t.Helper()
		info, err := s.Get(t.Context())
		require.NoError(t, err)
		return info.IdleTimeout
	}
	refused := func(code error) {
		t.Helper()
		_, err := open()
		assert.ErrorIs(t, err, code)
	}

	refused(wsman.CodeInvalidURI)
	change("register", "--plugin", "winrs", "--idle-timeout-sec", "300", "--max-idle-timeout-sec", "400", "--max-sessions-per-user", "1")
	first, err := open()
	require.NoError(t, err)
	assert.Equal(t, 300*time.Second, idleTimeout(first))
	refused(wsman.CodeQuotaMaxShellsPPQ)

	change("set", "--max-idle-timeout-sec", "250", "--idle-timeout-sec", "200", "--max-sessions-per-user", "2")
	second, err := open()
	require.NoError(t, err)
	assert.Equal(t, 200*time.Second, idleTimeout(second))
	assert.Equal(t, 300*time.Second, idleTimeout(first))

	change("set", "--permission", "Administrators", "--max-sessions-per-user", "9")
	refused(wsman.CodeAccessDenied)
	change("set", "--permission", testdaemon.User)
	_, err = open()
	require.NoError(t, err)

	change("disable")
	refused(wsman.CodeInvalidURI)
	change("enable")
	_, err = open()
	require.NoError(t, err)

	change("unregister")
	refused(wsman.CodeInvalidURI)
	assert.Equal(t, 200*time.Second, idleTimeout(second), "sessions that are open go on")
}
