// Package account makes local accounts for tests, which need the superuser for
// that, and removes them again.
package account

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/test/daemon"
)

// number tells the accounts of one test program apart.
var number atomic.Int64

// New makes an account with a home directory and takes it away at the end of the
// test, with all its processes. Options are useradd's, such as --system.
func New(t *testing.T, options ...string) *account.Account {
	t.Helper()
	if os.Geteuid() != 0 {
		daemon.Need(t, fmt.Errorf("%w: making accounts needs the superuser", daemon.ErrMissing))
	}
	name := fmt.Sprintf("wrt%d-%d", os.Getpid(), number.Add(1))
	require.NoError(t, change("useradd", append(options, "--create-home", "--shell", "/bin/sh", name)...))
	t.Cleanup(func() {
		_ = exec.Command("pkill", "-KILL", "-u", name).Run() // mostly there are none
		require.NoError(t, change("userdel", "--remove", "--force", name))
	})
	a, err := account.LookUp(t.Context(), name)
	require.NoError(t, err)
	return a
}

// patience is for other tests that change accounts at the same time.
const patience = time.Minute

// change runs a program that changes the accounts. One at a time can.
func change(program string, arguments ...string) error {
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		text, err := exec.Command(program, arguments...).CombinedOutput()
		switch {
		case err == nil:
			return nil
		case !strings.Contains(string(text), "lock") || time.Now().After(end):
			return fmt.Errorf("%s: %w\n%s", program, err, text)
		}
	}
}

// SetPassword gives an account a password of the system.
func SetPassword(name, password string) error {
	return change("sh", "-c", `printf '%s:%s\n' "$1" "$2" | chpasswd`, "sh", name, password)
}

// Change runs a program that changes the accounts of the machine, such as usermod,
// when no other does.
func Change(program string, arguments ...string) error { return change(program, arguments...) }
