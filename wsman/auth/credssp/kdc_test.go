package credssp

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The realm of the test's KDC, in which alice has a password and the server a
// keytab.
const (
	testRealm    = "WINRMD.TEST"
	testHost     = "server.winrmd.test"
	testPassword = "correct horse"
)

// kdc is a real MIT KDC on loopback.
type kdc struct {
	t   *testing.T
	dir string
	env []string
}

// startKDC starts one for a test, or skips it where MIT's programs are not
// installed.
func startKDC(t *testing.T) *kdc {
	t.Helper()
	for _, program := range []string{"krb5kdc", "kdb5_util", "kadmin.local"} {
		if findProgram(program) == "" {
			t.Skipf("%s is not installed (Debian: krb5-kdc, krb5-admin-server, krb5-user)", program)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	listener.Close()
	k := &kdc{t: t, dir: t.TempDir()}
	k.env = []string{
		"KRB5_CONFIG=" + k.path("krb5.conf"), "KRB5_KDC_PROFILE=" + k.path("kdc.conf"), "KRB5CCNAME=" + k.path("none"),
		"KRB5_KTNAME=" + k.path("keytab"), "KRB5RCACHENAME=none:",
	}
	k.write("krb5.conf", `[libdefaults]
 default_realm = %[1]s
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 %[1]s = {
  kdc = %[2]s
 }
[domain_realm]
 .winrmd.test = %[1]s
`, testRealm, address)
	k.write("kdc.conf", `[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = %[2]s
[realms]
 %[1]s = {
  database_name = %[3]s/principal
  key_stash_file = %[3]s/stash
  supported_enctypes = aes256-cts:normal
 }
[logging]
 kdc = FILE:%[3]s/kdc.log
`, testRealm, address, k.dir)
	k.run("", "kdb5_util", "create", "-s", "-r", testRealm, "-P", "master")
	k.run(fmt.Sprintf("addprinc -pw \"%s\" alice\naddprinc -randkey HTTP/%[2]s\nktadd -k %s HTTP/%[2]s\n",
		testPassword, testHost, k.path("keytab")), "kadmin.local", "-r", testRealm)
	k.serve(address)
	return k
}

// findProgram looks in sbin too, which is not in everybody's PATH.
func findProgram(name string) string {
	for _, candidate := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	return ""
}

func (k *kdc) path(name string) string { return filepath.Join(k.dir, name) }

func (k *kdc) write(name, format string, a ...any) {
	require.NoError(k.t, os.WriteFile(k.path(name), fmt.Appendf(nil, format, a...), 0o600))
}

// run runs one of MIT's programs.
func (k *kdc) run(input, name string, args ...string) {
	k.t.Helper()
	c := exec.Command(findProgram(name), args...)
	c.Env = append(os.Environ(), k.env...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	require.NoError(k.t, err, string(out))
}

func (k *kdc) serve(address string) {
	daemon := exec.Command(findProgram("krb5kdc"), "-n", "-r", testRealm)
	daemon.Env = append(os.Environ(), k.env...)
	require.NoError(k.t, daemon.Start())
	k.t.Cleanup(func() {
		daemon.Process.Kill()
		daemon.Wait()
	})
	require.Eventually(k.t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
}
