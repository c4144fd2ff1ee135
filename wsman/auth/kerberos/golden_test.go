package kerberos

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record testdata/mit_tokens.json anew (needs MIT and Python)")

// goldenFile has tokens that MIT's GSS-API made, so that they are checked where
// it is not installed too. Keys and texts are the test's own.
const goldenFile = "testdata/mit_tokens.json"

type golden struct {
	Type     EncryptionType
	DCE      bool
	Key      []byte
	Sequence uint32
	Text     string
	Header   []byte // of wrap_iov
	Sealed   []byte
	Wrapped  []byte
	Signed   []byte // wrapped without encryption
	MIC      []byte
}

func TestTokensOfMIT(t *testing.T) {
	if *update {
		recordGolden(t)
	}
	b, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	var all []golden
	require.NoError(t, json.Unmarshal(b, &all))
	require.Len(t, all, 9)
	for _, g := range all {
		flags := DefaultFlags
		if g.DCE {
			flags |= FlagDCEStyle
		}
		s, err := newSession(parameters{
			key: Key{Type: g.Type, Value: g.Key}, acceptor: true, acceptorSubkey: g.Type != RC4, receive: g.Sequence, flags: flags,
		})
		require.NoError(t, err)
		plain, err := s.Unseal(g.Header, g.Sealed)
		require.NoError(t, err, g.Type)
		assert.Equal(t, g.Text, string(plain))
		plain, confidential, err := s.Unwrap(g.Wrapped)
		require.NoError(t, err, g.Type)
		assert.True(t, confidential)
		assert.Equal(t, g.Text, string(plain))
		plain, confidential, err = s.Unwrap(g.Signed)
		require.NoError(t, err, g.Type)
		assert.False(t, confidential)
		assert.Equal(t, g.Text, string(plain))
		require.NoError(t, s.VerifyMIC([]byte(g.Text), g.MIC), g.Type)
	}
}

func recordGolden(t *testing.T) {
	k := kdc(t)
	m := startMIT(t, k, k.login(t))
	var all []golden
	for _, e := range append(AESTypes(), RC4) {
		for _, dce := range []bool{false, true} {
			if dce && e == RC4 {
				continue
			}
			flags := usualFlags
			if dce {
				flags = append([]string{"dce_style"}, usualFlags...)
			}
			s := m.connect(k.acceptor(t, allowRC4), request{Hostname: hosts[e], Flags: flags}).Session()
			g := golden{Type: e, DCE: dce, Sequence: uint32(s.recv.next), Text: "a message of MIT's to be unsealed"}
			switch tokens := s.tokens.(type) {
			case *aesTokens:
				g.Key = tokens.send.key.Value
			case *rc4Tokens:
				g.Key = tokens.key
			}
			text := []byte(g.Text)
			sealed := m.ask(request{Op: "wrap_winrm", Data: text})
			g.Header, g.Sealed = sealed.Header, sealed.Data
			g.Wrapped = m.ask(request{Op: "wrap", Data: text, Encrypt: true}).Data
			g.Signed = m.ask(request{Op: "wrap", Data: text}).Data
			g.MIC = m.ask(request{Op: "sign", Data: text}).Data
			all = append(all, g)
		}
	}
	b, err := json.MarshalIndent(all, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(goldenFile, append(b, '\n'), 0o644))
}
