package pam

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/account"
	"github.com/winrmd/winrmd/wsman/auth"
)

// buildHelper makes winrmd-pam.
func buildHelper(t *testing.T) string {
	if os.Getuid() != 0 {
		t.Skip("services and users can be made by root only")
	}
	if _, err := os.Stat("/usr/include/security/pam_appl.h"); err != nil {
		t.Skip("needs the headers of libpam: apt-get install libpam0g-dev")
	}
	path := filepath.Join(t.TempDir(), "winrmd-pam")
	build := exec.Command("go", "build", "-tags", "pam", "-o", path, "github.com/winrmd/winrmd/cmd/winrmd-pam")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// service writes a PAM service.
func service(t *testing.T, name, text string) string {
	name = "winrmd-test-" + name
	path := filepath.Join("/etc/pam.d", name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	t.Cleanup(func() { assert.NoError(t, os.Remove(path)) })
	return name
}

// TestPAM runs the real program with the real libpam and its modules.
func TestPAM(t *testing.T) {
	program := buildHelper(t)
	const user, password = "winrmdpam", "Kennwort 1"
	require.NoError(t, account.Change("useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", user))
	t.Cleanup(func() { assert.NoError(t, account.Change("userdel", user)) })
	require.NoError(t, account.SetPassword(user, password))

	unix := service(t, "unix", "auth required pam_unix.so\naccount required pam_unix.so\n")
	verify := func(service, user, password string) (auth.Identity, error) {
		return New(Config{Program: program, Service: service}).Verify(t.Context(), user, password)
	}
	identity, err := verify(unix, user, password)
	require.NoError(t, err)
	assert.Equal(t, user, identity.Name)

	var all sync.WaitGroup // each takes the two seconds of pam_unix
	for _, c := range [][2]string{{user, "wrong"}, {user, ""}, {"winrmdnobody", password}, {"root", "wrong"}} {
		all.Go(func() {
			_, err := verify(unix, c[0], c[1])
			assert.Equal(t, auth.ErrWrongCredentials, err, c[0])
		})
	}
	all.Wait()

	identity, err = verify(service(t, "permit", "auth required pam_permit.so\naccount required pam_permit.so\n"), "anybody", "x")
	require.NoError(t, err)
	assert.Equal(t, "anybody", identity.Name)
	for name, text := range map[string]string{
		"deny":    "auth required pam_deny.so\naccount required pam_permit.so\n",
		"account": "auth required pam_permit.so\naccount required pam_deny.so\n",
	} {
		_, err := verify(service(t, name, text), user, password)
		assert.ErrorIs(t, err, auth.ErrWrongCredentials, name)
	}
	for _, bad := range []string{"../../tmp/x", "/etc/pam.d/" + unix, "", ".hidden"} {
		_, err := verify(bad, user, password)
		assert.ErrorIs(t, err, ErrUnavailable, bad)
	}

	require.NoError(t, account.Change("chage", "--expiredate", "1", user))
	_, err = verify(unix, user, password)
	assert.ErrorIs(t, err, ErrUnusable)
	assert.ErrorIs(t, err, auth.ErrWrongCredentials)
}

// TestModuleThatHangs: the server does not wait for it.
func TestModuleThatHangs(t *testing.T) {
	program := buildHelper(t)
	hangs := service(t, "hang", "auth required pam_exec.so quiet /bin/sleep 20\naccount required pam_permit.so\n")
	v := New(Config{Program: program, Service: hangs, Timeout: time.Second})
	start := time.Now()
	_, err := v.Verify(t.Context(), "ada", "x")
	assert.ErrorIs(t, err, ErrUnavailable)
	assert.Less(t, time.Since(start), 10*time.Second)
}
