//go:build linux

package cmdlets

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
)

// guarded is a server that lets users in by every scheme, and what they need.
type guarded struct {
	kdc          *kdc
	certificates *certificates
	variables    string // of clients
	thumbprint   string // of a certificate of the user
	stranger     string // of one of nobody
}

// proxyPassword is what the proxy wants: that of the user "through".
const proxyPassword = "Basic dGhyb3VnaDp0aGUgcHJveHk="

func startGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{kdc: startKDC(t), certificates: newCertificates(t)}
	path, err := program()
	daemon.Need(t, err)
	engine, err := unixHost()
	daemon.Need(t, err)
	d, err := daemon.Start(daemon.Config{
		Program: path, Engine: engine, Environment: g.kdc.environment(),
		Settings: "[Auth]\nCredSSP = true\nCertificate = true\nKeytab = '" + g.kdc.path("keytab") + "'\n",
		Prepare: func(state string) error {
			if err := os.WriteFile(filepath.Join(state, "client-ca.pem"), g.certificates.authorityPEM(), 0o600); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(state, "certmapping.toml"), []byte("[[Mapping]]\nSubject = '*@example.com'\nUser = '"+daemon.User+"'\n"), 0o600)
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Stop()) })
	g.thumbprint, g.stranger = g.certificates.issue(t, "alice@example.com"), g.certificates.issue(t, "bob@elsewhere.com")
	g.variables = login(t, d.HTTP) + fmt.Sprintf(`
$stranger = [pscredential]::new('stranger', $credential.Password)
$plain = @{ ComputerName = 'localhost'; Port = %s }
$tls = @{ ComputerName = 'localhost'; Port = %s; UseSSL = $true; SessionOption = New-PSSessionOption -SkipCACheck -SkipCNCheck }
`, portIn(t, d.HTTP), portIn(t, d.HTTPS))
	return g
}

func portIn(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Port()
}

// environment is that of a client whose user has logged on to the realm, and has
// certificates.
func (g *guarded) environment(t *testing.T) []string {
	t.Helper()
	return append(g.kdc.login(t, daemon.User), "WINRMD_CLIENT_CERTIFICATES="+g.certificates.directory)
}

// leaving is what is done with a session of $at: it is made, used, listed, left and
// come back to. Another client may have sessions of the same name elsewhere.
const leaving = `
$s = New-PSSession @at -Name $me; $s | show
(1..300 | Invoke-Command $s { process { "$_" * 100 } }).Count
Disconnect-PSSession $s | show
Get-PSSession @at -Name $me | show
Connect-PSSession $s | show
Invoke-Command $s { 'again' }
Remove-PSSession $s
Get-PSSession @at | Where-Object Name -EQ $me`

func left(me string) []string {
	return []string{me + " Opened Available", "300", me + " Disconnected None", me + " Disconnected None", me + " Opened Available", "again"}
}

// asks runs a command in a session of its own. It says whether the client has
// handed over what the session can log on with elsewhere, as CredSSP does.
const asks = `Invoke-Command @at { "in, with a password: $([bool] $env:KRB5CCNAME)" }`

const (
	in     = "in, with a password: False"
	handed = "in, with a password: True"
)

// TestLogOn: each scheme and a proxy by PowerShell's own parameters, in both
// builds. Nothing falls back to another scheme, by which some of those that fail
// would get in.
func TestLogOn(t *testing.T) {
	t.Parallel()
	g := startGuarded(t)
	windows := startClient(t, windowsHost, g.environment(t)...)
	unix := startModule(t, "", g.environment(t)...)
	for name, c := range map[string]*client{"Windows": windows, "Unix": unix} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, c.run(t, g.variables+"$me = '"+name+"'"))
			for _, at := range []string{`@{ Authentication = 'Kerberos' }`, `@{ Authentication = 'CredSSP'; Credential = $credential }`} {
				assert.Equal(t, left(name), c.run(t, "$at = $plain + "+at+leaving), at)
			}
			assert.Equal(t, left(name), c.run(t, "$at = $tls + @{ CertificateThumbprint = '"+g.thumbprint+"' }"+leaving), "Certificate")
			for _, row := range []struct{ at, want string }{
				{`$plain + @{ Authentication = 'Kerberos'; Credential = $credential }`, in},
				{`$plain + @{ Authentication = 'Kerberos'; Credential = $stranger }`, "ERROR AccessDenied,PSSessionStateBroken: "},
				{`@{ ComputerName = '127.0.0.1'; Port = $plain.Port; Authentication = 'Kerberos'; Credential = $credential }`, "kerberos: ticket for HTTP/127.0.0.1: "},
				{`$plain`, in}, // Negotiate, with the ticket
				{`$plain + @{ Authentication = 'NegotiateWithImplicitCredential' }`, in},
				{`$tls + @{ Authentication = 'CredSSP'; Credential = $credential }`, handed},
				{`$plain + @{ Authentication = 'CredSSP'; Credential = $stranger }`, "ERROR AccessDenied,PSSessionStateBroken: "},
				{`$plain + @{ Authentication = 'CredSSP' }`, "ERROR ExplicitCredentialsRequired,PSSessionStateBroken: "},
				{`$tls + @{ CertificateThumbprint = '` + g.stranger + `' }`, "ERROR InvalidAuthentication,PSSessionStateBroken: "},
				{`$tls + @{ CertificateThumbprint = '` + strings.Repeat("0", 40) + `' }`, "has a certificate with the thumbprint 00"},
			} {
				assert.Contains(t, c.one(t, "$at = "+row.at+"\n"+asks), row.want, row.at)
			}
		})
	}
}

// TestProxyOption: the proxy of New-PSSessionOption, in both builds, one after the
// other: PowerShell for Linux has no parameters for it, and the object's properties
// are the same.
func TestProxyOption(t *testing.T) {
	t.Parallel()
	p := newHTTPProxy(t, proxyPassword)
	d := server(t, "")
	more := append(p.environment(), "KRB5_CONFIG=/nonexistent")
	windows, unix := startClient(t, windowsHost, more...), startModule(t, "", more...)
	for name, c := range map[string]*client{"Windows": windows, "Unix": unix} {
		assert.Empty(t, c.run(t, login(t, d.HTTP)+`
$secret = [securestring]::new(); 'the proxy'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
$through = [pscredential]::new('through', $secret)
function by($type, $authentication, $who) {
    $o = New-PSSessionOption -SkipCACheck -SkipCNCheck
    $o.ProxyAccessType = $type; $o.ProxyAuthentication = $authentication; $o.ProxyCredential = $who; $o
}
function far($port, $option, [switch] $tls) { @{ ComputerName = '`+farName+`'; Port = $port; UseSSL = $tls; Credential = $credential; SessionOption = $option } }`))
		assert.Equal(t, left(name), c.run(t, `$me = '`+name+`'; $at = far `+portIn(t, d.HTTP)+` (by IEConfig Basic $through)`+leaving))
		assert.Equal(t, http.MethodPost, strings.Join(p.takeAsked(), " "))
		for _, row := range []struct{ at, want, asked string }{
			{`far ` + portIn(t, d.HTTPS) + ` (by WinHttpConfig Basic $through) -tls`, in, http.MethodConnect},
			{`far ` + portIn(t, d.HTTP) + ` (by AutoDetect Negotiate $null)`, "407", http.MethodPost},
			{`far ` + portIn(t, d.HTTPS) + ` (by AutoDetect Negotiate $null) -tls`, "407", http.MethodConnect},
			{`far ` + portIn(t, d.HTTP) + ` (by AutoDetect Negotiate $through)`, "gives a proxy a user name and a password by Basic only", ""},
		} {
			assert.Contains(t, c.one(t, "$at = "+row.at+"\n"+asks), row.want, name+" "+row.at)
			assert.Equal(t, row.asked, strings.Join(p.takeAsked(), " "), name+" "+row.at)
		}
	}
	assert.Equal(t, "IEConfig Basic x", windows.one(t, `
$o = New-PSSessionOption -ProxyAccessType IEConfig -ProxyAuthentication Basic -ProxyCredential ([pscredential]::new('x', [securestring]::new()))
"$($o.ProxyAccessType) $($o.ProxyAuthentication) $($o.ProxyCredential.UserName)"`), "the parameters that one has")
}
