package ntlm

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The examples of MS-NLMP 4.2: user "User" of domain "Domain" with password
// "Password" at computer "COMPUTER" talks to server "Server". The numbers were
// taken from the tests of two implementations that quote the document, sipe
// (sip-sec-ntlm-tests.c) and Thomson Reuters' go-ntlm, and agree with each
// other.
var (
	exampleKey       = [16]byte([]byte(strings.Repeat("U", 16)))
	exampleRandom    = [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	examplePlaintext = fromHex("50006c00610069006e007400650078007400") // "Plaintext"

	exampleChallenge = fromHex(`4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef0000000000000000
		2400240044000000060070170000000f53006500720076006500720002000c0044006f006d00610069006e0001000c0053006500
		720076006500720000000000`)
	exampleAuthenticate = fromHex(`4e544c4d5353500003000000180018006c00000054005400840000000c000c00480000000800080054
		000000100010005c00000010001000d8000000358288e20501280a0000000f44006f006d00610069006e00550073006500720043
		004f004d005000550054004500520086c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa68cd0ab851e51c96aabc927beb
		ef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e0001000c0053
		006500720076006500720000000000` + `00000000c5dad2544fc9799094ce1ce90bc9d03e`)
)

// exampleFlags are those of the NTLMv2 example.
const exampleFlags = FlagKeyExchange | Flag56 | Flag128 | FlagVersion | FlagTargetInfo | FlagExtendedSessionSecurity |
	FlagTargetTypeServer | FlagAlwaysSign | FlagNTLM | FlagSeal | FlagSign | FlagOEM | FlagUnicode

func fromHex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func toHex[T ~[]byte | ~[16]byte | ~[8]byte](b T) string {
	switch b := any(b).(type) {
	case [16]byte:
		return hex.EncodeToString(b[:])
	case Signature:
		return hex.EncodeToString(b[:])
	case Hash:
		return hex.EncodeToString(b[:])
	case Bindings:
		return hex.EncodeToString(b[:])
	case [8]byte:
		return hex.EncodeToString(b[:])
	case []byte:
		return hex.EncodeToString(b)
	}
	panic("another type")
}

// MS-NLMP 4.2.4, from the password to the keys.
func TestExampleNTLMv2Keys(t *testing.T) {
	assert.EqualValues(t, 0xe28a8233, exampleFlags)
	hash := NewHash("Password")
	assert.Equal(t, "a4f49c406510bdcab6824ee7c30fd852", toHex(hash), "4.2.2.1.2 NTOWFv1")
	key := responseKey(hash, "User", "Domain")
	assert.Equal(t, "0c868a403bfd7a93a3001ef22ef02e3f", toHex(key), "4.2.4.1.1 NTOWFv2")

	response := Response{
		Random: [8]byte([]byte(strings.Repeat("\xaa", 8))),
		Pairs:  AVPairs{textPair(AVDomainName, "Domain"), textPair(AVComputerName, "Server")},
	}
	blob := response.appendBlob(nil)
	assert.Equal(t, "01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"+
		"02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000", toHex(blob), "4.2.4.1.3 temp")
	proof := prove(key, exampleRandom, blob)
	assert.Equal(t, "68cd0ab851e51c96aabc927bebef6a1c", toHex(proof), "4.2.4.2.2 NTProofStr")
	base := sessionBaseKey(key, proof)
	assert.Equal(t, "8de40ccadbc14a82f15cb0ad0de95ca3", toHex(base), "4.2.4.1.2 SessionBaseKey")

	encrypted, err := exchangeKey(base, exampleKey)
	require.NoError(t, err)
	assert.Equal(t, "c5dad2544fc9799094ce1ce90bc9d03e", toHex(encrypted), "4.2.4.2.3 EncryptedRandomSessionKey")
	decrypted, err := exchangeKey(base, encrypted)
	require.NoError(t, err)
	assert.Equal(t, exampleKey, decrypted)

	assert.Equal(t, "59f600973cc4960a25480a7c196e4c58", toHex(sealKey(exampleFlags, exampleKey, clientToServer)), "4.2.4.4 SEALKEY")
	assert.Equal(t, "4788dc861b4782f35d43fd98fe1a2d39", toHex(signKey(exampleKey, clientToServer)), "4.2.4.4 SIGNKEY")
}

// MS-NLMP 4.2.4.3: both messages, in both directions of the codec.
func TestExampleNTLMv2Messages(t *testing.T) {
	challenge, err := DecodeChallenge(exampleChallenge)
	require.NoError(t, err)
	assert.Equal(t, exampleFlags, challenge.Flags)
	assert.Equal(t, "Server", challenge.Target)
	assert.Equal(t, exampleRandom, challenge.Random)
	assert.Equal(t, "Domain", challenge.Info.Text(AVDomainName))
	assert.Equal(t, "Server", challenge.Info.Text(AVComputerName))
	assert.Equal(t, Version{6, 0, 6000, 15}, challenge.Version)
	assert.Equal(t, exampleChallenge, challenge.Append(nil))

	m, err := DecodeAuthenticate(exampleAuthenticate)
	require.NoError(t, err)
	assert.Equal(t, "Domain", m.Domain)
	assert.Equal(t, "User", m.User)
	assert.Equal(t, "COMPUTER", m.Workstation)
	assert.False(t, m.HasMIC)
	assert.Equal(t, Version{5, 1, 2600, 15}, m.Version)
	assert.Equal(t, "c5dad2544fc9799094ce1ce90bc9d03e", toHex(m.SessionKey))
	assert.Equal(t, "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", toHex(m.LMResponse))

	response, err := DecodeResponse(m.NTResponse)
	require.NoError(t, err)
	assert.Equal(t, "68cd0ab851e51c96aabc927bebef6a1c", toHex(response.Proof))
	assert.Equal(t, m.NTResponse, response.Append(nil))
	key := responseKey(NewHash("Password"), m.User, m.Domain)
	assert.Equal(t, response.Proof, prove(key, challenge.Random, response.blob))
}

// MS-NLMP 4.2.4.4 from client to server; the other direction is quoted in
// ntlmlib's tests.
func TestExampleNTLMv2Sealing(t *testing.T) {
	for _, c := range []struct {
		side              Side
		sealed, signature string
	}{
		{ClientSide, "54e50165bf1936dc996020c1811b0f06fb5f", "010000007fb38ec5c55d497600000000"},
		{ServerSide, "160871b730ba74e946c453d7465b54278dd0", "01000000b298b847ce7c580700000000"},
	} {
		sender, err := NewSession(exampleKey, exampleFlags, c.side)
		require.NoError(t, err)
		sealed := make([]byte, len(examplePlaintext))
		signature, err := sender.Seal(sealed, examplePlaintext)
		require.NoError(t, err)
		assert.Equal(t, c.sealed, toHex(sealed))
		assert.Equal(t, c.signature, toHex(signature))

		receiver, err := NewSession(exampleKey, exampleFlags, ServerSide-c.side)
		require.NoError(t, err)
		require.NoError(t, receiver.Unseal(sealed, sealed, signature[:]))
		assert.Equal(t, examplePlaintext, sealed)
	}
}

// The MAC without key exchange, as sipe quotes it.
func TestExampleSignWithoutKeyExchange(t *testing.T) {
	s, err := NewSession(exampleKey, exampleFlags&^FlagKeyExchange, ClientSide)
	require.NoError(t, err)
	signature, err := s.Sign(examplePlaintext)
	require.NoError(t, err)
	assert.Equal(t, "0100000070352851f256430900000000", toHex(signature))
}

// MS-NLMP 4.2.3.4: NTLMv1 with extended session security, 56 bit, no key
// exchange.
func TestExampleSealing56(t *testing.T) {
	key := [16]byte(fromHex("eb93429a8bd952f8b89c55b87f475edc"))
	const flags = Flag56 | FlagExtendedSessionSecurity | FlagSign | FlagSeal | FlagUnicode
	assert.Equal(t, "04dd7f014d8504d265a25cc86a3a7c06", toHex(sealKey(flags, key, clientToServer)))
	assert.Equal(t, "60e799be5c72fc92922ae8ebe961fb8d", toHex(signKey(key, clientToServer)))
	s, err := NewSession(key, flags, ClientSide)
	require.NoError(t, err)
	sealed := make([]byte, len(examplePlaintext))
	signature, err := s.Seal(sealed, examplePlaintext)
	require.NoError(t, err)
	assert.Equal(t, "a02372f6530273f3aa1eb90190ce5200c99d", toHex(sealed))
	assert.Equal(t, "01000000ff2aeb52f681793a00000000", toHex(signature))
}

// MS-NLMP 4.2.2.4: without extended session security.
func TestExampleSealingOld(t *testing.T) {
	const flags = exampleFlags &^ FlagExtendedSessionSecurity
	client, err := NewSession(exampleKey, flags, ClientSide)
	require.NoError(t, err)
	server, err := NewSession(exampleKey, flags, ServerSide)
	require.NoError(t, err)
	buffer := make([]byte, len(examplePlaintext))
	signature, err := client.Seal(buffer, examplePlaintext)
	require.NoError(t, err)
	assert.Equal(t, "56fe04d861f9319af0d7238a2e3b4d457fb8", toHex(buffer))
	assert.Equal(t, "010000000000000009dcd1df2e459d36", toHex(signature))
	require.NoError(t, server.Unseal(buffer, buffer, signature[:]))
	assert.Equal(t, examplePlaintext, buffer)

	token, err := server.Wrap(nil, examplePlaintext) // the one stream goes on
	require.NoError(t, err)
	plain, err := client.Unwrap(token)
	require.NoError(t, err)
	assert.Equal(t, examplePlaintext, plain)
}

// davenport.sourceforge.net/ntlm.html, by way of go-ntlmssp's tests.
func TestExampleDavenport(t *testing.T) {
	hash := NewHash("SecREt01")
	assert.Equal(t, "cd06ca7c7e10c99b1d33b7485a2ed808", toHex(hash))
	assert.Equal(t, "04b8e0ba74289cc540826bab1dee63ae", toHex(responseKey(hash, "user", "DOMAIN")))
}
