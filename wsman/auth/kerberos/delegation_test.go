package kerberos

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDelegation(t *testing.T) {
	r := newRealm(t)
	given := r.ticket(order{service: "host/" + testHost})
	given.StartTime, given.RenewTill = given.AuthTime, given.EndTime.Add(time.Hour)
	given.Flags = 1<<30 | 1<<29 // forwardable, forwarded
	for _, style := range []Flags{0, FlagDCEStyle} {
		c, _ := handshake(t, r.acceptor(), r.ticket(order{}), InitiatorOptions{Flags: DefaultFlags | style, Delegate: []Credential{given}})
		d := c.Peer().Delegated
		require.NotNil(t, d)
		assert.Equal(t, &Credentials{Client: c.Peer().Client, Tickets: []Credential{given}}, d)
	}
	c, _ := handshake(t, r.acceptor(), r.ticket(order{}), InitiatorOptions{})
	assert.Nil(t, c.Peer().Delegated)
}

func TestFalseDelegation(t *testing.T) {
	r := newRealm(t)
	c := r.ticket(order{})
	given := r.ticket(order{service: "host/" + testHost})
	others := given
	others.Client = Principal{Name: []string{"root"}, Realm: testRealm}
	other, err := newKey(AES256SHA1)
	require.NoError(t, err)
	deleg := func(all []Credential, k Key) []byte {
		b, err := makeDelegation(all, k)
		require.NoError(t, err)
		return b
	}
	plain, err := marshalEncKrbCredPart([]Credential{given})
	require.NoError(t, err)
	encrypted, err := encrypt(c.Key, usageCred, 0, plain)
	require.NoError(t, err)
	more, err := krbCred{tickets: []ticket{{raw: given.Ticket}, {raw: given.Ticket}}, encrypted: encrypted}.marshal()
	require.NoError(t, err)
	for name, v := range map[string]struct {
		deleg []byte
		want  error
	}{
		"of another client": {deleg([]Credential{others}, c.Key), ErrNameMismatch},
		"with another key":  {deleg([]Credential{given}, other), ErrIntegrity},
		"more tickets":      {more, ErrMalformed},
		"no ticket":         {deleg(nil, c.Key), ErrMalformed},
		"cut off":           {deleg([]Credential{given}, c.Key)[:50], ErrMalformed},
		"nothing":           {nil, ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			token := r.request(c, InitiatorOptions{}, func(a *authenticator) {
				a.checksum = gssChecksum{flags: DefaultFlags | FlagDelegate, delegation: append([]byte{}, v.deleg...)}.marshal()
			}, 0)
			_, done, err := r.acceptor().Begin().Accept(ctx, token)
			assert.ErrorIs(t, err, v.want)
			assert.False(t, done)
		})
	}
}

// Heimdal's form.
func TestDelegationInClear(t *testing.T) {
	r := newRealm(t)
	given := r.ticket(order{service: "host/" + testHost})
	plain, err := marshalEncKrbCredPart([]Credential{given})
	require.NoError(t, err)
	b, err := krbCred{tickets: []ticket{{raw: given.Ticket}}, encrypted: encryptedData{etype: 0, cipher: plain}}.marshal()
	require.NoError(t, err)
	token := r.request(r.ticket(order{}), InitiatorOptions{}, func(a *authenticator) {
		a.checksum = gssChecksum{flags: DefaultFlags | FlagDelegate, delegation: b}.marshal()
	}, 0)
	context := r.acceptor().Begin()
	_, _, err = context.Accept(ctx, token)
	require.NoError(t, err)
	require.NotNil(t, context.Peer())
	assert.Equal(t, given.Ticket, context.Peer().Delegated.Tickets[0].Ticket)
}

func TestDelegationWithSubkey(t *testing.T) {
	r := newRealm(t)
	c := r.ticket(order{})
	given := r.ticket(order{service: "host/" + testHost})
	token := r.request(c, InitiatorOptions{}, func(a *authenticator) {
		b, err := makeDelegation([]Credential{given}, *a.subkey)
		require.NoError(t, err)
		a.checksum = gssChecksum{flags: DefaultFlags | FlagDelegate, delegation: b}.marshal()
	}, 0)
	context := r.acceptor().Begin()
	_, done, err := context.Accept(ctx, token)
	require.NoError(t, err)
	require.True(t, done)
	assert.NotNil(t, context.Peer().Delegated)
}

func TestWriteCCache(t *testing.T) {
	r := newRealm(t)
	given := r.ticket(order{service: "host/" + testHost})
	given.Flags = 1 << 30
	c := &Credentials{Client: given.Client, Tickets: []Credential{given}}
	dir := t.TempDir()
	path := filepath.Join(dir, "ccache")
	victim := filepath.Join(dir, "victim")
	if runtime.GOOS != "windows" {
		require.NoError(t, os.Symlink(victim, path)) // somebody waits for us
	}
	require.NoError(t, WriteCCache(path, c))
	require.NoError(t, WriteCCache(path, c))
	info, err := os.Lstat(path)
	require.NoError(t, err)
	assert.True(t, info.Mode().IsRegular())
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	assert.False(t, exists(victim))
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, names, 1, "no temporary files")

	theirs, err := credentials.LoadCCache(path)
	require.NoError(t, err)
	assert.Equal(t, testRealm, theirs.GetClientRealm())
	require.Len(t, theirs.Credentials, 1)
	got := theirs.Credentials[0]
	assert.Equal(t, []string{"host", testHost}, got.Server.PrincipalName.NameString)
	assert.Equal(t, given.Key.Value, got.Key.KeyValue)
	assert.Equal(t, given.Ticket, got.Ticket)
	assert.True(t, given.EndTime.Equal(got.EndTime))

	assert.Error(t, WriteCCache(filepath.Join(dir, "none", "ccache"), c))
}
