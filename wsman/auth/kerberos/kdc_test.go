package kerberos

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/stretchr/testify/require"
)

const (
	testRealm    = "WINRMD.TEST"
	testUser     = "alice"
	testPassword = "correct horse"
)

// hosts are the services of the test's KDC, each with a key of one type only,
// so that tickets and session keys are of that type.
var hosts = map[EncryptionType]string{
	AES128SHA1: "aes128.winrmd.test",
	AES256SHA1: "aes256.winrmd.test",
	AES128SHA2: "aes128sha2.winrmd.test",
	AES256SHA2: "aes256sha2.winrmd.test",
	RC4:        "rc4.winrmd.test",
}

// testKDC is a real MIT KDC on loopback, which one test binary starts once.
type testKDC struct {
	dir    string
	config string // krb5.conf
	keytab string
	env    []string
	stop   func()
}

var (
	theKDC     *testKDC
	theKDCErr  error
	theKDCOnce sync.Once
)

// kdc returns the KDC, or skips where MIT's programs are not installed.
func kdc(tb testing.TB) *testKDC {
	tb.Helper()
	for _, program := range []string{"krb5kdc", "kdb5_util", "kadmin.local", "kinit"} {
		if findProgram(program) == "" {
			tb.Skipf("%s is not installed (Debian: krb5-kdc, krb5-admin-server, krb5-user)", program)
		}
	}
	theKDCOnce.Do(func() { theKDC, theKDCErr = startKDC() })
	require.NoError(tb, theKDCErr)
	return theKDC
}

// findProgram looks in sbin too, which is not in everybody's PATH.
func findProgram(name string) string {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	return ""
}

func TestMain(m *testing.M) {
	code := m.Run()
	if theKDC != nil {
		theKDC.stop()
	}
	os.Exit(code)
}

func startKDC() (*testKDC, error) {
	dir, err := os.MkdirTemp("", "winrmd-kdc-")
	if err != nil {
		return nil, err
	}
	k := &testKDC{dir: dir, config: filepath.Join(dir, "krb5.conf"), keytab: filepath.Join(dir, "keytab")}
	k.stop = func() { os.RemoveAll(dir) }
	if err := k.start(); err != nil {
		k.stop()
		return nil, err
	}
	return k, nil
}

func (k *testKDC) start() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	listener.Close()
	k.env = append(os.Environ(), "KRB5_CONFIG="+k.config, "KRB5_KDC_PROFILE="+k.path("kdc.conf"), "KRB5CCNAME="+k.path("none"))
	files := map[string]string{
		"krb5.conf": fmt.Sprintf(`[libdefaults]
 default_realm = %[1]s
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 forwardable = true
 client_aware_channel_bindings = true
 udp_preference_limit = 1
 default_tkt_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
 permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha384-192 aes128-cts-hmac-sha256-128 arcfour-hmac-md5
 default_tgs_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 aes256-cts-hmac-sha384-192 aes128-cts-hmac-sha256-128 arcfour-hmac-md5
 allow_weak_crypto = true
 allow_rc4 = true
[realms]
 %[1]s = {
  kdc = %[2]s
 }
[domain_realm]
 .winrmd.test = %[1]s
`, testRealm, address),
		"kdc.conf": fmt.Sprintf(`[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = %[2]s
[realms]
 %[1]s = {
  database_name = %[3]s/principal
  key_stash_file = %[3]s/stash
  acl_file = %[3]s/acl
  supported_enctypes = aes256-cts:normal aes128-cts:normal
 }
[logging]
 kdc = FILE:%[3]s/kdc.log
`, testRealm, address, k.dir),
	}
	for name, text := range files {
		if err := os.WriteFile(k.path(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := k.run("", "kdb5_util", "create", "-s", "-r", testRealm, "-P", "master"); err != nil {
		return err
	}
	commands := []string{
		"addprinc -pw \"" + testPassword + "\" " + testUser,
		"addprinc -randkey bob", "ktadd -k " + k.path("bob.keytab") + " bob",
	}
	for etype, host := range hosts {
		for _, service := range []string{"HTTP/", "host/"} {
			commands = append(commands,
				fmt.Sprintf("addprinc -randkey -e %s:normal %s%s", etype.mitName(), service, host),
				fmt.Sprintf("setstr %s%s session_enctypes %s", service, host, etype.mitName()),
				fmt.Sprintf("ktadd -k %s -e %s:normal %s%s", k.keytab, etype.mitName(), service, host))
		}
	}
	if err := k.run(strings.Join(commands, "\n")+"\n", "kadmin.local", "-r", testRealm); err != nil {
		return err
	}
	return k.serve(address)
}

// mitName is what MIT's programs call a type.
func (e EncryptionType) mitName() string {
	if e == RC4 {
		return "arcfour-hmac"
	}
	return e.String()
}

func (k *testKDC) serve(address string) error {
	var output bytes.Buffer
	daemon := exec.Command(findProgram("krb5kdc"), "-n", "-r", testRealm, "-P", k.path("pid"))
	daemon.Env, daemon.Stdout, daemon.Stderr = k.env, &output, &output
	if err := daemon.Start(); err != nil {
		return err
	}
	remove := k.stop
	k.stop = func() {
		daemon.Process.Kill()
		daemon.Wait()
		remove()
	}
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			return c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("krb5kdc does not listen: %s", output.String())
}

func (k *testKDC) path(name string) string { return filepath.Join(k.dir, name) }

// run runs one of MIT's programs.
func (k *testKDC) run(input, name string, args ...string) error {
	_, err := k.output(nil, input, name, args...)
	return err
}

func (k *testKDC) output(env []string, input, name string, args ...string) (string, error) {
	c := exec.Command(findProgram(name), args...)
	c.Env = append(append([]string{}, k.env...), env...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return string(out), nil
}

// login gets a ticket-granting ticket into a credential cache with kinit.
func (k *testKDC) login(tb testing.TB, args ...string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "ccache")
	args = append(args, "-c", path, testUser)
	require.NoError(tb, k.run(testPassword+"\n", "kinit", args...))
	return path
}

// ticket gets a service ticket with gokrb5's client, by password.
func (k *testKDC) ticket(tb testing.TB, service string) Credential {
	tb.Helper()
	return login(tb, client.NewWithPassword(testUser, testRealm, testPassword, k.gokrb5(tb), client.DisablePAFXFAST(true)), service)
}

// ticketOfBob does it with a keytab.
func (k *testKDC) ticketOfBob(tb testing.TB, service string) Credential {
	tb.Helper()
	kt, err := keytab.Load(k.path("bob.keytab"))
	require.NoError(tb, err)
	return login(tb, client.NewWithKeytab("bob", testRealm, kt, k.gokrb5(tb), client.DisablePAFXFAST(true)), service)
}

func login(tb testing.TB, c *client.Client, service string) Credential {
	tb.Helper()
	require.NoError(tb, c.Login())
	defer c.Destroy()
	t, err := ServiceTicket(c, service)
	require.NoError(tb, err)
	return t
}

// ticketFromCache gets a service ticket with a cache's ticket-granting ticket.
func (k *testKDC) ticketFromCache(tb testing.TB, path, service string) Credential {
	tb.Helper()
	cache, err := credentials.LoadCCache(path)
	require.NoError(tb, err)
	c, err := client.NewFromCCache(cache, k.gokrb5(tb), client.DisablePAFXFAST(true))
	require.NoError(tb, err)
	defer c.Destroy()
	t, err := ServiceTicket(c, service)
	require.NoError(tb, err)
	return t
}

func (k *testKDC) gokrb5(tb testing.TB) *config.Config {
	tb.Helper()
	c, err := config.Load(k.config)
	// gokrb5 does not know all types that MIT does.
	var unsupported config.UnsupportedDirective
	if err != nil && !errors.As(err, &unsupported) {
		require.NoError(tb, err)
	}
	return c
}

// acceptor accepts tickets of the test's KDC.
func (k *testKDC) acceptor(tb testing.TB, change ...func(*Config)) *Acceptor {
	tb.Helper()
	c := Config{Keytab: k.keytab, Services: []string{"HTTP"}}
	for _, f := range change {
		f(&c)
	}
	a, err := NewAcceptor(c)
	require.NoError(tb, err)
	return a
}

func allowRC4(c *Config) { c.AllowRC4 = true }

// exists reports whether there is a file.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
