//go:build linux

package accounts

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/test/account"
	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestPAM: a daemon without rights checks a system password, and each session is
// one of PAM, whose modules say what is in its environment and what its limits are.
func TestPAM(t *testing.T) {
	t.Parallel()
	daemon.Need(t, build())
	program := filepath.Join(programs, "pam", "winrmd")
	require.NoError(t, os.Mkdir(filepath.Dir(program), 0o755))
	install(t, program)
	text, err := exec.Command("go", "build", "-tags", "pam", "-o", filepath.Dir(program), "github.com/winrmd/winrmd/cmd/winrmd-pam").CombinedOutput()
	require.NoError(t, err, "%s", text)
	require.NoError(t, os.Chmod(filepath.Join(filepath.Dir(program), "winrmd-pam"), 0o755))
	directory := t.TempDir()
	log, script, environment := filepath.Join(directory, "log"), filepath.Join(directory, "script"), filepath.Join(directory, "environment")
	limits := filepath.Join(directory, "limits.conf")
	for path, text := range map[string]string{
		script:      "#!/bin/sh\necho $PAM_TYPE $PAM_USER >> " + log + "\n",
		environment: "OF_PAM=yes\n",
		limits:      "* hard fsize 54321\n* soft fsize 54321\n",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o755))
	}
	const service = "winrmd-test-accounts"
	require.NoError(t, os.WriteFile("/etc/pam.d/"+service, []byte(strings.Join([]string{
		"auth required pam_unix.so", "account required pam_unix.so", "session required pam_exec.so " + script,
		"session required pam_env.so conffile=/dev/null envfile=" + environment + " user_readenv=0",
		"session required pam_limits.so conf=" + limits, "",
	}, "\n")), 0o644))
	t.Cleanup(func() { assert.NoError(t, os.Remove("/etc/pam.d/"+service)) })

	w := newWorldOf(t, program, "[Auth]\nPAMService = '"+service+"'\n")
	eve := account.New(t) // who is not in the users file
	require.NoError(t, account.SetPassword(eve.Name, "of the system"))
	certificate, err := w.TLS()
	require.NoError(t, err)
	client := func(password string) *psremoting.Client {
		c, err := psremoting.New(w.HTTPS, wsmanclient.Config{Authentication: wsmanclient.Basic(eve.Name, password), TLS: certificate})
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		return c
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	_, err = client("wrong").Open(ctx, psremoting.Options{})
	require.ErrorContains(t, err, "authentication failed")
	pool, err := client("of the system").Open(ctx, psremoting.Options{})
	require.NoError(t, err, "%s", w.log)
	assert.Equal(t, eve.Name+"\nyes\n108642", w.run(pool, "& id -un; $env:OF_PAM; & sh -c 'ulimit -f'"), "blocks of 512 bytes")
	// A newer starter neither ends PAM's session nor forgets it.
	w.upgrade(program)
	assert.Equal(t, eve.Name, w.run(pool, "& id -un"))
	require.NoError(t, pool.Close(ctx))
	want := "open_session " + eve.Name + "\nclose_session " + eve.Name + "\n"
	said := func() string {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		return string(text)
	}
	assert.Eventually(t, func() bool { return said() == want }, patience, 10*time.Millisecond, "the session is closed with the host")

	// Nobody logs on as the daemon's account, as which others' sessions run.
	nobodys := w.open(nobody)
	assert.Equal(t, w.service.Name, w.run(nobodys, "& id -un"))
	require.NoError(t, nobodys.Close(ctx))
	assert.Equal(t, want, said())
}
