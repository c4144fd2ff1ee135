package kerberos

import (
	"fmt"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
)

func TestPrincipal(t *testing.T) {
	for _, c := range []struct {
		name       []string
		user, text string
	}{
		{[]string{"alice"}, "alice", "alice@R.TEST"},
		{[]string{"alice", "admin"}, "alice/admin", "alice/admin@R.TEST"},
		{[]string{"alice/admin"}, `alice\/admin`, `alice\/admin@R.TEST`},
		{[]string{"alice@other.test"}, `alice\@other.test`, `alice\@other.test@R.TEST`},
		{[]string{`a\b`, "x\ny"}, `a\\b/x\ny`, `a\\b/x\ny@R.TEST`},
	} {
		p := Principal{Name: c.name, Realm: "R.TEST"}
		assert.Equal(t, c.user, p.User())
		assert.Equal(t, c.text, p.String())
	}
}

// Keys are never printed.
func TestKeyIsNotPrinted(t *testing.T) {
	k := Key{Type: AES128SHA1, Value: []byte("0123456789abcdef")}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "aes128-cts-hmac-sha1-96 key", fmt.Sprintf(format, k))
		assert.NotContains(t, fmt.Sprintf(format, Credential{Key: k}), "48")
	}
}

// gokrb5 reads and checks our AP-REQ.
func TestRequestAgainstGokrb5(t *testing.T) {
	r := newRealm(t)
	token, err := NewInitiator(r.ticket(order{}), InitiatorOptions{Flags: DefaultFlags | FlagDCEStyle}).begin()
	require.NoError(t, err)
	var m messages.APReq
	require.NoError(t, m.Unmarshal(token))
	kt, err := keytab.Load(r.keytab)
	require.NoError(t, err)
	ok, err := m.Verify(kt, time.Minute, types.HostAddress{}, nil)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, []string{"alice"}, m.Authenticator.CName.NameString)
}

// gokrb5 makes tickets too.
func TestTicketOfGokrb5(t *testing.T) {
	r := newRealm(t)
	kt, err := keytab.Load(r.keytab)
	require.NoError(t, err)
	now := time.Now().UTC()
	alice := types.NewPrincipalName(1, "alice")
	made, key, err := messages.NewTicket(alice, testRealm, types.NewPrincipalName(2, "HTTP/"+testHost), testRealm,
		types.NewKrbFlags(), kt, int32(AES128SHA1), 3, now, now, now.Add(time.Hour), now.Add(time.Hour))
	require.NoError(t, err)
	der, err := made.Marshal()
	require.NoError(t, err)
	c, i := handshake(t, r.acceptor(), Credential{
		Client: Principal{Name: []string{"alice"}, Realm: testRealm},
		Key:    Key{Type: AES128SHA1, Value: key.KeyValue}, Ticket: der,
	}, InitiatorOptions{})
	assert.Equal(t, "alice@WINRMD.TEST", c.Peer().Client.String())
	bothWays(t, i.Session(), c.Session())
}

func TestHandshakeForms(t *testing.T) {
	r := newRealm(t)
	for _, e := range append(AESTypes(), RC4) {
		for name, flags := range map[string]Flags{
			"usual": DefaultFlags, "dce": DefaultFlags | FlagDCEStyle, "one way": DefaultFlags &^ FlagMutual, "no order": FlagMutual | FlagReplay,
		} {
			if e == RC4 && flags.Has(FlagDCEStyle) {
				continue
			}
			t.Run(e.String()+" "+name, func(t *testing.T) {
				c, i := handshake(t, r.acceptor(allowRC4), r.ticket(order{etype: e}), InitiatorOptions{Flags: flags})
				assert.Equal(t, flags, c.Peer().Flags)
				bothWays(t, i.Session(), c.Session())
				mic, err := i.Session().GetMIC([]byte("mechTypes"))
				require.NoError(t, err)
				require.NoError(t, c.VerifyMIC([]byte("mechTypes"), mic))
				mic, err = c.GetMIC([]byte("mechTypes"))
				require.NoError(t, err)
				require.NoError(t, i.Session().VerifyMIC([]byte("mechTypes"), mic))
			})
		}
	}
}

func TestRC4InDCEStyleIsRefused(t *testing.T) {
	r := newRealm(t)
	token, err := NewInitiator(r.ticket(order{etype: RC4}), InitiatorOptions{Flags: DefaultFlags | FlagDCEStyle}).begin()
	require.NoError(t, err)
	_, _, err = r.acceptor(allowRC4).Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrUnsupported)
}

// A KRB-ERROR of MIT's krb5kdc (KDC_ERR_PREAUTH_REQUIRED would be 25); this one
// is made by hand: KRB_AP_ERR_SKEW.
func TestRemoteError(t *testing.T) {
	krbError := unhex("7e 3d 30 3b a0 03 02 01 05 a1 03 02 01 1e a4 11 18 0f 32303236303130313030303030305a" +
		"a5 03 02 01 00 a6 03 02 01 25 a9 06 1b 04 54455354 aa 0c 30 0a a0 03 02 01 02 a1 03 30 01 00")
	krbError = krbError[:2+int(krbError[1])]
	err := parseKRBError(krbError)
	var remote *RemoteError
	require.ErrorAs(t, err, &remote)
	assert.Equal(t, int32(37), remote.Code)
	assert.ErrorIs(t, err, ErrSkew)
	assert.NotErrorIs(t, err, ErrReplay)

	r := newRealm(t)
	i := NewInitiator(r.ticket(order{}), InitiatorOptions{})
	_, err = i.begin()
	require.NoError(t, err)
	_, _, err = i.step(makeToken(tokenError, krbError))
	assert.ErrorIs(t, err, ErrSkew)
}

func TestAuthorizationData(t *testing.T) {
	one := func(kind int64, data []byte) []byte {
		var b cryptobyte.Builder
		b.AddASN1(tagSequence, func(b *cryptobyte.Builder) {
			b.AddASN1(tagSequence, func(b *cryptobyte.Builder) { addInt(b, 0, kind); addOctets(b, 1, data) })
		})
		return b.BytesOrPanic()
	}
	pac := one(adWin2KPAC, []byte("x"))
	for name, c := range map[string]struct {
		data []byte
		pac  bool
		bad  bool
	}{
		"PAC":                {one(adIfRelevant, pac), true, false},
		"PAC deeper":         {one(adIfRelevant, one(adIfRelevant, pac)), true, false},
		"PAC too deep":       {one(adIfRelevant, one(adIfRelevant, one(adIfRelevant, one(adIfRelevant, pac)))), false, false},
		"another":            {one(adIfRelevant, one(141, nil)), false, false},
		"rubbish irrelevant": {one(adIfRelevant, []byte("rubbish")), false, false},
		"rubbish":            {[]byte("rubbish"), false, true},
	} {
		data, err := parseAuthorizationData(c.data)
		assert.Equal(t, c.bad, err != nil, name)
		assert.Equal(t, c.pac, data.has(adWin2KPAC), name)
	}
}

func TestRemoteErrorText(t *testing.T) {
	assert.EqualError(t, &RemoteError{Code: 37}, "kerberos: peer sent error 37")
	assert.EqualError(t, &Error{Err: ErrSkew}, "kerberos: clock skew too great")
	assert.EqualError(t, &Error{Client: "a@B", Err: ErrSkew}, `kerberos: "a@B": clock skew too great`)
}

func TestFrameHeader(t *testing.T) {
	for _, n := range []int{0, 100, 116, 117, 200, 244, 245, 65524, 65525, 1 << 20, 1<<24 + 5} {
		inner := make([]byte, n)
		b, err := readFrame(append(frameHeader(n), inner...))
		require.NoError(t, err, n)
		assert.Len(t, b, n)
	}
}
