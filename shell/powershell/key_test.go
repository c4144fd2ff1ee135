package powershell

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
)

// exchangeKeys asks for the session key and decrypts it (MS-PSRP 2.2.2.3,
// 2.2.2.4).
func (c *client) exchangeKeys(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	blob := []byte("\x06\x02\x00\x00\x00\xa4\x00\x00RSA1\x00\x08\x00\x00\x01\x00\x01\x00")
	modulus := key.N.FillBytes(make([]byte, 256))
	slices.Reverse(modulus)
	c.sendPool(t, psrp.MessagePublicKey, `<Obj RefId="0"><MS><S N="PublicKey">`+
		base64.StdEncoding.EncodeToString(append(blob, modulus...))+`</S></MS></Obj>`)
	all := c.until(t, "", isType(psrp.MessageEncryptedSessionKey))
	_, text, _ := strings.Cut(string(all[len(all)-1].Data), `"EncryptedSessionKey">`)
	text, _, _ = strings.Cut(text, "<")
	simple, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	require.Len(t, simple, 12+256)
	slices.Reverse(simple[12:])
	//nolint:staticcheck // the protocol has no other padding
	session, err := rsa.DecryptPKCS1v15(nil, key, simple[12:])
	require.NoError(t, err)
	require.Len(t, session, 32)
	return session
}

// protect encrypts text as a secure string.
func protect(t *testing.T, key []byte, text string) string {
	t.Helper()
	var plain []byte
	for _, u := range utf16.Encode([]rune(text)) {
		plain = binary.LittleEndian.AppendUint16(plain, u)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(plain, slices.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

// readsSecret lets the engine decrypt a secure string.
func (c *client) readsSecret(t *testing.T, key []byte, text string) {
	t.Helper()
	r := c.start(t, "[Net.NetworkCredential]::new('', $host.UI.ReadLineAsSecureString()).Password")
	call := r.isCalled(t)
	answer := strings.NewReplacer("<S N=", "<SS N=", "</S></MS>", "</SS></MS>").
		Replace(string(r.answer(t, call, protect(t, key, text))[psrp.FragmentHeaderSize+psrp.MessageHeaderSize:]))
	answer = strings.NewReplacer("ReadLine<", "ReadLineAsSecureString<", "<I32>11<", "<I32>12<").Replace(answer)
	require.NoError(t, r.send(t.Context(), "", "pr", r.fragment(r.message(psrp.MessagePipelineHostResponse, r.id, answer))))
	r.completes(t, text)
}

// TestKeyExchange checks that each client can get a session key, and that none
// is given that of another.
func TestKeyExchange(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, c := open(t)
	first := c.exchangeKeys(t, key)
	c.readsSecret(t, first, "of the first client")

	second := c.leave(t).connects(t)
	second.nothingButGreeting(t)
	key, err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	again := second.exchangeKeys(t, key)
	second.readsSecret(t, again, "of the second, ö")

	// The key that the second has not confirmed is not for the third.
	second.exchangeKeys(t, key)
	third := second.leave(t).connects(t)
	third.nothingButGreeting(t)
}
