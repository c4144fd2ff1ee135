package credssp

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
)

// exchangeWith sends messages between a Sealer of ours and pyspnego, in both
// directions. With whole it makes many records of one message, as it does when
// nobody cuts it for it.
func exchangeWith(t *testing.T, s *Sealer, p *peer, whole bool) {
	t.Helper()
	for _, size := range []int{0, 1, maxPlain, maxPlain + 1, 500_000} {
		want, got := message(size), []byte(nil)
		pieces(t, s, want, func(signature, sealed []byte) {
			m, err := p.ask(peerMessage{Do: "unwrap", Signature: signature, Data: sealed})
			require.NoError(t, err)
			got = append(got, m.Data...)
		})
		require.True(t, bytes.Equal(want, got), "%d bytes to pyspnego", size)

		got = nil
		for rest := want; ; {
			n := min(len(rest), maxPlain)
			if whole {
				n = len(rest)
			}
			m, err := p.ask(peerMessage{Do: "wrap", Data: rest[:n]})
			require.NoError(t, err)
			plain, err := s.Unseal(m.Signature, m.Data)
			require.NoError(t, err)
			got = append(got, plain...)
			if rest = rest[n:]; len(rest) == 0 {
				break
			}
		}
		require.True(t, bytes.Equal(want, got), "%d bytes from pyspnego", size)
	}
}

// dial takes a pyspnego client's login to its end.
func dial(t *testing.T, p *peer, c *Context) (result auth.Result, server, client error) {
	t.Helper()
	var token []byte
	for {
		out, _, err := p.step(token)
		if err != nil {
			return result, server, err
		}
		if token, result, server = step(t, c, out); result.Done || server != nil && len(token) == 0 {
			return result, server, nil
		}
	}
}

// wires are the forms of TLS that the peers speak.
var wires = []peerMessage{
	{TLS: "TLSv1_3"},
	{TLS: "TLSv1_2"},
	{TLS: "TLSv1_2", Cipher: "ECDHE-RSA-CHACHA20-POLY1305"},
	{TLS: "TLSv1_2", Cipher: "ECDHE-RSA-AES256-SHA"},
}

func TestPyspnegoClient(t *testing.T) {
	p := startPeer(t, "")
	for _, version := range []int{2, 3, 4, 5, 6} {
		for _, m := range wires {
			t.Run(fmt.Sprint(version, m.TLS, m.Cipher), func(t *testing.T) {
				m.Side, m.Version, m.User, m.Password = "initiate", version, `EXAMPLE\Ada`, "geheim"
				p.begin(t, m)
				w := newWorld(t)
				w.config.MinVersion = 2
				c := w.begin(t)
				result, server, client := dial(t, p, c)
				require.NoError(t, server)
				require.NoError(t, client)
				assert.Equal(t, "ada", result.Principal.User)
				assert.Equal(t, []string{`ada: EXAMPLE\Ada geheim`}, w.delegated)
				assert.Equal(t, version, c.versions.agreed())
				info, err := p.ask(peerMessage{Do: "info"})
				require.NoError(t, err)
				assert.Equal(t, version, info.Version)
				exchangeWith(t, result.Sealer.(*Sealer), p, version%2 == 0)
			})
		}
	}
}

func TestPyspnegoClients(t *testing.T) {
	p := startPeer(t, "")
	for name, c := range map[string]struct {
		user, password string
		mechanism      string
		server         error
		client         string
		delegated      []string
	}{
		"user principal name": {"ada@example.com", "geheim", "", nil, "", []string{`ada: \ada@example.com geheim`}},
		"not ASCII":           {"bob", "grün€𝄞", "", nil, "", []string{`bob: \bob grün€𝄞`}},
		"NTLM, no SPNEGO":     {`EXAMPLE\ada`, "geheim", "ntlm", nil, "", []string{`ada: EXAMPLE\ada geheim`}},
		// It knows what STATUS_LOGON_FAILURE means.
		"wrong password": {`EXAMPLE\ada`, "Geheim", "", auth.ErrWrongCredentials, "InvalidCredentialError", nil},
		"no user":        {`EXAMPLE\stranger`, "geheim", "", errNoUser, "InvalidCredentialError", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p.begin(t, peerMessage{
				Side: "initiate", Version: 6, TLS: "TLSv1_3", User: c.user, Password: c.password, Mechanism: c.mechanism,
			})
			w := newWorld(t)
			_, server, client := dial(t, p, w.begin(t))
			require.ErrorIs(t, server, c.server)
			if c.client != "" {
				require.ErrorContains(t, client, c.client)
			} else {
				require.NoError(t, client)
			}
			assert.Equal(t, c.delegated, w.delegated)
		})
	}
}

func TestPyspnegoServer(t *testing.T) {
	p := startPeer(t, "EXAMPLE:ada:geheim\n:bob:grün€𝄞\n")
	for _, version := range []int{2, 3, 4, 5, 6} {
		for _, m := range wires {
			t.Run(fmt.Sprint(version, m.TLS, m.Cipher), func(t *testing.T) {
				m.Side, m.Version = "accept", version
				p.begin(t, m)
				client := asAda()
				client.MinVersion = 2
				i := newInitiator(t, client)
				var token []byte
				for done := false; !done; {
					var err error
					token, done, err = i.Initiate(t.Context(), token)
					require.NoError(t, err)
					token, _, err = p.step(token)
					require.NoError(t, err)
				}
				assert.Equal(t, version, i.Version())
				info, err := p.ask(peerMessage{Do: "info"})
				require.NoError(t, err)
				assert.Equal(t, version, info.Version)
				assert.Equal(t, `EXAMPLE\Ada`, info.Principal)
				assert.Equal(t, `EXAMPLE\Ada geheim`, info.Credentials)
				exchangeWith(t, i.Sealer(), p, version%2 == 0)
			})
		}
	}
	t.Run("wrong password", func(t *testing.T) {
		p.begin(t, peerMessage{Side: "accept", Version: 6, TLS: "TLSv1_3"})
		i := newInitiator(t, asUser("ada", "EXAMPLE", "Geheim"))
		var token []byte
		for {
			var err error
			if token, _, err = i.Initiate(t.Context(), token); err != nil {
				var status *StatusError
				require.ErrorAs(t, err, &status)
				return
			}
			token, _, err = p.step(token)
			require.NoError(t, err)
		}
	})
}

// A server whose words are sealed right and say something else than it should.
type liar struct{ NTLM }

func (m liar) Wrap(b []byte) ([]byte, error) {
	b[len(b)-1] ^= 1
	return m.NTLM.Wrap(b)
}

// It sees a key that is not the one of TLS, so it looks at ours.
func TestPyspnegoClientChecksOurKey(t *testing.T) {
	p := startPeer(t, "")
	for _, version := range []int{2, 6} {
		p.begin(t, peerMessage{Side: "initiate", Version: version, TLS: "TLSv1_3", User: `EXAMPLE\ada`, Password: "geheim"})
		w := newWorld(t)
		w.config.MinVersion = 2
		w.lie()
		_, server, client := dial(t, p, w.begin(t))
		require.NoError(t, server)
		require.ErrorContains(t, client, "Public key verification failed")
		require.Empty(t, w.delegated)
	}
}
