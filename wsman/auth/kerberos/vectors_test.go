package kerberos

import (
	"crypto/aes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// RFC 3962 appendix B.
func TestCipherTextStealing(t *testing.T) {
	text := "I would like the General Gau's Chicken, please, and wonton soup."
	c, err := aes.NewCipher([]byte("chicken teriyaki"))
	require.NoError(t, err)
	for n, want := range map[int]string{
		17: "c6353568f2bf8cb4d8a580362da7ff7f97",
		31: "fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5",
		32: "39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584",
		47: "97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5",
		48: "97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8",
		64: "97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a84807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8",
	} {
		b := []byte(text[:n])
		encryptCTS(c, b)
		assert.Equal(t, want, hex.EncodeToString(b), "%d bytes", n)
		decryptCTS(c, b)
		assert.Equal(t, text[:n], string(b))
	}
	b := []byte(text[:16]) // one block is plain CBC
	encryptCTS(c, b)
	decryptCTS(c, b)
	assert.Equal(t, text[:16], string(b))
}

// RFC 3962 appendix B: gokrb5's string-to-key, which makes the keys of a client
// with a password.
func TestStringToKey(t *testing.T) {
	for _, v := range []struct {
		iterations     uint32
		key128, key256 string
	}{
		{1, "42263c6e89f4fc28b8df68ee09799f15", "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161"},
		{2, "c651bf29e2300ac27fa469d693bdda13", "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff"},
		{1200, "4c01cd46d632d01e6dbe230a01ed642a", "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a"},
	} {
		parameters := hex.EncodeToString(binary.BigEndian.AppendUint32(nil, v.iterations))
		for e, want := range map[EncryptionType]string{AES128SHA1: v.key128, AES256SHA1: v.key256} {
			etype, err := crypto.GetEtype(int32(e))
			require.NoError(t, err)
			key, err := etype.StringToKey("password", "ATHENA.MIT.EDUraeburn", parameters)
			require.NoError(t, err)
			assert.Equal(t, want, hex.EncodeToString(key), "%s, %d", e, v.iterations)
		}
	}
}

// RFC 8009 appendix A, for key usage 2.
func TestAESSHA2(t *testing.T) {
	for _, v := range []struct {
		etype              EncryptionType
		key, plain, cipher string
	}{
		{AES128SHA2, "3705D96080C17728A0E800EAB6E0D23C", "", "EF85FB890BB8472F4DAB20394DCA781DAD877EDA39D50C870C0D5A0A8E48C718"},
		{
			AES128SHA2, "3705D96080C17728A0E800EAB6E0D23C", "000102030405",
			"84D7F30754ED987BAB0BF3506BEB09CFB55402CEF7E6877CE99E247E52D16ED4421DFDF8976C",
		},
		{
			AES128SHA2, "3705D96080C17728A0E800EAB6E0D23C", "000102030405060708090A0B0C0D0E0F",
			"3517D640F50DDC8AD3628722B3569D2AE07493FA8263254080EA65C1008E8FC295FB4852E7D83E1E7C48C37EEBE6B0D3",
		},
		{
			AES256SHA2, "6D404D37FAF79F9DF0D33568D320669800EB4836472EA8A026D16B7182460C52", "",
			"41F53FA5BFE7026D91FAF9BE959195A058707273A96A40F0A01960621AC612748B9BBFBE7EB4CE3C",
		},
		{
			AES256SHA2, "6D404D37FAF79F9DF0D33568D320669800EB4836472EA8A026D16B7182460C52", "000102030405",
			"4ED7B37C2BCAC8F74F23C1CF07E62BC7B75FB3F637B9F559C7F664F69EAB7B6092237526EA0D1F61CB20D69D10F2",
		},
	} {
		e := encryptedData{etype: v.etype, cipher: unhex(v.cipher)}
		plain, err := e.decrypt(Key{Type: v.etype, Value: unhex(v.key)}, 2)
		require.NoError(t, err, "%s, %q", v.etype, v.plain)
		assert.Equal(t, unhex(v.plain), append([]byte{}, plain...))
	}
}

// gokrb5 has the same encryption, written by others.
func TestEncryptionAgainstGokrb5(t *testing.T) {
	for _, e := range append(AESTypes(), RC4) {
		etype, err := crypto.GetEtype(int32(e))
		require.NoError(t, err)
		for size := range 70 {
			key, err := newKey(e)
			require.NoError(t, err)
			text := []byte(strings.Repeat("x", size))
			ours, err := encrypt(key, 11, 0, text)
			require.NoError(t, err)
			plain, err := etype.DecryptMessage(key.Value, ours.cipher, 11)
			require.NoError(t, err, "%s, %d bytes", e, size)
			assert.Equal(t, text, append([]byte{}, plain...))

			_, theirs, err := etype.EncryptMessage(key.Value, text, 11)
			require.NoError(t, err)
			plain, err = encryptedData{etype: e, cipher: theirs}.decrypt(key, 11)
			require.NoError(t, err, "%s, %d bytes", e, size)
			assert.Equal(t, text, append([]byte{}, plain...))
		}
	}
}

// RFC 2744 section 3.11 with the application data of RFC 5929: computed with
// Python's struct and hashlib.
func TestChannelBindingValue(t *testing.T) {
	got := ChannelBinding([]byte("tls-server-end-point:0123456789abcdef"))
	assert.Equal(t, "30248fbf2193eb7f24c977b76dff7969", hex.EncodeToString(got[:]))
}
