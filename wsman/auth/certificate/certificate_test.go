package certificate

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// user finds Ada only.
func user(_ context.Context, name string) (auth.Identity, bool, error) {
	return auth.Identity{Name: "Ada", Groups: []string{"g"}}, name == "ada", nil
}

func anyone() Mapping {
	return Mapping{Subject: "*", URI: AnyResource, Enabled: true, User: "ada"}
}

// step judges a chain.
func step(roots *x509.CertPool, mappings []Mapping, chain ...*x509.Certificate) (auth.Result, error) {
	s := New(Config{
		Roots:    func() (*x509.CertPool, error) { return roots, nil },
		Mappings: func() ([]Mapping, error) { return mappings, nil },
		Identify: user,
	})
	r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
	r.TLS = &tls.ConnectionState{PeerCertificates: chain}
	return s.Begin().Step(r.Context(), r, "")
}

func TestRefusals(t *testing.T) {
	ca, other := newAuthority(t, "ca"), newAuthority(t, "ca") // by name they are one
	good, _ := ca.issue("ada@example.com", nil)
	issue := func(edit func(*x509.Certificate)) *x509.Certificate {
		c, _ := ca.issue("ada@example.com", edit)
		return c
	}
	foreign, _ := other.issue("ada@example.com", nil)
	noUPN, _ := ca.issue("", nil)
	nul, _ := ca.issue("ada@example.com\x00.evil", nil)
	disabled := anyone()
	disabled.Enabled = false
	nobody := anyone()
	nobody.User = "nobody"
	for name, c := range map[string]struct {
		chain    []*x509.Certificate
		mappings []Mapping
		want     Problem
	}{
		"none":             {nil, []Mapping{anyone()}, Missing},
		"unknown issuer":   {[]*x509.Certificate{foreign}, []Mapping{anyone()}, UnknownIssuer},
		"issuer sent":      {[]*x509.Certificate{foreign, other.cert}, []Mapping{anyone()}, UnknownIssuer},
		"expired":          {[]*x509.Certificate{issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Second) })}, []Mapping{anyone()}, Expired},
		"not yet":          {[]*x509.Certificate{issue(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })}, []Mapping{anyone()}, Expired},
		"for servers":      {[]*x509.Certificate{issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })}, []Mapping{anyone()}, WrongUsage},
		"for nothing said": {[]*x509.Certificate{issue(func(c *x509.Certificate) { c.ExtKeyUsage = nil })}, []Mapping{anyone()}, WrongUsage},
		"no mappings":      {[]*x509.Certificate{good}, nil, NotMapped},
		"other UPN":        {[]*x509.Certificate{good}, []Mapping{{Subject: "bob@example.com", URI: "*", Enabled: true, User: "ada"}}, NotMapped},
		"no UPN":           {[]*x509.Certificate{noUPN}, []Mapping{anyone()}, NotMapped},
		"other issuer":     {[]*x509.Certificate{good}, []Mapping{{Subject: "*", Issuer: thumbprint(other.cert), URI: "*", Enabled: true, User: "ada"}}, NotMapped},
		"disabled":         {[]*x509.Certificate{good}, []Mapping{disabled}, Disabled},
		"unknown user":     {[]*x509.Certificate{good}, []Mapping{nobody}, UnknownUser},
		"NUL in the UPN":   {[]*x509.Certificate{nul}, []Mapping{anyone()}, Malformed},
		"long chain":       {make([]*x509.Certificate, maxChain+1), []Mapping{anyone()}, Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			if len(c.chain) > 0 && c.chain[0] == nil {
				c.chain[0] = good
			}
			_, err := step(ca.pool(), c.mappings, c.chain...)
			require.ErrorIs(t, err, auth.ErrWrongCredentials)
			var r *Refusal
			require.ErrorAs(t, err, &r)
			assert.Equal(t, c.want, r.Problem)
			assert.Equal(t, string(c.want), r.Reason())
			var e *auth.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "Certificate", e.Scheme)
		})
	}
	_, err := step(nil, []Mapping{anyone()}, good)
	assert.ErrorIs(t, err, auth.ErrWrongCredentials, "no authorities are not those of the system")
}

func thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}

func TestMappings(t *testing.T) {
	ca := newAuthority(t, "ca")
	good, _ := ca.issue("Ada@Example.com", nil)
	long := sha256.Sum256(ca.cert.Raw)
	for name, edit := range map[string]func(*Mapping){
		"anyone":             func(*Mapping) {},
		"the UPN":            func(m *Mapping) { m.Subject = "ada@example.COM" },
		"of a domain":        func(m *Mapping) { m.Subject = "*@example.com" },
		"a part":             func(m *Mapping) { m.Subject = "a*@ex*.com" },
		"distinguished name": func(m *Mapping) { m.Subject = "CN=ada,O=Example" },
		"SHA-1":              func(m *Mapping) { m.Issuer = thumbprint(ca.cert) },
		"SHA-256":            func(m *Mapping) { m.Issuer = hex.EncodeToString(long[:]) },
	} {
		t.Run(name, func(t *testing.T) {
			m := anyone()
			edit(&m)
			result, err := step(ca.pool(), []Mapping{{Subject: "*", URI: "*", User: "disabled"}, m}, good)
			require.NoError(t, err)
			assert.True(t, result.Done)
			assert.False(t, result.Bound)
			assert.Equal(t, "Ada", result.Principal.User)
			assert.Equal(t, []string{"g"}, result.Principal.Groups)
			assert.Equal(t, "Certificate", result.Principal.Scheme)
			assert.Nil(t, result.Principal.Resources)
		})
	}
}

func TestResources(t *testing.T) {
	ca := newAuthority(t, "ca")
	good, _ := ca.issue("ada@example.com", nil)
	of := func(uri, user string) Mapping { return Mapping{Subject: "*", URI: uri, Enabled: true, User: user} }
	for name, c := range map[string]struct {
		mappings []Mapping
		want     []string
	}{
		"one":             {[]Mapping{of("http://a", "ada")}, []string{"http://a"}},
		"two":             {[]Mapping{of("http://a", "ada"), of("http://b", "ada")}, []string{"http://a", "http://b"}},
		"another's":       {[]Mapping{of("http://a", "ada"), of("*", "bob")}, []string{"http://a"}},
		"one and all":     {[]Mapping{of("http://a", "ada"), of("*", "ada")}, nil},
		"disabled do not": {[]Mapping{of("http://a", "ada"), {Subject: "*", URI: "*", User: "ada"}}, []string{"http://a"}},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := step(ca.pool(), c.mappings, good)
			require.NoError(t, err)
			assert.Equal(t, c.want, result.Principal.Resources)
		})
	}
}

// TestSelfSigned: what Ansible's documentation makes, a certificate that is its
// own issuer.
func TestSelfSigned(t *testing.T) {
	ca := newAuthority(t, "x")
	own, key := ca.issue("ada@localhost", func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	self := &authority{t, own, key}
	own, _ = self.issue("ada@localhost", nil)
	_, err := step(ca.pool(), []Mapping{anyone()}, own)
	require.Error(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(own)
	m := anyone()
	m.Issuer = thumbprint(own)
	result, err := step(pool, []Mapping{m}, own)
	require.NoError(t, err)
	assert.Equal(t, "Ada", result.Principal.User)
}

func TestWhatIsNotTheClientsFault(t *testing.T) {
	ca := newAuthority(t, "ca")
	good, _ := ca.issue("ada@example.com", nil)
	broken := errors.New("disk on fire")
	base := Config{
		Roots:    func() (*x509.CertPool, error) { return ca.pool(), nil },
		Mappings: func() ([]Mapping, error) { return []Mapping{anyone()}, nil },
		Identify: user,
	}
	for name, edit := range map[string]func(*Config){
		"roots":    func(c *Config) { c.Roots = func() (*x509.CertPool, error) { return nil, broken } },
		"mappings": func(c *Config) { c.Mappings = func() ([]Mapping, error) { return nil, broken } },
		"users": func(c *Config) {
			c.Identify = func(context.Context, string) (auth.Identity, bool, error) { return auth.Identity{}, false, broken }
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := base
			edit(&c)
			r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{good}}
			_, err := New(c).Begin().Step(r.Context(), r, "")
			assert.ErrorIs(t, err, broken)
			assert.NotErrorIs(t, err, auth.ErrWrongCredentials)
		})
	}
}

// TestOverTLS goes the whole way, with crypto/tls as client.
func TestOverTLS(t *testing.T) {
	ca := newAuthority(t, "ca")
	good, key := ca.issue("ada@example.com", nil)
	authenticator := &auth.Authenticator{Schemes: []auth.Scheme{New(Config{
		Roots:    func() (*x509.CertPool, error) { return ca.pool(), nil },
		Mappings: func() ([]Mapping, error) { return []Mapping{anyone()}, nil },
		Identify: user,
	})}}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, err := authenticator.Authenticate(new(auth.Connection), r)
		o.SetHeader(w.Header())
		if !o.Authenticated {
			w.Header().Set("Reason", errorText(err))
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("User", o.Principal.User)
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	Request(s.TLS)
	s.StartTLS()
	defer s.Close()
	post := func(authorization string, certificates ...tls.Certificate) *http.Response {
		client := s.Client()
		transport := client.Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Certificates = certificates
		transport.DisableKeepAlives = true
		r, err := http.NewRequest(http.MethodPost, s.URL, nil)
		require.NoError(t, err)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		answer, err := (&http.Client{Transport: transport}).Do(r)
		require.NoError(t, err)
		answer.Body.Close()
		return answer
	}
	pair := tls.Certificate{Certificate: [][]byte{good.Raw}, PrivateKey: key}
	answer := post(Profile, pair)
	assert.Equal(t, "Ada", answer.Header.Get("User"))
	answer = post(Profile)
	assert.Equal(t, 401, answer.StatusCode, "without a certificate")
	assert.Contains(t, answer.Header.Get("Reason"), "no certificate")
	answer = post("", pair)
	assert.Equal(t, 401, answer.StatusCode, "a certificate alone is no login")
	assert.Empty(t, answer.Header.Values("WWW-Authenticate"))
	assert.Equal(t, 401, post(Profile+" x", pair).StatusCode)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestScheme(t *testing.T) {
	s := New(Config{})
	assert.Equal(t, "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual", s.Name())
	assert.Empty(t, s.Challenge())
	r := httptest.NewRequest(http.MethodPost, "/wsman", nil)
	assert.False(t, s.Offered(r))
	_, err := s.Begin().Step(t.Context(), r, "")
	assert.ErrorIs(t, err, auth.ErrWrongCredentials)
}
