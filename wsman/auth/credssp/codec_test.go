package credssp

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// requests are messages in both forms. The bytes are written by hand from
// MS-CSSP 2.2.1.
var requests = map[string]struct {
	der     string
	request TSRequest
}{
	"version":    {"3005a003020106", TSRequest{Version: 6}},
	"negoTokens": {"3012a003020102a10b30093007a0050403414243", TSRequest{Version: 2, NegoToken: []byte("ABC")}},
	"authInfo":   {"300aa003020105a20304017a", TSRequest{Version: 5, AuthInfo: []byte("z")}},
	"pubKeyAuth": {"300aa003020105a30304017a", TSRequest{Version: 5, PubKeyAuth: []byte("z")}},
	"errorCode":  {"300da003020103a4060204c000006d", TSRequest{Version: 3, ErrorCode: StatusLogonFailure}},
	"empty":      {"3009a003020106a3020400", TSRequest{Version: 6, PubKeyAuth: []byte{}}},
}

func TestTSRequest(t *testing.T) {
	for name, c := range requests {
		t.Run(name, func(t *testing.T) {
			der := unhex(t, c.der)
			r, err := DecodeTSRequest(der)
			require.NoError(t, err)
			assert.Equal(t, &c.request, r)
			b, err := r.Bytes()
			require.NoError(t, err)
			assert.Equal(t, c.der, hex.EncodeToString(b))
		})
	}
	full := TSRequest{
		Version: 6, NegoToken: message(3000), AuthInfo: message(200), PubKeyAuth: message(300),
		ErrorCode: 0x80090308, ClientNonce: message(32),
	}
	b, err := full.Bytes()
	require.NoError(t, err)
	r, err := DecodeTSRequest(b)
	require.NoError(t, err)
	assert.Equal(t, &full, r)
	for n := range b {
		_, err := DecodeTSRequest(b[:n])
		require.ErrorIs(t, err, ErrRequest, "the first %d bytes", n)
	}
}

func TestTSRequestThatIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		der  string
		want TSRequest
	}{
		"error code without its sign": {"300ea003020103a407020500c000006d", TSRequest{Version: 3, ErrorCode: StatusLogonFailure}},
		"fields of a newer version":   {"300ca003020107a60504030000ff", TSRequest{Version: 7}},
	} {
		r, err := DecodeTSRequest(unhex(t, c.der))
		require.NoError(t, err, name)
		assert.Equal(t, &c.want, r, name)
	}
}

func TestTSRequestRefused(t *testing.T) {
	for name, der := range map[string]string{
		"nothing":                   "",
		"no version":                "3000",
		"version -1":                "3005a0030201ff",
		"version too long":          "300ba0090207010000000000ff",
		"integer not minimal":       "3006a00402020006",
		"length not minimal":        "308105a003020106",
		"indefinite length":         "3080a0030201060000",
		"behind the message":        "3005a00302010600",
		"in the version":            "3006a00402010600",
		"fields of the same":        "300ca003020106a60504030000ff",
		"newer fields out of order": "3013a003020107a70504030000ffa60504030000ff",
		"wrong order":               "300fa003020105a30304017aa20304017a",
		"twice":                     "300fa003020105a30304017aa30304017a",
		"no tokens":                 "3009a003020106a1023000",
		"two tokens":                "3014a003020106a10d300b3004a0020400" + "3003a00104",
		"token without octets":      "300ba003020106a10430023000",
		"short nonce":               "300aa003020106a50304017a",
		"error code of 64 bits":     "3011a003020106a40a02087fffffffffffffff",
		"error code below":          "300ea003020106a4070205ff00000000",
	} {
		_, err := DecodeTSRequest(unhex(t, der))
		assert.ErrorIs(t, err, ErrRequest, name)
	}
	for name, r := range map[string]TSRequest{
		"long pubKeyAuth": {Version: 6, PubKeyAuth: make([]byte, maxSealedKey+1)},
		"long authInfo":   {Version: 6, AuthInfo: make([]byte, maxSealedCredentials+1)},
		"long token":      {Version: 6, NegoToken: make([]byte, maxRequest)},
		"long nonce":      {Version: 6, ClientNonce: make([]byte, 33)},
	} {
		b, err := r.Bytes()
		require.NoError(t, err)
		_, err = DecodeTSRequest(b)
		assert.ErrorIs(t, err, ErrRequest, name)
	}
}

// D, ü and 𝄞 in UTF-16.
func TestTSCredentials(t *testing.T) {
	der := unhex(t, "301fa003020101a118041630"+"14a0040402"+"4400"+"a1040402"+"fc00"+"a2060404"+"34d81edd")
	want := bytes.Clone(der)
	c, err := DecodeTSCredentials(der)
	require.NoError(t, err)
	clear(der) // nothing of it is needed
	assert.Equal(t, "D", c.Domain())
	assert.Equal(t, "ü", c.User())
	assert.Equal(t, "𝄞", string(c.Password()))
	b, err := c.encode()
	require.NoError(t, err)
	assert.Equal(t, want, b)
}

func TestTSCredentialsOfAllSizes(t *testing.T) {
	for _, n := range []int{0, 1, 20, 60, 127, 128, 256, 500} {
		c := NewCredentials(string(message(n)), string(message(n+1)), message(n+2))
		b, err := c.encode()
		require.NoError(t, err)
		again, err := DecodeTSCredentials(b)
		require.NoError(t, err, n)
		assert.Equal(t, c.get(), again.get())
		for k := range b {
			_, err := DecodeTSCredentials(b[:k])
			require.ErrorIs(t, err, ErrRequest)
		}
	}
	for _, c := range []*Credentials{
		NewCredentials(string(message(maxName)), "u", nil),
		NewCredentials("", string(message(maxName)), nil),
		NewCredentials("", "u", message(maxPassword)),
	} {
		b, err := c.encode()
		require.NoError(t, err)
		_, err = DecodeTSCredentials(b)
		require.ErrorIs(t, err, ErrRequest)
	}
}

func TestTSCredentialsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		der  string
		want error
	}{
		"smart card":              {"300aa003020102a1030401ff", ErrCredentials},
		"Remote Credential Guard": {"300aa003020106a1030401ff", ErrCredentials},
		"another kind":            {"300aa003020107a1030401ff", ErrCredentials},
		"nothing":                 {"", ErrRequest},
		"no kind":                 {"3000", ErrRequest},
		"no content":              {"3005a003020101", ErrRequest},
		"no password":             {"3015a003020101a10e040c300aa0030401ffa1030401ff", ErrRequest},
		"odd":                     {"301aa003020101a1130411300fa003040144a103040144a203040144", ErrRequest},
		"half a pair":             {"301da003020101a116041430" + "12a0020400" + "a1040402" + "fc00" + "a2040402" + "34d8", ErrRequest},
		"more behind it":          {"3021a003020101a11a041830" + "16a0040402" + "4400" + "a1040402" + "fc00" + "a2060404" + "34d81edd" + "0500", ErrRequest},
	} {
		_, err := DecodeTSCredentials(unhex(t, c.der))
		assert.ErrorIs(t, err, c.want, name)
	}
}
