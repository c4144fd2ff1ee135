package interop

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

const kerberosRealm = "WINRMD.TEST"

// kerberosHosts are the names under which the server has keys, by the type of
// the session keys that clients get for them.
var kerberosHosts = map[string]string{
	"aes128-cts-hmac-sha1-96":    "aes128.winrmd.test",
	"aes256-cts-hmac-sha1-96":    "aes256.winrmd.test",
	"aes128-cts-hmac-sha256-128": "aes128sha2.winrmd.test",
	"aes256-cts-hmac-sha384-192": "aes256sha2.winrmd.test",
}

// kdc is a real MIT KDC on loopback.
type kdc struct {
	directory string
	keytab    string // of the services that clients ask for
	other     string // of another service
}

func (k *kdc) path(name string) string { return filepath.Join(k.directory, name) }

// environment lets MIT's programs and library use this KDC only.
func (k *kdc) environment() []string {
	return []string{
		"KRB5_CONFIG=" + k.path("krb5.conf"), "KRB5_KDC_PROFILE=" + k.path("kdc.conf"),
		"KRB5CCNAME=" + k.path("nobody"), "KRB5RCACHEDIR=" + k.directory,
	}
}

// startKDC starts a KDC, in which alice and bob have their passwords, for one
// test.
func startKDC(t *testing.T) *kdc {
	t.Helper()
	need(t, missingForKerberos())
	k := &kdc{directory: t.TempDir()}
	k.keytab, k.other = k.path("keytab"), k.path("other.keytab")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	listener.Close()
	k.write(t, "krb5.conf", fmt.Sprintf(`[libdefaults]
 default_realm = %[1]s
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 forwardable = true
 udp_preference_limit = 1
[realms]
 %[1]s = {
  kdc = %[2]s
 }
[domain_realm]
 .winrmd.test = %[1]s
`, kerberosRealm, address))
	k.write(t, "kdc.conf", fmt.Sprintf(`[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = %[2]s
[realms]
 %[1]s = {
  database_name = %[3]s/principal
  key_stash_file = %[3]s/stash
  acl_file = %[3]s/acl
 }
[logging]
 kdc = FILE:%[3]s/kdc.log
`, kerberosRealm, address, k.directory))
	k.run(t, "", "kdb5_util", "create", "-s", "-r", kerberosRealm, "-P", "master")
	commands := []string{
		"addprinc -pw \"" + passwordOf("alice") + "\" alice", "addprinc -pw \"" + passwordOf("bob") + "\" bob",
		"addprinc -randkey cifs/other.winrmd.test", "ktadd -k " + k.other + " cifs/other.winrmd.test",
	}
	for etype, host := range kerberosHosts {
		for _, service := range []string{"HTTP/", "WSMAN/", "host/"} {
			commands = append(commands,
				fmt.Sprintf("addprinc -randkey -e %s:normal %s%s", etype, service, host),
				fmt.Sprintf("setstr %s%s session_enctypes %s", service, host, etype),
				fmt.Sprintf("ktadd -k %s -e %s:normal %s%s", k.keytab, etype, service, host))
		}
	}
	k.run(t, strings.Join(commands, "\n")+"\n", "kadmin.local", "-r", kerberosRealm)
	k.serve(t, address)
	return k
}

func (k *kdc) write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(k.path(name), []byte(text), 0o600))
}

// run runs one of MIT's programs.
func (k *kdc) run(t *testing.T, input, name string, arguments ...string) {
	t.Helper()
	path, err := kerberosProgram(name)
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), path, arguments...)
	c.Env = append(os.Environ(), k.environment()...)
	c.Stdin = strings.NewReader(input)
	output, err := c.CombinedOutput()
	require.NoError(t, err, "%s:\n%s", name, output)
}

func (k *kdc) serve(t *testing.T, address string) {
	t.Helper()
	path, err := kerberosProgram("krb5kdc")
	require.NoError(t, err)
	daemon := exec.Command(path, "-n", "-r", kerberosRealm, "-P", k.path("pid"))
	daemon.Env = append(os.Environ(), k.environment()...)
	require.NoError(t, daemon.Start())
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, patience, 20*time.Millisecond, "krb5kdc does not listen")
}

// login gets a ticket-granting ticket for a user into a cache of its own, and
// returns the environment of a client that uses it.
func (k *kdc) login(t *testing.T, user string, arguments ...string) []string {
	t.Helper()
	cache := k.path("cache-" + user)
	k.run(t, passwordOf(user)+"\n", "kinit", append(arguments, "-c", cache, user)...)
	return append(k.environment(), "KRB5CCNAME="+cache)
}
