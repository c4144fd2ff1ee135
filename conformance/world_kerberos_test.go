package conformance

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// The names of the KDC in memory.
const (
	realm       = "EXAMPLE.ORG"
	serviceName = "HTTP/server.example.org"
	channel     = "tls-server-end-point:this"
)

// keys are those of the server and of the KDC itself.
var keys = sync.OnceValue(func() map[string]*keytab.Keytab {
	all := map[string]*keytab.Keytab{}
	for _, name := range []string{serviceName, "krbtgt/" + realm} {
		all[name] = keytab.New()
		if err := all[name].AddEntry(name, realm, "key of "+name, time.Unix(1, 0), 1, etypeID.AES128_CTS_HMAC_SHA1_96); err != nil {
			panic(err)
		}
	}
	return all
})

// kdc gives tickets without being asked who one is.
type kdc struct{}

// Ticket implements Tickets.
func (kdc) Ticket(_ context.Context, service string) (kerberos.Credential, error) {
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "ann")
	server := types.NewPrincipalName(nametype.KRB_NT_SRV_INST, service)
	now := time.Now().UTC()
	ticket, key, err := messages.NewTicket(client, realm, server, realm, types.NewKrbFlags(), keys()[service],
		etypeID.AES128_CTS_HMAC_SHA1_96, 1, now, now, now.Add(time.Hour), now.Add(time.Hour))
	if err != nil {
		return kerberos.Credential{}, err
	}
	der, err := ticket.Marshal()
	return kerberos.Credential{
		Client:  kerberos.Principal{Type: client.NameType, Name: client.NameString, Realm: realm},
		Service: kerberos.Principal{Type: server.NameType, Name: server.NameString, Realm: realm},
		Key:     kerberos.Key{Type: kerberos.EncryptionType(key.KeyType), Value: key.KeyValue},
		Ticket:  der,
	}, err
}

// newAcceptor is the server's side.
func newAcceptor(t *testing.T) *kerberos.Acceptor {
	t.Helper()
	content, err := keys()[serviceName].Marshal()
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "keytab")
	require.NoError(t, os.WriteFile(name, content, 0o600))
	a, err := kerberos.NewAcceptor(kerberos.Config{Keytab: name})
	require.NoError(t, err)
	return a
}

// accepts is whom a header of HTTP logs on by Kerberos; "" for nobody.
func accepts(ctx context.Context, a *kerberos.Acceptor, header string) string {
	text, ok := strings.CutPrefix(header, "Kerberos ")
	token, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return ""
	}
	handshake := a.Begin()
	if _, done, err := handshake.Accept(ctx, token); err != nil || !done {
		return ""
	}
	if handshake.Peer().CheckBinding(kerberos.BindingRelaxed, []byte(channel)) != nil {
		return ""
	}
	return handshake.Peer().Client.Name[0]
}
