package replay

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp/clixml"
)

// TestKeys: what one side encrypts with the key that was agreed on, the other
// can read.
func TestKeys(t *testing.T) {
	var client, server keys
	assert.Equal(t, "<SS>old</SS>", string(client.secure([]byte("<SS>old</SS>"), "x")), "there is no key yet")
	public, err := client.publicKey([]byte(`<S N="PublicKey">old</S>`))
	require.NoError(t, err)
	answer, err := server.offer(public, []byte(`<S N="EncryptedSessionKey">old</S>`))
	require.NoError(t, err)
	require.NoError(t, client.take(answer))
	sent := client.secure([]byte(`<SS N="a">old</SS><SS>b</SS>`), "geheim")
	m := secureText.FindSubmatch(sent)
	plain, err := server.session.Decrypt(clixml.SecureString(m[2]))
	require.NoError(t, err)
	assert.Equal(t, "geheim", plain)
	assert.NotContains(t, string(sent), "old")
}

func TestBadKeys(t *testing.T) {
	var k keys
	require.Error(t, k.take([]byte(`<S N="EncryptedSessionKey">AAAA</S>`)), "no key was sent")
	_, err := k.publicKey([]byte(`<S N="PublicKey">old</S>`))
	require.NoError(t, err)
	for _, text := range []string{"", `<S N="EncryptedSessionKey">AAAA</S>`, `<S N="EncryptedSessionKey">?</S>`, `<S N="EncryptedSessionKey">AQIAAAFmAAAApAAAAAAAAAAA</S>`} {
		require.Error(t, k.take([]byte(text)), text)
	}
	for _, text := range []string{"", `<S N="PublicKey">AAAA</S>`, `<S N="PublicKey">?</S>`, `<S N="PublicKey">BgIAAACkAABSU0ExAAgAAAEAAQAB</S>`} {
		_, err := k.offer([]byte(text), nil)
		require.Error(t, err, text)
	}
}
