package wsmanclient_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/ntlm/ntlmtest"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// foreign is the scheme Negotiate with pyspnego, or gss-ntlmssp, behind it: what
// authenticates, seals and unseals is none of ours. It is for one connection.
type foreign struct {
	mu   sync.Mutex
	peer *ntlmtest.Peer
}

func (*foreign) Name() string               { return "Negotiate" }
func (*foreign) Challenge() string          { return "Negotiate" }
func (*foreign) Offered(*http.Request) bool { return true }
func (f *foreign) Begin() auth.Context      { return f }

// Step implements auth.Context.
func (f *foreign) Step(_ context.Context, _ *http.Request, token string) (auth.Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return auth.Result{}, err
	}
	reply, done, err := f.peer.Step(raw)
	if err != nil {
		return auth.Result{}, err
	}
	result := auth.Result{Token: base64.StdEncoding.EncodeToString(reply), Done: done}
	if done {
		result.Bound, result.Sealer = true, f
		result.Principal = wsman.Principal{User: f.peer.Principal()}
	}
	return result, nil
}

func (*foreign) Protocol() string { return "application/HTTP-SPNEGO-session-encrypted" }

// Seal implements auth.Sealer.
func (f *foreign) Seal(plain []byte) (signature, sealed []byte, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	signature, sealed = f.peer.Seal(plain)
	return signature, sealed, nil
}

// Unseal implements auth.Sealer.
func (f *foreign) Unseal(signature, sealed []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.peer.Unseal(signature, sealed)
}

// startForeign starts a server for one connection at a time, which answers with
// the body of the request and who the client is.
func startForeign(t *testing.T, peer *ntlmtest.Peer) string {
	t.Helper()
	server := wsmanserver.New(wsmanserver.Config{
		Authenticator: &auth.Authenticator{Schemes: []auth.Scheme{&foreign{peer: peer}}},
		Handler: wsman.HandlerFunc(func(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
			e, err := r.BodyElement()
			if err != nil {
				return nil, err
			}
			if e == nil {
				return nil, wsman.NewFault(wsman.CodeUnexpectedSelectors, "")
			}
			return &wsman.Response{Body: wsman.RawBody(`<x>` + r.Principal.User + " says " + e.Text() + `</x>`)}, nil
		}),
	})
	h := server.HTTPServer(nil)
	s := httptest.NewUnstartedServer(server)
	s.Config = h
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// python is where the peers of package ntlmtest run. Where CI is true there must
// be one.
func python(t *testing.T) {
	t.Helper()
	if os.Getenv(ntlmtest.Variable) == "" && os.Getenv("CI") == "true" {
		t.Fatalf("%s does not name a Python with pyspnego", ntlmtest.Variable)
	}
}

const users = "EXAMPLE:ada:geheim\n"

// TestForeignServer: what the client says, seals and unseals is understood by
// servers that are not ours.
func TestForeignServer(t *testing.T) {
	python(t)
	for name, begin := range map[string]func(testing.TB, ntlmtest.Options) *ntlmtest.Peer{
		"pyspnego": ntlmtest.Start, "gss-ntlmssp": ntlmtest.StartGSS,
	} {
		t.Run(name, func(t *testing.T) {
			peer := begin(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: users})
			c, err := wsmanclient.New(startForeign(t, peer), wsmanclient.Config{
				Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: `EXAMPLE\ada`, Password: "geheim", Workstation: "HOME"}),
			})
			require.NoError(t, err)
			defer c.Close()
			for _, size := range []int{1, 5000, 200_000} {
				text := strings.Repeat("x", size)
				got, err := c.Put(within(t), some, []byte("<x>"+text+"</x>"))
				require.NoError(t, err)
				who, said, _ := strings.Cut(parse(t, got).Text(), " says ")
				assert.Equal(t, text, said)
				assert.Contains(t, who, "ada")
				_, err = c.Get(within(t), some)
				require.ErrorIs(t, err, wsman.CodeUnexpectedSelectors, "faults are sealed too")
			}
		})
	}
}

func TestForeignServerRefuses(t *testing.T) {
	python(t)
	peer := ntlmtest.Start(t, ntlmtest.Options{Side: "accept", Protocol: "negotiate", Users: users})
	c, err := wsmanclient.New(startForeign(t, peer), wsmanclient.Config{
		Authentication: wsmanclient.NTLM(wsmanclient.NegotiateConfig{User: `EXAMPLE\ada`, Password: "wrong"}),
	})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Get(within(t), some)
	var refused *wsmanclient.AuthenticationError
	require.ErrorAs(t, err, &refused)
}
