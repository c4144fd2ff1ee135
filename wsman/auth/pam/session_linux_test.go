package pam

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestSession: account and session modules of the real libpam run, what they set
// is there, and the session is closed when nobody holds it any more.
func TestSession(t *testing.T) {
	program := buildHelper(t)
	directory := t.TempDir()
	log := filepath.Join(directory, "log")
	script := filepath.Join(directory, "script")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\necho $PAM_TYPE $PAM_USER $PAM_TTY >> "+log+"\n"), 0o755))
	limits := filepath.Join(directory, "limits.conf")
	require.NoError(t, os.WriteFile(limits, []byte("root hard fsize 123456\nroot soft fsize 123456\n"), 0o644))
	environment := filepath.Join(directory, "environment")
	require.NoError(t, os.WriteFile(environment, []byte("WINRMD_OF_PAM=yes\n"), 0o644))
	name := service(t, "session", strings.Join([]string{
		"account required pam_exec.so " + script, "session required pam_exec.so " + script,
		"session required pam_env.so conffile=/dev/null envfile=" + environment + " user_readenv=0", "session required pam_limits.so conf=" + limits,
		"auth required pam_permit.so", "",
	}, "\n"))
	var command *exec.Cmd
	start := func(c *exec.Cmd) error { command = c; return c.Start() }
	s, err := OpenSession(program, name, "root", start)
	require.NoError(t, err)
	assert.Contains(t, s.Environment, "WINRMD_OF_PAM=yes")
	var limit unix.Rlimit
	require.NoError(t, unix.Prlimit(s.PID, unix.RLIMIT_FSIZE, nil, &limit))
	assert.Equal(t, unix.Rlimit{Cur: 123456 << 10, Max: 123456 << 10}, limit)
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Equal(t, "account root winrm\nopen_session root winrm\n", string(text))

	// Somebody else holds it as well.
	holder := exec.Command("sleep", "1000")
	holder.ExtraFiles = []*os.File{s.Hold}
	require.NoError(t, holder.Start())
	s.Hold.Close()
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case <-ended:
		assert.Fail(t, "the session was closed while it was held")
	case <-time.After(300 * time.Millisecond):
	}
	require.NoError(t, holder.Process.Kill())
	_ = holder.Wait() // killed
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		require.Fail(t, "the session is not closed")
	}
	text, err = os.ReadFile(log)
	require.NoError(t, err)
	assert.Equal(t, "account root winrm\nopen_session root winrm\nclose_session root winrm\n", string(text))
}

// TestSessionRefused: there is none for an account that must not be used, nor
// where a module fails.
func TestSessionRefused(t *testing.T) {
	program := buildHelper(t)
	start := func(c *exec.Cmd) error {
		err := c.Start()
		if err == nil {
			t.Cleanup(func() { assert.NoError(t, c.Wait()) })
		}
		return err
	}
	for name, text := range map[string]string{
		"refused": "account required pam_deny.so\nsession required pam_permit.so\n",
		"fails":   "account required pam_permit.so\nsession required pam_deny.so\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := OpenSession(program, service(t, name, text), "root", start)
			assert.ErrorContains(t, err, "pam: ")
		})
	}
	_, err := OpenSession("/nowhere", "x", "root", start)
	assert.ErrorIs(t, err, ErrUnavailable)
}
