package sealed_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/sealed"
)

// rot is a Sealer that turns bytes, in place or not, and adds padding.
type rot struct {
	elsewhere bool
	padding   int
}

var errRot = errors.New("not mine")

func (*rot) Protocol() string { return "application/HTTP-Rot-session-encrypted" }

func (r *rot) Seal(plain []byte) (signature, out []byte, err error) {
	if r.elsewhere {
		plain = bytes.Clone(plain)
	}
	for i := range plain {
		plain[i] ^= 0x55
	}
	return []byte("signature"), append(plain, make([]byte, r.padding)...), nil
}

func (r *rot) Unseal(signature, text []byte) ([]byte, error) {
	if string(signature) != "signature" {
		return nil, errRot
	}
	text = text[:max(0, len(text)-r.padding)]
	for i := range text {
		text[i] ^= 0x55
	}
	return text, nil
}

// pieces is one that takes only a few bytes at a time.
type pieces struct{ rot }

func (*pieces) MaxPiece() int { return 16 << 10 }

// TestRoundTrip: what one side makes the other reads, whatever the Sealer is like
// and however long the message.
func TestRoundTrip(t *testing.T) {
	for name, s := range map[string]auth.Sealer{
		"in place": &rot{}, "elsewhere": &rot{elsewhere: true}, "padding": &rot{elsewhere: true, padding: 3}, "pieces": &pieces{rot{elsewhere: true}},
	} {
		for _, size := range []int{1, 16383, 16384, 16385, 60_000} {
			plain := bytes.Repeat([]byte("--Encrypted Boundary\r\n"), size/22+1)[:size]
			for _, charset := range []wsman.Charset{wsman.UTF8, wsman.UTF16} {
				for _, spare := range []int{0, 1000} {
					buffer := append(make([]byte, sealed.Room, sealed.Room+size+spare), plain...)
					media, body, err := sealed.Seal(s, charset, &buffer)
					require.NoError(t, err)
					assert.LessOrEqual(t, len(body), sealed.Size(size)+sealed.Room)
					parsed, ok := sealed.ParseMedia(media.String())
					require.True(t, ok)
					assert.Equal(t, media, parsed)
					contentType, got, err := sealed.Unseal(s, parsed, bytes.Clone(body))
					require.NoError(t, err, name)
					assert.Equal(t, charset.ContentType(), contentType)
					assert.True(t, bytes.Equal(plain, got), "%s, %d bytes", name, size)
				}
			}
		}
	}
}

func TestUnsealRefuses(t *testing.T) {
	seal := func() (sealed.Media, string) {
		buffer := append(make([]byte, sealed.Room), "hello"...)
		media, body, err := sealed.Seal(&rot{}, wsman.UTF8, &buffer)
		require.NoError(t, err)
		return media, string(body)
	}
	media, body := seal()
	_, _, err := sealed.Unseal(&rot{}, media, []byte(strings.Replace(body, "signature", "signaturf", 1)))
	require.ErrorIs(t, err, errRot)
	for _, bad := range []string{"", body[:len(body)-3] + "x", strings.Replace(body, "Length=5", "Length=4", 1), strings.Replace(body, "OriginalContent", "Other", 1)} {
		_, _, err := sealed.Unseal(&rot{}, media, []byte(bad))
		assert.ErrorIs(t, err, sealed.ErrMalformed, "%q", bad)
	}
	_, _, err = sealed.Unseal(&rot{}, sealed.Media{}, []byte(body))
	require.ErrorIs(t, err, sealed.ErrMalformed)
	for _, other := range []string{"", "text/plain", "multipart/form-data;boundary=x", "multipart/encrypted;;;"} {
		_, ok := sealed.ParseMedia(other)
		assert.False(t, ok, other)
	}
}

// FuzzUnseal: whatever a peer sends is taken apart or refused.
func FuzzUnseal(f *testing.F) {
	for _, s := range []auth.Sealer{&rot{}, &pieces{}} {
		buffer := append(make([]byte, sealed.Room), strings.Repeat("x", 17000)...)
		media, body, err := sealed.Seal(s, wsman.UTF8, &buffer)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(media.String(), body)
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		media, ok := sealed.ParseMedia(contentType)
		if !ok {
			return
		}
		size := len(body)
		_, plain, err := sealed.Unseal(&rot{}, media, body)
		if err == nil {
			require.LessOrEqual(t, len(plain), size)
		}
	})
}
