package kerberos

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sessions makes both sides of one.
func sessions(tb testing.TB, e EncryptionType, flags Flags) (client, server *Session) {
	tb.Helper()
	key, err := newKey(e)
	require.NoError(tb, err)
	p := parameters{key: key, acceptorSubkey: e != RC4, send: 1000, receive: 2000, flags: flags}
	client, err = newSession(p)
	require.NoError(tb, err)
	p.acceptor, p.send, p.receive = true, p.receive, p.send
	server, err = newSession(p)
	require.NoError(tb, err)
	return client, server
}

// eachForm runs a test for each encryption type and for DCE style.
func eachForm(t *testing.T, f func(t *testing.T, e EncryptionType, flags Flags)) {
	for _, e := range append(AESTypes(), RC4) {
		t.Run(e.String(), func(t *testing.T) { f(t, e, DefaultFlags) })
		if e != RC4 {
			t.Run(e.String()+" DCE", func(t *testing.T) { f(t, e, DefaultFlags|FlagDCEStyle) })
		}
	}
}

func TestSession(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		assert.Equal(t, e, server.Type())
		bothWays(t, client, server)
	})
}

// Both directions may be used at once: the race detector looks.
func TestBothDirectionsAtOnce(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		token := mustSeal(t, client, "a message")
		mic, err := client.GetMIC(nil)
		require.NoError(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			mustSeal(t, server, "an answer")
			_, err := server.GetMIC(nil)
			assert.NoError(t, err)
		}()
		_, err = server.Unseal(token[:16], token[16:])
		require.NoError(t, err)
		require.NoError(t, server.VerifyMIC(nil, mic))
		<-done
	})
}

// The sizes that WinRM's framing shows.
func TestSizes(t *testing.T) {
	for e, want := range map[EncryptionType]struct{ header, dce int }{
		AES128SHA1: {60, 76}, AES256SHA1: {60, 76}, AES128SHA2: {64, 80}, AES256SHA2: {72, 88}, RC4: {45, 0},
	} {
		client, _ := sessions(t, e, DefaultFlags)
		header, sealed, err := client.Seal(make([]byte, 33))
		require.NoError(t, err)
		assert.Len(t, header, want.header, e)
		assert.Len(t, sealed, 33, e)
		if e != RC4 {
			client, _ = sessions(t, e, DefaultFlags|FlagDCEStyle)
			header, sealed, err = client.Seal(make([]byte, 33))
			require.NoError(t, err)
			assert.Len(t, header, want.dce, e)
			assert.Len(t, sealed, 33, e)
		}
	}
}

// A client may cut a token anywhere behind its header: some take the whole
// message as data.
func TestUnsealWhereverItIsCut(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		for cut := headerSize; ; cut++ {
			client, server := sessions(t, e, flags)
			token := slices.Concat(mustSeal(t, client, "some message"))
			if cut > len(token) {
				return
			}
			plain, err := server.Unseal(token[:cut], token[cut:])
			require.NoError(t, err, "cut at %d", cut)
			assert.Equal(t, "some message", string(plain))
		}
	})
}

// pypsrp's messages have RC4's padding, Windows' have none.
func TestRC4Padding(t *testing.T) {
	client, server := sessions(t, RC4, DefaultFlags)
	for _, padding := range []string{"", "\x01"} {
		header, sealed := client.tokens.(*rc4Tokens).make(client.send, []byte("a message"+padding), true)
		client.send++
		plain, err := server.Unseal(header, sealed)
		require.NoError(t, err)
		assert.Equal(t, "a message", string(plain))
	}
	token := mustSeal(t, client, "without padding")
	_, _, err := server.Unwrap(token)
	assert.ErrorIs(t, err, ErrMalformed)
}

func mustSeal(tb testing.TB, s *Session, text string) []byte {
	header, sealed, err := s.Seal([]byte(text))
	require.NoError(tb, err)
	return slices.Concat(header, sealed)
}

// RFC 4121 section 4.2.5: any rotation must be understood, also one of more
// than the token's length.
func TestAnyRotation(t *testing.T) {
	for rotation := range 200 {
		client, server := sessions(t, AES256SHA1, DefaultFlags)
		token := mustSeal(t, client, "some message")
		body := rotateLeft(token[headerSize:], nil, 28)
		right := len(body) - rotation%len(body)
		token = append(token[:headerSize], rotateLeft(body, nil, right)...)
		binary.BigEndian.PutUint16(token[6:], uint16(rotation))
		plain, err := server.Unseal(token[:headerSize], token[headerSize:])
		require.NoError(t, err, "rotated by %d", rotation)
		assert.Equal(t, "some message", string(plain))
	}
}

func TestTamperedMessages(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		sealed := mustSeal(t, client, "a message of some length")
		clearText, err := client.Wrap([]byte("a message"), false)
		require.NoError(t, err)
		mic, err := client.GetMIC([]byte("a message"))
		require.NoError(t, err)
		for n := range sealed {
			for _, bit := range []byte{1, 0x80} {
				_, err := server.Unseal(flip(sealed, n, bit)[:20], flip(sealed, n, bit)[20:])
				assert.Error(t, err, "sealed, byte %d", n)
			}
		}
		for n := range clearText {
			if e == RC4 && n >= 23 && n < 31 {
				continue // the sequence number, which RFC 4757 does not protect here
			}
			_, _, err := server.Unwrap(flip(clearText, n, 1))
			assert.Error(t, err, "signed, byte %d", n)
		}
		for n := range mic {
			assert.Error(t, server.VerifyMIC([]byte("a message"), flip(mic, n, 1)), "MIC, byte %d", n)
		}
		assert.ErrorIs(t, server.VerifyMIC([]byte("a messagf"), mic), ErrIntegrity)

		// After all that the numbers are as they were.
		plain, err := server.Unseal(sealed[:20], sealed[20:])
		require.NoError(t, err)
		assert.Equal(t, "a message of some length", string(plain))
	})
}

func flip(b []byte, n int, bits byte) []byte {
	b = slices.Clone(b)
	b[n] ^= bits
	return b
}

func TestTruncatedMessages(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		sealed := mustSeal(t, client, "a message of some length")
		clearText, err := client.Wrap([]byte("a message"), false)
		require.NoError(t, err)
		mic, err := client.GetMIC([]byte("a message"))
		require.NoError(t, err)
		for n := range sealed {
			_, err := server.Unseal(sealed[:n], nil)
			assert.Error(t, err)
			_, err = server.Unseal(nil, sealed[:n])
			assert.Error(t, err)
		}
		for n := range clearText {
			_, _, err := server.Unwrap(clearText[:n])
			assert.Error(t, err)
		}
		for n := range mic {
			assert.Error(t, server.VerifyMIC([]byte("a message"), mic[:n]))
		}
		assert.Error(t, server.VerifyMIC([]byte("a message"), append(mic, 0)))
	})
}

// A message that is only signed is no sealed message.
func TestUnsealWantsEncryption(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		token, err := client.Wrap([]byte("in clear"), false)
		require.NoError(t, err)
		_, err = server.Unseal(token[:16], token[16:])
		assert.ErrorIs(t, err, ErrIntegrity)
	})
}

func TestReflectedMessages(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, _ := sessions(t, e, flags)
		client.recv.next = client.send
		token := mustSeal(t, client, "a message")
		_, err := client.Unseal(token[:20], token[20:])
		assert.ErrorIs(t, err, ErrIntegrity)
		client.recv.next = client.send
		mic, err := client.GetMIC(nil)
		require.NoError(t, err)
		assert.ErrorIs(t, client.VerifyMIC(nil, mic), ErrIntegrity)
	})
}

func TestReorderedMessages(t *testing.T) {
	eachForm(t, func(t *testing.T, e EncryptionType, flags Flags) {
		client, server := sessions(t, e, flags)
		first, second := mustSeal(t, client, "first"), mustSeal(t, client, "second")
		_, err := server.Unseal(second[:16], second[16:])
		assert.ErrorIs(t, err, ErrOutOfOrder)
		_, err = server.Unseal(first[:16], first[16:])
		require.NoError(t, err)
		_, err = server.Unseal(first[:16], first[16:])
		assert.ErrorIs(t, err, ErrOutOfOrder, "replayed")
		_, err = server.Unseal(second[:16], second[16:])
		require.NoError(t, err)

		// Without order each is accepted once.
		client, server = sessions(t, e, flags&^FlagSequence)
		first, second = mustSeal(t, client, "first"), mustSeal(t, client, "second")
		for _, token := range [][]byte{second, first} {
			_, err = server.Unseal(token[:16], token[16:])
			require.NoError(t, err)
			_, err = server.Unseal(token[:16], token[16:])
			assert.ErrorIs(t, err, ErrReplay)
		}
	})
}

func TestSequenceWindow(t *testing.T) {
	s := sequence{next: 1000}
	for _, step := range []struct {
		n    uint64
		want error
	}{
		{999, nil}, {999, ErrReplay}, // late before anything came
		{1000, nil}, {1000, ErrReplay},
		{1002, nil}, {1001, nil}, {1001, ErrReplay},
		{1065, nil}, {1002, ErrReplay}, {1001, ErrReplay}, {1003, nil},
		{5000, nil}, {4937, nil}, {4936, ErrReplay}, {5063, nil}, {5000, ErrReplay}, {5001, nil},
	} {
		assert.ErrorIs(t, s.check(step.n), step.want, "%d", step.n)
	}
}

// gokrb5 reads MIC tokens and wrap tokens that are not encrypted.
func TestTokensAgainstGokrb5(t *testing.T) {
	for _, e := range []EncryptionType{AES128SHA1, AES256SHA1} {
		client, server := sessions(t, e, DefaultFlags)
		key := client.tokens.(*aesTokens).send.key
		theirs := types.EncryptionKey{KeyType: int32(e), KeyValue: key.Value}

		token, err := client.Wrap([]byte("a message"), false)
		require.NoError(t, err)
		var w gssapi.WrapToken
		require.NoError(t, w.Unmarshal(token, false))
		assert.Equal(t, "a message", string(w.Payload))
		ok, err := w.Verify(theirs, usageInitiatorSeal)
		require.NoError(t, err)
		assert.True(t, ok)

		mic, err := server.GetMIC([]byte("a message"))
		require.NoError(t, err)
		var m gssapi.MICToken
		require.NoError(t, m.Unmarshal(mic, true))
		m.Payload = []byte("a message")
		ok, err = m.Verify(theirs, usageAcceptorSign)
		require.NoError(t, err)
		assert.True(t, ok)
	}
}
