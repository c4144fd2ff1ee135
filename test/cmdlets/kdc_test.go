//go:build linux

package cmdlets

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// realm is that of the KDC.
const realm = "WINRMD.TEST"

// kdc is a real MIT KDC on loopback, with the user of the servers and another one,
// who is no user there, and keys of localhost.
type kdc struct{ directory string }

func (k *kdc) path(name string) string { return filepath.Join(k.directory, name) }

// environment lets programs use this KDC only, as somebody without a ticket.
func (k *kdc) environment() []string {
	return []string{
		"KRB5_CONFIG=" + k.path("krb5.conf"), "KRB5_KDC_PROFILE=" + k.path("kdc.conf"), "KRB5CCNAME=" + k.path("nobody"),
	}
}

// startKDC starts a KDC for one test.
func startKDC(t *testing.T) *kdc {
	t.Helper()
	for _, program := range []string{"krb5kdc", "kdb5_util", "kadmin.local", "kinit"} {
		_, err := inSbin(program)
		daemon.Need(t, err)
	}
	k := &kdc{directory: t.TempDir()}
	address := freeAddress(t)
	for name, text := range map[string]string{
		"krb5.conf": fmt.Sprintf("[libdefaults]\n default_realm = %[1]s\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"+
			" dns_canonicalize_hostname = false\n rdns = false\n udp_preference_limit = 1\n"+
			"[realms]\n %[1]s = {\n  kdc = %[2]s\n }\n[domain_realm]\n localhost = %[1]s\n", realm, address),
		"kdc.conf": fmt.Sprintf("[kdcdefaults]\n kdc_listen = \"\"\n kdc_tcp_listen = %[2]s\n[realms]\n %[1]s = {\n"+
			"  database_name = %[3]s/principal\n  key_stash_file = %[3]s/stash\n  acl_file = %[3]s/acl\n }\n"+
			"[logging]\n kdc = FILE:%[3]s/kdc.log\n", realm, address, k.directory),
	} {
		require.NoError(t, os.WriteFile(k.path(name), []byte(text), 0o600))
	}
	k.run(t, "", "kdb5_util", "create", "-s", "-r", realm, "-P", "master")
	k.run(t, strings.Join([]string{
		`addprinc -pw "` + daemon.Password + `" ` + daemon.User, `addprinc -pw "` + daemon.Password + `" stranger`,
		"addprinc -randkey HTTP/localhost", "ktadd -k " + k.path("keytab") + " HTTP/localhost",
	}, "\n")+"\n", "kadmin.local", "-r", realm)
	k.serve(t, address)
	return k
}

// freeAddress is one that no system picks for somebody else, before it is listened
// on.
func freeAddress(t *testing.T) string {
	t.Helper()
	const first, count, tries = 20000, 12000, 100
	var err error
	for range tries {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+rand.IntN(count))); err == nil {
			require.NoError(t, l.Close())
			return l.Addr().String()
		}
	}
	require.NoError(t, err)
	return ""
}

// inSbin finds a program in sbin too, which is not in everybody's PATH.
func inSbin(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil {
		return "", fmt.Errorf("%s (Debian: krb5-user, krb5-kdc, krb5-admin-server): %w", name, daemon.ErrMissing)
	}
	return path, nil
}

// run runs one of MIT's programs.
func (k *kdc) run(t *testing.T, input, name string, arguments ...string) {
	t.Helper()
	path, err := inSbin(name)
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), path, arguments...)
	c.Env = append(os.Environ(), k.environment()...)
	c.Stdin = strings.NewReader(input)
	output, err := c.CombinedOutput()
	require.NoError(t, err, "%s:\n%s", name, output)
}

// serve waits until the KDC listens, or has ended.
func (k *kdc) serve(t *testing.T, address string) {
	t.Helper()
	path, err := inSbin("krb5kdc")
	require.NoError(t, err)
	process := exec.Command(path, "-n", "-r", realm, "-P", k.path("pid"))
	process.Env = append(os.Environ(), k.environment()...)
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, answerTime, 20*time.Millisecond, "krb5kdc does not listen")
}

// login is the environment of a client that a user's ticket-granting ticket is
// with.
func (k *kdc) login(t *testing.T, user string) []string {
	t.Helper()
	cache := k.path("cache-" + user)
	k.run(t, daemon.Password+"\n", "kinit", "-c", cache, user)
	return append(k.environment(), "KRB5CCNAME="+cache)
}
