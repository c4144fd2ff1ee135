package credssp

import (
	"context"
	"fmt"
	"testing"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// kerberise lets a world's clients come in with tickets only.
func (w *world) kerberise(t *testing.T, k *kdc) {
	t.Helper()
	acceptor, err := kerberos.NewAcceptor(kerberos.Config{Keytab: k.path("keytab"), Services: []string{"HTTP"}})
	require.NoError(t, err)
	w.config.Mechanisms = func() []Mechanism { return []Mechanism{Kerberos{acceptor.Begin()}} }
	w.config.Identify = func(_ context.Context, m Mechanism) (auth.Identity, error) {
		return auth.Identity{Name: m.(Kerberos).Peer().Client.String()}, nil
	}
}

// asAlice is a client's configuration, with a ticket.
func asAlice(t *testing.T, k *kdc) InitiatorConfig {
	t.Helper()
	c, err := config.Load(k.path("krb5.conf"))
	require.NoError(t, err)
	login := client.NewWithPassword("alice", testRealm, testPassword, c, client.DisablePAFXFAST(true))
	require.NoError(t, login.Login())
	defer login.Destroy()
	ticket, err := kerberos.ServiceTicket(login, "HTTP/"+testHost)
	require.NoError(t, err)
	return InitiatorConfig{
		Mechanisms:  []ClientMechanism{KerberosClient{kerberos.NewInitiator(ticket, kerberos.InitiatorOptions{})}},
		Credentials: NewCredentials(testRealm, "alice", []byte(testPassword)),
		MinVersion:  2,
	}
}

func TestKerberos(t *testing.T) {
	k := startKDC(t)
	w := newWorld(t)
	w.kerberise(t, k)
	w.config.MinVersion = 2
	for _, version := range []int{2, 6} {
		w.delegated = nil
		config := asAlice(t, k)
		config.MaxVersion = version
		result, theirs, ours := login(t, newInitiator(t, config), w.begin(t))
		assert.Equal(t, "alice@WINRMD.TEST", result.Principal.User)
		assert.Equal(t, []string{`alice@WINRMD.TEST: WINRMD.TEST\alice correct horse`}, w.delegated)
		exchange(t, theirs, ours)
	}
	t.Run("tampered", func(t *testing.T) {
		w.delegated = nil
		certificate, err := testCertificate()
		require.NoError(t, err)
		for n := 2; n <= 4; n += 2 {
			result, server, _ := relay(t, newInitiator(t, asAlice(t, k)), w.begin(t), certificate, func(at int, r *TSRequest) {
				if at == n {
					for _, b := range [][]byte{r.PubKeyAuth, r.AuthInfo} {
						if b != nil {
							b[len(b)-1] ^= 1
						}
					}
				}
			})
			require.Error(t, server)
			untouched(t, w, result, server)
		}
	})
	t.Run("wrong ticket", func(t *testing.T) {
		config := asAda()
		_, server, refused := converse(t, newInitiator(t, config), w.begin(t), nil)
		require.ErrorIs(t, server, auth.ErrWrongCredentials)
		require.Error(t, refused)
	})
}

// MIT's Kerberos, by way of pyspnego, on either side.
func TestPyspnegoKerberos(t *testing.T) {
	k := startKDC(t)
	p := startPeer(t, "", k.env...)
	for _, version := range []int{2, 6} {
		for _, mechanism := range []string{"", "kerberos"} {
			m := peerMessage{
				Version: version, TLS: "TLSv1_3", Hostname: testHost, Mechanism: mechanism,
				User: "alice@" + testRealm, Password: testPassword,
			}
			t.Run(fmt.Sprint("client ", version, mechanism), func(t *testing.T) {
				m.Side = "initiate"
				p.begin(t, m)
				w := newWorld(t)
				w.kerberise(t, k)
				w.config.MinVersion = 2
				result, server, refused := dial(t, p, w.begin(t))
				require.NoError(t, server)
				require.NoError(t, refused)
				assert.Equal(t, "alice@WINRMD.TEST", result.Principal.User)
				assert.Equal(t, []string{`alice@WINRMD.TEST: \alice@WINRMD.TEST correct horse`}, w.delegated)
				exchangeWith(t, result.Sealer.(*Sealer), p, false)
			})
		}
		t.Run(fmt.Sprint("server ", version), func(t *testing.T) {
			p.begin(t, peerMessage{Side: "accept", Version: version, TLS: "TLSv1_2", Hostname: testHost})
			i := newInitiator(t, asAlice(t, k))
			var token []byte
			for done := false; !done; {
				var err error
				token, done, err = i.Initiate(t.Context(), token)
				require.NoError(t, err)
				token, _, err = p.step(token)
				require.NoError(t, err)
			}
			info, err := p.ask(peerMessage{Do: "info"})
			require.NoError(t, err)
			assert.Equal(t, "alice@WINRMD.TEST", info.Principal)
			assert.Equal(t, `WINRMD.TEST\alice correct horse`, info.Credentials)
			exchangeWith(t, i.Sealer(), p, false)
		})
	}
}
