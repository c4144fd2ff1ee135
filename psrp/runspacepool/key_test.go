package runspacepool

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// keyServer answers PUBLIC_KEY with a session key, as a server does.
func (f *fake) keyServer(key []byte) {
	f.answer = func(m psrp.Message) {
		if m.Type != psrp.MessagePublicKey {
			f.greet(m)
			return
		}
		f.give(f.message(psrp.MessageEncryptedSessionKey, psrp.GUID{}, bag(property("EncryptedSessionKey", clixml.String(encryptKey(f.t, m, key))))))
	}
}

// encryptKey makes a SIMPLEBLOB of a key for whom a PUBLIC_KEY is of.
func encryptKey(t *testing.T, m psrp.Message, key []byte) string {
	text := mustGet[clixml.String](t, object(t, m), "PublicKey")
	blob, err := base64.StdEncoding.DecodeString(string(text))
	require.NoError(t, err)
	require.Equal(t, publicKeyBlob, blob[:len(publicKeyBlob)])
	modulus := slices.Clone(blob[len(publicKeyBlob):])
	require.Len(t, modulus, 256)
	slices.Reverse(modulus)
	//nolint:staticcheck // see decryptKey
	encrypted, err := rsa.EncryptPKCS1v15(rand.Reader, &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: 65537}, key)
	require.NoError(t, err)
	slices.Reverse(encrypted)
	return base64.StdEncoding.EncodeToString(append(slices.Clone(simpleBlob), encrypted...))
}

func TestSessionKey(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	key := make([]byte, 32)
	key[5] = 7
	f.keyServer(key)
	s, err := p.EncryptSecureString(bounded(t), "geheim")
	require.NoError(t, err)
	known, err := clixml.NewSessionKey(key)
	require.NoError(t, err)
	plain, err := known.Decrypt(s)
	require.NoError(t, err)
	assert.Equal(t, "geheim", plain)
	plain, err = p.DecryptSecureString(bounded(t), known.Encrypt("zurück"))
	require.NoError(t, err)
	assert.Equal(t, "zurück", plain)
	c, err := p.PSCredential(bounded(t), Credential{"ann", "pw"})
	require.NoError(t, err)
	assert.True(t, c.Is("System.Management.Automation.PSCredential"))
	assert.Len(t, f.messages(), 3, "the key is agreed on once")
	f.give(f.message(psrp.MessageEncryptedSessionKey, psrp.GUID{}, bag(property("EncryptedSessionKey", clixml.String("x"))))) // for nothing
	f.give(f.message(psrp.MessagePublicKeyRequest, psrp.GUID{}, clixml.String("")))
	_, err = p.DecryptSecureString(bounded(t), "nonsense")
	require.ErrorIs(t, err, clixml.ErrSecureString)
}

// TestPublicKeyRequest: the server asks for the exchange.
func TestPublicKeyRequest(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	f.keyServer(make([]byte, 32))
	f.give(f.message(psrp.MessagePublicKeyRequest, psrp.GUID{}, clixml.String("")))
	require.NoError(t, p.await(bounded(t), func() (bool, error) { return p.key.session != nil, nil }))
}

func TestSessionKeyFails(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	f.fail["Send stdin"] = errors.New("no network")
	_, err := p.SessionKey(bounded(t))
	require.ErrorContains(t, err, "no network")
	delete(f.fail, "Send stdin")
	for _, answer := range []string{"no base64!", "AQIAAA==", base64.StdEncoding.EncodeToString(append(slices.Clone(simpleBlob), make([]byte, 256)...))} {
		f.answer = func(psrp.Message) {
			f.give(f.message(psrp.MessageEncryptedSessionKey, psrp.GUID{}, bag(property("EncryptedSessionKey", clixml.String(answer)))))
		}
		_, err = p.SessionKey(bounded(t))
		require.ErrorIs(t, err, errSessionKey, answer)
	}
	f.keyServer(make([]byte, 16)) // too short a key
	_, err = p.SessionKey(bounded(t))
	require.ErrorIs(t, err, errSessionKey)
	f.keyServer(make([]byte, 32))
	_, err = p.SessionKey(bounded(t))
	require.NoError(t, err, "the next one may go well")
}

// FuzzDecryptKey: a server sends anything as its key.
func FuzzDecryptKey(f *testing.F) {
	private, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add(base64.StdEncoding.EncodeToString(append(slices.Clone(simpleBlob), make([]byte, 256)...)))
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := decryptKey(private, text); (key == nil) == (err == nil) {
			t.Fatalf("%v and %v", key, err)
		}
	})
}
