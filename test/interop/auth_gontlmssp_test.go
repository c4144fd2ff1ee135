package interop

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/go-ntlmssp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
	"github.com/winrmd/winrmd/wsman"
)

const identify = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"><s:Header/><s:Body><i:Identify xmlns:i="` +
	wsman.NamespaceWSManIdentity + `"/></s:Body></s:Envelope>`

// identifyWithNTLMSSP asks for the server's name with Azure's go-ntlmssp, as
// masterzen/winrm does. It sends raw NTLM in Negotiate, no MIC, and seals nothing.
func identifyWithNTLMSSP(t *testing.T, s *server, scheme, user, password string) (status int, body string) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a certificate of this test
	defer transport.CloseIdleConnections()
	c := &http.Client{Transport: ntlmssp.Negotiator{RoundTripper: transport}, Timeout: patience}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, scheme+"://"+s.addresses[scheme]+"/wsman", strings.NewReader(identify))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/soap+xml;charset=UTF-8")
	r.SetBasicAuth(user, password)
	response, err := c.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestAuthGoNTLMSSP(t *testing.T) {
	t.Parallel()
	takeSlot(t) // one for all three: a test that takes several may wait for itself
	closed := start(t, setup{withoutSlot: true, encryptedOnly: true, settings: "[Auth]\nBasic = false\n"})
	open := start(t, setup{withoutSlot: true, settings: "[Auth]\nBasic = false\n"})
	demanding := start(t, setup{withoutSlot: true, settings: "[Auth]\nBasic = false\nRequireNTLMMIC = true\n"})
	for _, scheme := range []string{"HTTPS, NTLM", "HTTP, NTLM in clear"} {
		matrix.Ran(t, "go-ntlmssp", "Identify", scheme)
	}
	for name, test := range map[string]struct {
		server         *server
		scheme         string
		user, password string
		status         int
		text           string
	}{
		"HTTPS":                {closed, "https", "alice", passwordOf("alice"), 200, "IdentifyResponse"},
		"HTTPS, domain":        {closed, "https", `ELSEWHERE\alice`, passwordOf("alice"), 200, "IdentifyResponse"},
		"HTTPS, wrong":         {closed, "https", "alice", "x", 401, ""},
		"HTTP":                 {closed, "http", "alice", passwordOf("alice"), 500, "AllowUnencrypted"},
		"HTTP, allowed":        {open, "http", "alice", passwordOf("alice"), 200, "IdentifyResponse"},
		"HTTP, allowed, wrong": {open, "http", "alice", "x", 401, ""},
		"without MIC":          {demanding, "https", "alice", passwordOf("alice"), 401, ""},
	} {
		status, body := identifyWithNTLMSSP(t, test.server, test.scheme, test.user, test.password)
		assert.Equal(t, test.status, status, "%s: %s", name, body)
		assert.Contains(t, body, test.text, name)
	}
}
