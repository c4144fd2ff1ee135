package ntlm

import (
	"strings"
	"testing"

	"github.com/Azure/go-ntlmssp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// go-ntlmssp is what masterzen/winrm speaks: raw NTLM without sealing, and
// without a MIC although it is told the time.
func TestGoNTLMSSP(t *testing.T) {
	for name, c := range map[string]struct {
		user, password string
		want           error
	}{
		"domain":              {`EXAMPLE\Ada`, "geheim", nil},
		"user principal name": {"ada@example.com", "geheim", nil},
		"no domain":           {"bob", "grün€𝄞", nil},
		"wrong password":      {`EXAMPLE\ada`, "geheim ", ErrLogonFailed},
		"unknown user":        {"eve", "geheim", ErrLogonFailed},
	} {
		t.Run(name, func(t *testing.T) {
			server := NewServer(testConfig())
			negotiate, err := ntlmssp.NewNegotiateMessage("EXAMPLE", "HOME")
			require.NoError(t, err)
			challenge, done, err := server.Accept(t.Context(), negotiate)
			require.NoError(t, err)
			require.False(t, done)
			authenticate, err := ntlmssp.NewAuthenticateMessage(challenge, c.user, c.password,
				&ntlmssp.AuthenticateMessageOptions{WorkstationName: "HOME"})
			require.NoError(t, err)
			_, done, err = server.Accept(t.Context(), authenticate)
			assert.ErrorIs(t, err, c.want)
			assert.Equal(t, c.want == nil, done)
			if c.want != nil {
				return
			}
			peer := server.Peer()
			_, user, _ := strings.Cut(`\`+c.user, `\`)
			if _, after, cut := strings.Cut(user, `\`); cut {
				user = after
			}
			assert.Equal(t, user, peer.User)
			assert.Equal(t, "HOME", peer.Workstation)
			assert.False(t, peer.MIC)
			assert.Zero(t, peer.Bindings)
			assert.False(t, server.Session().CanSeal())
		})
	}

	config := testConfig()
	config.RequireMIC = true
	server := NewServer(config)
	negotiate, err := ntlmssp.NewNegotiateMessage("", "")
	require.NoError(t, err)
	challenge, _, err := server.Accept(t.Context(), negotiate)
	require.NoError(t, err)
	authenticate, err := ntlmssp.NewAuthenticateMessage(challenge, "bob", "grün€𝄞", nil)
	require.NoError(t, err)
	_, _, err = server.Accept(t.Context(), authenticate)
	assert.ErrorIs(t, err, ErrMICMissing)
}
