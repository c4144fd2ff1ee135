package negotiate_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// recorded keeps the tokens that a client sends.
type recorded struct {
	*ntlm.Client
	sent [][]byte
}

func (r *recorded) Initiate(ctx context.Context, token []byte) ([]byte, bool, error) {
	reply, done, err := r.Client.Initiate(ctx, token)
	r.sent = append(r.sent, bytes.Clone(reply))
	return reply, done, err
}

// refused wants a 401 with the challenge, and the connection open.
func refused(t *testing.T, response *http.Response) {
	t.Helper()
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	assert.Equal(t, []string{"Negotiate"}, response.Header.Values("WWW-Authenticate"))
	assert.False(t, response.Close)
}

// TestReplayedTokens: what one connection has sent is worth nothing on another,
// nor again on its own.
func TestReplayedTokens(t *testing.T) {
	w := newWorld(t, options{})
	first := w.dial(t)
	r := &recorded{Client: ntlm.NewClient(ann())}
	require.Equal(t, http.StatusOK, first.exchange(r))
	require.Len(t, r.sent, 2)

	other := w.dial(t)
	response, _ := other.ask(nil, authorization(r.sent[1]))
	refused(t, response)
	response, _ = other.ask(nil, authorization(r.sent[0]))
	assert.NotEmpty(t, tokenOf(t, response), "a new challenge")
	response, _ = other.ask(nil, authorization(r.sent[1]))
	refused(t, response)
	response, _ = other.ask([]byte(request("")), soap)
	refused(t, response)

	response, _ = first.ask(nil, authorization(r.sent[1]))
	refused(t, response)
	first.session = r.Session()
	response, _ = first.ask(first.seal(request("")), sealedHeader)
	refused(t, response) // and who was let in is not any more
}

// TestSecondUser: the identity goes with the first token of somebody else, not
// with the last.
func TestSecondUser(t *testing.T) {
	w := newWorld(t, options{})
	l := w.dial(t)
	l.logOn(ann(), false)
	assert.Equal(t, annIs, l.who())

	anns := l.session
	b := ntlm.NewClient(bob())
	token, _, err := b.Initiate(t.Context(), nil)
	require.NoError(t, err)
	response, _ := l.ask(l.seal(request("")), sealedHeader, authorization(token))
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	challenge := tokenOf(t, response)
	require.NotEmpty(t, challenge)
	response, _ = l.ask(l.seal(request("")), sealedHeader)
	refused(t, response)

	token, done, err := b.Initiate(t.Context(), challenge)
	require.NoError(t, err)
	require.True(t, done)
	response, _ = l.ask(nil, authorization(token))
	assert.Equal(t, http.StatusOK, response.StatusCode)
	l.session = b.Session()
	assert.Equal(t, "Bob/Negotiate/group of Bob", l.who())

	l.session = anns // what ann has sealed is not taken for bob's
	response, _ = l.ask(l.seal(request("")), sealedHeader)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	assert.True(t, response.Close)
}

// TestSealedAttacks: whatever was done to sealed messages, the connection ends.
func TestSealedAttacks(t *testing.T) {
	for name, attack := range map[string]func(l, other *link) []byte{
		"sealed text changed": func(l, _ *link) []byte { b := l.seal(request("")); b[len(b)-30] ^= 1; return b },
		"signature changed": func(l, _ *link) []byte {
			b := l.seal(request(""))
			b[bytes.Index(b, []byte("octet-stream\r\n"))+len("octet-stream\r\n")+10] ^= 1
			return b
		},
		"repeated": func(l, _ *link) []byte {
			b := l.seal(request(""))
			response, _ := l.ask(b, sealedHeader)
			assert.Equal(l.tb, http.StatusOK, response.StatusCode)
			return b
		},
		"left out":              func(l, _ *link) []byte { l.seal(request("")); return l.seal(request("")) },
		"of another connection": func(_, other *link) []byte { return other.seal(request("")) },
		"cut":                   func(l, _ *link) []byte { b := l.seal(request("")); return append(b[:len(b)-50], sealedTail...) },
		"huge signature length": func(l, _ *link) []byte { return withSignatureLength(l.seal(request("")), 0xff) },
		"signature length 0":    func(l, _ *link) []byte { return withSignatureLength(l.seal(request("")), 0) },
		"huge Length": func(l, _ *link) []byte {
			return bytes.Replace(l.seal(request("")), []byte("Length="), []byte("Length=9"), 1)
		},
		"clear text, called sealed": func(*link, *link) []byte { return []byte(request("")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{})
			l, other := w.dial(t), w.dial(t)
			l.logOn(ann(), false)
			other.logOn(ann(), false)
			response, body := l.ask(attack(l, other), sealedHeader)
			assert.Equal(t, http.StatusBadRequest, response.StatusCode)
			assert.True(t, response.Close)
			assert.Empty(t, body)
			_, err := l.r.ReadByte()
			assert.Error(t, err, "the connection is closed")
			if name != "of another connection" {
				assert.Equal(t, annIs, other.who(), "no other connection suffers")
			}
		})
	}
}

// withSignatureLength writes another length, all of whose bytes are b.
func withSignatureLength(message []byte, b byte) []byte {
	at := bytes.Index(message, []byte("octet-stream\r\n")) + len("octet-stream\r\n")
	for i := range 4 {
		message[at+i] = b
	}
	return message
}

// TestReorderedMessages: each connection has one order.
func TestReorderedMessages(t *testing.T) {
	w := newWorld(t, options{})
	l := w.dial(t)
	l.logOn(ann(), false)
	first, second := l.seal(request("")), l.seal(request(""))
	response, _ := l.ask(second, sealedHeader)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	other := w.dial(t)
	response, _ = other.ask(first, sealedHeader)
	refused(t, response) // a sealed message without a handshake
}

// TestClearAfterNegotiate: with AllowUnencrypted false, as it is by default.
func TestClearAfterNegotiate(t *testing.T) {
	w := newWorld(t, options{})
	l := w.dial(t)
	l.logOn(ann(), false)
	response, body := l.ask([]byte(request("")), soap)
	assert.Equal(t, http.StatusInternalServerError, response.StatusCode)
	assert.Contains(t, string(body), "AllowUnencrypted")
	assert.Equal(t, annIs, l.who())

	l = w.dial(t)
	c := ann()
	c.Plain = true // as go-ntlmssp, which agrees to no sealing
	l.logOn(c, true)
	response, _ = l.ask([]byte(request("")), soap)
	assert.Equal(t, http.StatusInternalServerError, response.StatusCode)
	sealed := []byte(sealedTail)
	response, _ = l.ask(sealed, sealedHeader)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
}

// TestMIC: without it somebody in between can change what is agreed on.
func TestMIC(t *testing.T) {
	announced := newWorld(t, options{})
	l := announced.dial(t)
	r := &recorded{Client: ntlm.NewClient(ann())}
	token, _, err := r.Initiate(t.Context(), nil)
	require.NoError(t, err)
	response, _ := l.ask(nil, authorization(token))
	token, _, err = r.Initiate(t.Context(), tokenOf(t, response))
	require.NoError(t, err)
	clear(token[72:88])
	response, _ = l.ask(nil, authorization(token))
	refused(t, response)
	assert.Contains(t, announced.log.String(), "integrity code")

	l = newWorld(t, options{requireMIC: true}).dial(t)
	l.logOn(ann(), false)
	assert.Equal(t, annIs, l.who())
}

// TestTokens: what is no token is refused, and what is too long.
func TestTokens(t *testing.T) {
	l := newWorld(t, options{}).dial(t)
	for name, header := range map[string]string{
		"none":        "Authorization: Negotiate",
		"no base64":   "Authorization: Negotiate !!!",
		"no token":    "Authorization: Negotiate AAAA",
		"empty":       "Authorization: Negotiate ====",
		"NTLM cut":    "Authorization: Negotiate TlRMTVNTUAAB",
		"type 3":      authorization([]byte("NTLMSSP\x00\x03\x00\x00\x00")),
		"kerberos":    authorization([]byte("\x60\x0b\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")),
		"too long":    "Authorization: Negotiate " + base64.StdEncoding.EncodeToString(make([]byte, 60<<10)),
		"two headers": "Authorization: Negotiate AAAA\r\nAuthorization: Negotiate AAAA",
		"other":       "Authorization: NTLM " + strings.Repeat("A", 40),
	} {
		response, _ := l.ask([]byte("x"), header)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode, name)
		refused(t, response)
	}
	l.logOn(ann(), false)
	assert.Equal(t, annIs, l.who())
}

// TestHandshakesAreBounded: a client cannot have a handshake go on for ever.
func TestHandshakesAreBounded(t *testing.T) {
	l := newWorld(t, options{}).dial(t)
	for range 50 {
		token, _, err := ntlm.NewClient(ann()).Initiate(t.Context(), nil)
		require.NoError(t, err)
		response, _ := l.ask(nil, authorization(token))
		assert.NotEmpty(t, tokenOf(t, response))
		response, _ = l.ask(nil, authorization(token)) // no third message
		refused(t, response)
	}
	l.logOn(ann(), false)
	assert.Equal(t, annIs, l.who())
}
