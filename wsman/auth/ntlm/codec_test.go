package ntlm

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNegotiateBothWays(t *testing.T) {
	for name, m := range map[string]Negotiate{
		"flags only": {Flags: demanded},
		"with names": {
			Flags:  demanded | FlagDomainSupplied | FlagWorkstationSupplied | FlagVersion,
			Domain: []byte("EXAMPLE"), Workstation: []byte("HOME"), Version: DefaultVersion,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeNegotiate(m.Append(nil))
			require.NoError(t, err)
			assert.Equal(t, m, *got)
		})
	}
}

// Some clients end the message after the flags, or before the version.
func TestNegotiateShort(t *testing.T) {
	whole := (&Negotiate{Flags: demanded | FlagVersion | FlagDomainSupplied}).Append(nil)
	for _, size := range []int{negotiateSize, negotiateSize + 1, negotiateFull - versionSize, negotiateFull} {
		m, err := DecodeNegotiate(whole[:size])
		require.NoError(t, err, "%d bytes", size)
		assert.Equal(t, demanded|FlagVersion|FlagDomainSupplied, m.Flags)
	}
	_, err := DecodeNegotiate(whole[:negotiateSize-1])
	assert.EqualError(t, err, "ntlm: NEGOTIATE has less than 16 bytes")
}

func TestChallengeBothWays(t *testing.T) {
	for name, m := range map[string]Challenge{
		"nothing": {Flags: demanded},
		"all": {
			Flags: demanded | FlagVersion, Target: "SERVER", Random: exampleRandom, Version: DefaultVersion,
			Info: testTarget.pairs(12345),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DecodeChallenge(m.Append(nil))
			require.NoError(t, err)
			assert.Equal(t, m, *got)
		})
	}
}

func TestAuthenticateBothWays(t *testing.T) {
	m := Authenticate{
		Flags: demanded | FlagVersion, LMResponse: make([]byte, 24), NTResponse: []byte("response"), Domain: "EXAMPLE",
		User: "Jürgen𝄞", Workstation: "HOME", SessionKey: []byte("0123456789abcdef"), Version: DefaultVersion,
		MIC: [16]byte{1, 2, 3}, HasMIC: true,
	}
	got, err := DecodeAuthenticate(m.Append(nil))
	require.NoError(t, err)
	assert.Equal(t, authenticateMIC, got.micOffset)
	got.micOffset = 0
	assert.Equal(t, m, *got)

	m.HasMIC, m.MIC = false, [16]byte{}
	got, err = DecodeAuthenticate(m.Append(nil))
	require.NoError(t, err)
	assert.Equal(t, m, *got)
}

func TestAVPairs(t *testing.T) {
	for name, c := range map[string]struct {
		hex, want string
	}{
		"empty":               {"00000000", ""},
		"something behind":    {"00000000ffff", ""},
		"unknown pair":        {"ff7f0100aa" + "00000000", ""},
		"no bytes":            {"", "ntlm: TargetInfo has no end mark"},
		"no end mark":         {"010002004100", "ntlm: TargetInfo has no end mark"},
		"end mark with value": {"00000100aa", "ntlm: TargetInfo has an end mark with a value"},
		"too long":            {"0100030041000000", ""},
		"much too long":       {"0100ffff41000000", "ntlm: TargetInfo has a value that reaches beyond the end"},
		"short flags":         {"06000200aabb00000000", "ntlm: TargetInfo has a pair 6 that has not 4 bytes"},
		"short bindings":      {"0a000200aabb00000000", "ntlm: TargetInfo has a pair 10 that has not 16 bytes"},
		"long timestamp":      {"07000900aabbccddeeff11223300000000", "ntlm: TargetInfo has a pair 7 that has not 8 bytes"},
		"twice":               {"0100020041000100020042000000" + "0000", "ntlm: TargetInfo has pair 1 twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeAVPairs(fromHex(c.hex))
			if name == "too long" {
				c.want = "ntlm: TargetInfo has no end mark" // the value took part of it
			}
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
	var many AVPairs
	for i := range maxPairs + 1 {
		many = append(many, AVPair{ID: AVID(100 + i)})
	}
	_, err := DecodeAVPairs(many.Append(nil))
	assert.EqualError(t, err, "ntlm: TargetInfo has more than 64 pairs")
	_, err = DecodeAVPairs(many[:maxPairs].Append(nil))
	assert.NoError(t, err)
	assert.Zero(t, many.Flags())
	_, ok := many.Timestamp()
	assert.False(t, ok)
}

func TestResponseDecoding(t *testing.T) {
	_, err := DecodeResponse(make([]byte, 24))
	assert.ErrorIs(t, err, ErrNTLMv1)
	var wrong *MessageError
	for _, size := range []int{0, 23, 25, leastNTLMv2 - 1, leastNTLMv2} {
		_, err = DecodeResponse(make([]byte, size))
		assert.ErrorAs(t, err, &wrong, "%d bytes", size)
	}
	right := (&Response{}).Append(nil)
	_, err = DecodeResponse(right)
	require.NoError(t, err)
	right[proofSize] = 2
	_, err = DecodeResponse(right)
	assert.ErrorAs(t, err, &wrong)
}

func TestUTF16(t *testing.T) {
	for _, s := range []string{"", "a", "Jürgen", "€", "𝄞x"} {
		got, ok := decodeUTF16(appendUTF16(nil, s))
		assert.True(t, ok)
		assert.Equal(t, s, got)
	}
	for _, bad := range []string{"61", "00d8", "00d86100", "00dc", "61000000"} {
		_, ok := decodeUTF16(fromHex(bad))
		assert.False(t, ok, bad)
	}
	assert.Equal(t, "ADA Ä ß", upper("ada ä ß"))
}

func TestFlagsString(t *testing.T) {
	assert.Equal(t, "Unicode|0x8|Sign|56", (FlagUnicode | 8 | FlagSign | Flag56).String())
	assert.Empty(t, Flags(0).String())
	assert.Equal(t, "ntlm: peer does not negotiate Unicode|128", (&FlagsError{FlagUnicode | Flag128}).Error())
}

func TestHashIsNotPrinted(t *testing.T) {
	for _, format := range []string{"%v", "%s", "%x", "%#v", "%q", "%d"} {
		assert.Equal(t, "(NT hash)", sprintf(format, NewHash("x")))
	}
	assert.Contains(t, sprintf("%+v", testClient()), "Hash:(NT hash)", "nor as part of a configuration")
}
