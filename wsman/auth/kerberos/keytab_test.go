package kerberos

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeytabIsReadAgain(t *testing.T) {
	r := newRealm(t)
	a := r.acceptor()
	old := r.ticket(order{})
	handshake(t, a, old, InitiatorOptions{})

	// A change of the key: the old one stays beside the new one.
	r.add("HTTP/"+testHost, AES256SHA1, 4)
	token, err := NewInitiator(r.ticket(order{}), InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, _, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrNoKey)
	assert.ErrorContains(t, err, "version 4")
	r.write()
	handshake(t, a, r.ticket(order{}), InitiatorOptions{})
	handshake(t, a, old, InitiatorOptions{})

	// The old one goes.
	kept := r.entries
	r.entries = r.entries[len(r.entries)-1:]
	r.write()
	token, err = NewInitiator(old, InitiatorOptions{}).begin()
	require.NoError(t, err)
	_, _, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrNoKey)

	// A broken or missing keytab lets nobody in, until it is well again.
	r.entries = kept
	require.NoError(t, os.WriteFile(r.keytab, []byte("rubbish"), 0o600))
	_, _, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, ErrMalformed)
	require.NoError(t, os.Remove(r.keytab))
	_, _, err = a.Begin().Accept(ctx, token)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorIs(t, a.CheckKeytab(), os.ErrNotExist)
	r.write()
	handshake(t, a, old, InitiatorOptions{})
	assert.NoError(t, a.CheckKeytab())
}

// Same size and another time: as a key that is changed in place.
func TestKeytabOfSameSize(t *testing.T) {
	r := newRealm(t)
	a := r.acceptor()
	r.entries = nil
	r.add("HTTP/"+testHost, AES256SHA1, 3)
	r.write()
	handshake(t, a, r.ticket(order{}), InitiatorOptions{})
	r.entries = nil
	r.add("HTTP/"+testHost, AES256SHA1, 3)
	r.write()
	require.NoError(t, os.Chtimes(r.keytab, time.Time{}, time.Now().Add(time.Second)))
	handshake(t, a, r.ticket(order{}), InitiatorOptions{})
}

// The version in a ticket is a hint only.
func TestWrongKeyVersion(t *testing.T) {
	r := newRealm(t)
	ticket := r.ticket(order{}) // of version 3
	for i := range r.entries {
		r.entries[i].version = 7
	}
	r.write()
	handshake(t, r.acceptor(), ticket, InitiatorOptions{})
}

func TestNewAcceptorRefuses(t *testing.T) {
	r := newRealm(t)
	onlyRC4 := filepath.Join(t.TempDir(), "rc4")
	x := &realm{tb: t, keytab: onlyRC4}
	x.add("HTTP/"+testHost, RC4, 1)
	x.write()
	for name, c := range map[string]struct {
		config Config
		want   error
	}{
		"no keytab":             {Config{}, os.ErrNotExist},
		"no key of the service": {Config{Keytab: r.keytab, Services: []string{"WSMAN"}}, ErrNoKey},
		"only RC4":              {Config{Keytab: onlyRC4}, ErrNoKey},
		"negative skew":         {Config{Keytab: r.keytab, Skew: -1}, nil},
		"negative replays":      {Config{Keytab: r.keytab, MaxReplays: -1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewAcceptor(c.config)
			require.Error(t, err)
			if c.want != nil {
				assert.ErrorIs(t, err, c.want)
			}
		})
	}
	_, err := NewAcceptor(Config{Keytab: onlyRC4, AllowRC4: true})
	assert.NoError(t, err)
}
