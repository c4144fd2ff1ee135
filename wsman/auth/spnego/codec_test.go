package spnego

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The hint that a Windows server sends in SMB's first answer, for NTLM only.
var windowsHint = fromHex(`604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa32a3028a0261b246e6f745f646566
	696e65645f696e5f5246433431373840706c656173655f69676e6f7265`)

// What pyspnego 0.12.4 sends as a client with NTLM only; the token is cut.
var pyspnegoInit = fromHex(`602806062b0601050502a01e301ca00e300c060a2b06010401823702020aa20a04084e544c4d53535000`)

func TestDecodeNegTokenInit(t *testing.T) {
	hint, err := DecodeNegTokenInit(windowsHint)
	require.NoError(t, err)
	assert.Equal(t, []string{OIDNTLM}, hint.MechTypes.OIDs)
	assert.Equal(t, fromHex("300c060a2b06010401823702020a"), hint.MechTypes.DER)
	assert.Equal(t, HintName, string(hint.Hint))
	assert.Nil(t, hint.MechToken)
	assert.Nil(t, hint.MechListMIC)

	first, err := DecodeNegTokenInit(pyspnegoInit)
	require.NoError(t, err)
	assert.Equal(t, "NTLMSSP\x00", string(first.MechToken))
	assert.Nil(t, first.Hint)

	for _, b := range [][]byte{windowsHint, pyspnegoInit} {
		m, err := DecodeNegTokenInit(b)
		require.NoError(t, err)
		again, err := m.Bytes()
		require.NoError(t, err)
		assert.Equal(t, b, again)
	}
}

func TestNegTokenInitBothWays(t *testing.T) {
	list, err := NewMechTypes([]string{OIDMSKerberos, OIDKerberos, OIDNegoEx, OIDNTLM})
	require.NoError(t, err)
	for name, m := range map[string]NegTokenInit{
		"nothing":       {},
		"list":          {MechTypes: list},
		"token":         {MechTypes: list, MechToken: []byte("token")},
		"long token":    {MechTypes: list, MechToken: make([]byte, 50000)},
		"MIC":           {MechTypes: list, MechToken: []byte{}, MechListMIC: []byte("mic")},
		"hint and MIC":  {MechTypes: list, Hint: []byte(HintName), MechListMIC: []byte("mic")},
		"hint only":     {Hint: []byte(HintName)},
		"empty strings": {MechTypes: list, MechToken: []byte{}, MechListMIC: []byte{}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := m.Bytes()
			require.NoError(t, err)
			got, err := DecodeNegTokenInit(b)
			require.NoError(t, err)
			assert.Equal(t, m, *got)
		})
	}
}

func TestNegTokenRespBothWays(t *testing.T) {
	for name, m := range map[string]NegTokenResp{
		"nothing": {State: NoState},
		"state":   {State: AcceptCompleted},
		"first":   {State: RequestMIC, SupportedMech: OIDNTLM},
		"all":     {State: AcceptIncomplete, SupportedMech: OIDNTLM, ResponseToken: []byte("token"), MechListMIC: []byte("mic")},
		"MIC":     {State: NoState, MechListMIC: []byte{}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := m.Bytes()
			require.NoError(t, err)
			got, err := DecodeNegTokenResp(b)
			require.NoError(t, err)
			assert.Equal(t, m, *got)
		})
	}
}

func TestMalformedTokens(t *testing.T) {
	long := strings.Repeat("06032a0304", 33)
	for name, hex := range map[string]string{
		"empty":                        "",
		"length in more bytes":         "60 81 28" + hexOf(pyspnegoInit[2:]),
		"length without end":           "60 80" + hexOf(pyspnegoInit[2:]) + "0000",
		"too short":                    hexOf(pyspnegoInit[:len(pyspnegoInit)-1]),
		"something at its end":         hexOf(pyspnegoInit) + "00",
		"another mechanism":            "600b06092a864886f712010202",
		"without framing":              hexOf(pyspnegoInit[10:]),
		"bad name":                     "6005 0603 2a8001",
		"list that is none":            "6012 06062b0601050502 a008 3006 a004 0402 0000",
		"list with something behind":   "6014 06062b0601050502 a00a 3008 a006 3000 0402 0000",
		"flags that are none":          "6012 06062b0601050502 a008 3006 a104 0402 0000",
		"token that is no string":      "6012 06062b0601050502 a008 3006 a204 3002 0500",
		"token with something behind":  "6012 06062b0601050502 a008 3006 a204 0400 0500",
		"fields in another order":      "6014 06062b0601050502 a00a 3008 a202 0400 a002 3000",
		"field twice":                  "6014 06062b0601050502 a00a 3008 a202 0400 a202 0400",
		"negHints with rubbish":        "6012 06062b0601050502 a008 3006 a304 3002 0500",
		"more mechanisms than 32":      hexOf(mustInit(t, long)),
		"NegTokenResp":                 "a1073005a0030a0100",
		"choice with something behind": "6012 06062b0601050502 a008 3000 3004 0402 0000",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeNegTokenInit(fromHex(hex))
			assert.ErrorIs(t, err, ErrToken)
		})
	}
	for name, hex := range map[string]string{
		"empty":                 "",
		"unknown state":         "a1073005a0030a0104",
		"negative state":        "a1073005a0030a01ff",
		"state in two bytes":    "a1083006a0040a020001",
		"state that is integer": "a1073005a003020100",
		"something at its end":  "a1073005a0030a010000",
		"name that is none":     "a1063004a1020601",
		"field twice":           "a10c300aa0030a0100a0030a0100",
		"token that is none":    "a1063004a2023000",
		"MIC that is none":      "a1063004a3023000",
		"fields out of order":   "a10c300aa20304010aa0030a0100",
	} {
		t.Run("response "+name, func(t *testing.T) {
			_, err := DecodeNegTokenResp(fromHex(hex))
			assert.ErrorIs(t, err, ErrToken)
		})
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// mustInit writes a token with the names, which are hex.
func mustInit(t *testing.T, names string) []byte {
	list := fromHex(names)
	b, err := (&NegTokenInit{MechTypes: MechTypes{DER: append([]byte{0x30, 0x81, byte(len(list))}, list...)}}).Bytes()
	require.NoError(t, err)
	return b
}

// A later version may have more fields, at the end.
func TestExtensionsArePassedOver(t *testing.T) {
	got, err := DecodeNegTokenResp(fromHex("a10d300b a0030a0101 a4020500 a5 00"))
	require.NoError(t, err)
	assert.Equal(t, AcceptIncomplete, got.State)
	_, err = DecodeNegTokenResp(fromHex("a10d300b a0030a0101 a5020500 a4 00"))
	assert.ErrorIs(t, err, ErrToken)
}

func TestRequestFlagsArePassedOver(t *testing.T) {
	got, err := DecodeNegTokenInit(fromHex("601f 06062b0601050502 a015 3013 a007 3005 06032a0304 a104 03020106 a202 0400"))
	require.NoError(t, err)
	assert.Equal(t, []string{"1.2.3.4"}, got.MechTypes.OIDs)
	assert.Empty(t, got.MechToken)
}

func TestBadNames(t *testing.T) {
	for _, oid := range []string{"", "1", ".", "1..2", "1.2.", "x", "1.2.x", "9.9.9", "1.2.99999999999999999999"} {
		_, err := NewMechTypes([]string{oid})
		assert.Error(t, err, oid)
		_, err = Frame(oid, nil)
		assert.Error(t, err, oid)
		if oid == "" {
			continue // means that there is none
		}
		_, err = (&NegTokenResp{SupportedMech: oid}).Bytes()
		assert.Error(t, err, oid)
	}
}

func TestStateNames(t *testing.T) {
	var names []string
	for s := NoState; s <= RequestMIC+1; s++ {
		names = append(names, s.String())
	}
	assert.Equal(t, []string{"none", "accept-completed", "accept-incomplete", "reject", "request-mic", "4"}, names)
}
