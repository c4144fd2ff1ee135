package main

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// captureRequest is a request of somebody, parsed.
func captureRequest(t *testing.T, user, source, session string) *wsman.Request {
	t.Helper()
	r, err := wsman.ParseRequest([]byte(`<s:Envelope xmlns:s="`+wsman.NamespaceSOAP+`" xmlns:a="`+wsman.NamespaceAddressing+`" xmlns:w="`+
		wsman.NamespaceWSMan+`" xmlns:p="`+wsman.NamespaceWSManMS+`"><s:Header><a:Action>`+wsman.ActionGet+`</a:Action><a:To>http://x/wsman</a:To><w:ResourceURI>`+
		wsman.ResourceConfig+`</w:ResourceURI><a:MessageID>uuid:1</a:MessageID><a:ReplyTo><a:Address>`+wsman.AddressAnonymous+
		`</a:Address></a:ReplyTo><p:SessionId>`+session+`</p:SessionId></s:Header><s:Body/></s:Envelope>`), wsman.Limits{})
	require.NoError(t, err)
	r.Principal = wsman.Principal{User: user, Scheme: "Basic", Source: netip.MustParseAddr(source)}
	return r
}

const sessionA, sessionB = "uuid:AAAAAAAA-0000-0000-0000-000000000001", "uuid:BBBBBBBB-0000-0000-0000-000000000001"

// TestCapturer: a file for each client session of those who are recorded, with
// answers, faults and what got none.
func TestCapturer(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "new")
	results := []error{nil, wsman.NewFault(wsman.CodeAccessDenied, ""), wsman.ErrNoAnswer, errors.New("internal")}
	n := 0
	next := wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		err := results[n%len(results)]
		n++
		return &wsman.Response{Body: wsman.RawBody("<a/>")}, err
	})
	c, err := newCapturer(captureOptions{
		directory: directory, users: []string{"Ann"}, sources: []string{"192.0.2.0/24", "2001:db8::1"},
	}, next, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for range results {
		response, err := c.ServeWSMan(t.Context(), captureRequest(t, "ann", "192.0.2.7", sessionA))
		assert.Equal(t, results[(n-1)%len(results)], err)
		assert.NotNil(t, response)
	}
	for _, other := range []*wsman.Request{
		captureRequest(t, "ann", "::ffff:192.0.2.8", sessionB), // recorded, in a file of its own
		captureRequest(t, "ann", "198.51.100.1", sessionA),     // from elsewhere
		captureRequest(t, "bob", "192.0.2.7", sessionA),        // somebody else
	} {
		_, _ = c.ServeWSMan(t.Context(), other)
	}
	local := captureRequest(t, "ann", "192.0.2.7", sessionA)
	local.Principal.Scheme = localPrincipal.Scheme
	_, _ = c.ServeWSMan(t.Context(), local)
	c.close()
	_, _ = c.ServeWSMan(t.Context(), captureRequest(t, "ann", "192.0.2.7", sessionA)) // served, and not recorded

	names, err := filepath.Glob(filepath.Join(directory, "*-ann-*.yaml"))
	require.NoError(t, err)
	require.Len(t, names, 2)
	recorded, err := capture.ReadFile(names[0])
	require.NoError(t, err)
	require.Len(t, recorded.Exchanges, len(results))
	for i, want := range []struct {
		status int
		code   string
	}{{200, ""}, {500, "5"}, {0, ""}, {500, "1359"}} {
		x := recorded.Exchanges[i]
		assert.Equal(t, want.status, x.Response.Status)
		assert.Equal(t, want.code, capture.Describe(x.Response.Body).FaultNumber)
		assert.Equal(t, "192.0.2.7", x.Source)
	}
	info, err := os.Stat(names[0])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestCapturerOptions(t *testing.T) {
	c, err := newCapturer(captureOptions{}, nil, nil)
	require.NoError(t, err)
	assert.Nil(t, c)
	c.close()
	_, err = newCapturer(captureOptions{directory: t.TempDir(), sources: []string{"nowhere"}}, nil, nil)
	require.ErrorContains(t, err, "--capture-from nowhere")
	assert.Equal(t, "__etc_pas", fileName("../etc/passwd"[1:], 9))
}

// TestCapturerFiles: clients who begin ever new sessions do not open ever more
// files.
func TestCapturerFiles(t *testing.T) {
	next := wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) { return &wsman.Response{}, nil })
	c, err := newCapturer(captureOptions{directory: t.TempDir()}, next, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer c.close()
	r := captureRequest(t, "ann", "192.0.2.7", sessionA)
	for i := range maxCaptures + 10 {
		r.Header.SessionID = string(rune('a'+i%26)) + string(rune('a'+i/26))
		_, err := c.ServeWSMan(t.Context(), r)
		require.NoError(t, err)
	}
	assert.Len(t, c.open, maxCaptures)
}
