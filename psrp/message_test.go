package psrp

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFragmentHeader(t *testing.T) {
	h := FragmentHeader{ObjectID: 0x0102030405060708, FragmentID: 0x1112131415161718, Start: true, BlobLength: 0x21222324}
	want := []byte{1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 1, 0x21, 0x22, 0x23, 0x24}
	assert.Equal(t, want, h.Append(nil))
	assert.Equal(t, append([]byte("x"), want...), h.Append([]byte("x")))
	for flags, tt := range map[byte]struct{ start, end bool }{
		0: {}, 1: {start: true}, 2: {end: true}, 3: {true, true}, 0xfc: {}, 0xff: {true, true},
	} {
		want[16] = flags
		got, err := ParseFragmentHeader(append(want, "more"...))
		require.NoError(t, err)
		h.Start, h.End = tt.start, tt.end
		assert.Equal(t, h, got, "flags %x", flags)
	}
	_, err := ParseFragmentHeader(want[:20])
	var fe *FragmentError
	require.ErrorAs(t, err, &fe)
	want[17] = 0x80
	_, err = ParseFragmentHeader(want)
	require.ErrorAs(t, err, &fe)
}

func TestAppendFragments(t *testing.T) {
	tests := map[string]struct {
		msg     string
		maxBlob int
		want    []FragmentHeader
	}{
		"one":            {"abcdef", 6, []FragmentHeader{header(5, 0, "se", 6)}},
		"two":            {"abcdef", 5, []FragmentHeader{header(5, 0, "s", 5), header(5, 1, "e", 1)}},
		"three":          {"abcdef", 2, []FragmentHeader{header(5, 0, "s", 2), header(5, 1, "", 2), header(5, 2, "e", 2)}},
		"empty":          {"", 2, []FragmentHeader{header(5, 0, "se", 0)}},
		"PowerShell's":   {strings.Repeat("a", 32748), 0, []FragmentHeader{header(5, 0, "s", 32747), header(5, 1, "e", 1)}},
		"negative limit": {"a", -1, []FragmentHeader{header(5, 0, "se", 1)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []FragmentHeader
			var msg []byte
			for f := range values(t, Fragments(AppendFragments(nil, 5, []byte(tt.msg), tt.maxBlob))) {
				got = append(got, f.Header)
				msg = append(msg, f.Blob...)
			}
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.msg, string(msg))
		})
	}
}

func TestMessage(t *testing.T) {
	b := append([]byte{1, 0, 0, 0, 4, 0x10, 4, 0}, []byte("poolpoolpoolpoolpipepipepipepipe<S>a</S>")...)
	m, err := ParseMessage(b)
	require.NoError(t, err)
	assert.Equal(t, Message{
		MessageHeader: MessageHeader{
			Destination: DestinationClient, Type: MessagePipelineOutput,
			RunspacePoolID: GUID([]byte("poolpoolpoolpool")), PipelineID: GUID([]byte("pipepipepipepipe")),
		},
		Data: []byte("<S>a</S>"),
	}, m)
	assert.Equal(t, b, m.Append(nil))
	m, err = ParseMessage(b[:40])
	require.NoError(t, err)
	assert.Empty(t, m.Data)
	_, err = ParseMessage(b[:39])
	var me *MessageError
	require.ErrorAs(t, err, &me)
}

func TestGUID(t *testing.T) {
	const text = "00112233-4455-6677-8899-aabbccddeeff"
	want := GUID{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	for _, s := range []string{text, strings.ToUpper(text), "{" + text + "}"} {
		got, err := ParseGUID(s)
		require.NoError(t, err, s)
		assert.Equal(t, want, got, s)
	}
	assert.Equal(t, text, want.String())
	assert.Equal(t, "00000000-0000-0000-0000-000000000000", GUID{}.String())
	assert.True(t, GUID{}.IsZero())
	assert.False(t, want.IsZero())
	for _, s := range []string{
		"", "{}", text[1:], text + "0", "{" + text, text + "}", "(" + text + ")", " " + text,
		strings.ReplaceAll(text, "-", ""), strings.Replace(text, "0", "g", 1),
		"00112233x4455-6677-8899-aabbccddeeff", "-0112233-4455-6677-8899-aabbccddeeff", "{{" + text + "}}",
	} {
		_, err := ParseGUID(s)
		var ge *GUIDError
		assert.ErrorAs(t, err, &ge, s)
	}
	_, err := ParseGUID(strings.Repeat("x", 1000))
	assert.Less(t, len(err.Error()), 100)
}

func FuzzParseGUID(f *testing.F) {
	f.Add("{00112233-4455-6677-8899-AABBCCDDEEFF}")
	f.Add("00112233-4455-6677-8899-aabbccddee-f")
	f.Fuzz(func(t *testing.T, s string) {
		g, err := ParseGUID(s)
		if err != nil {
			return
		}
		require.Equal(t, strings.ToLower(strings.Trim(s, "{}")), g.String())
	})
}

func TestMessageType(t *testing.T) {
	assert.Len(t, messageNames, 31)
	assert.Equal(t, "SESSION_CAPABILITY", MessageSessionCapability.String())
	assert.Equal(t, "PIPELINE_HOST_RESPONSE", MessagePipelineHostResponse.String())
	assert.Equal(t, "MessageType(00041012)", MessageType(0x41012).String())
	assert.Equal(t, MessageType(0x10002), MessageSessionCapability)
	assert.Equal(t, MessageType(0x41101), MessagePipelineHostResponse)
	var droppable []string
	for kind := MessageType(0x10000); kind < 0x42000; kind++ {
		if kind.Droppable() {
			droppable = append(droppable, kind.String())
		}
	}
	assert.Equal(t, []string{"PIPELINE_OUTPUT", "ERROR_RECORD", "DEBUG_RECORD", "VERBOSE_RECORD", "WARNING_RECORD",
		"PROGRESS_RECORD", "INFORMATION_RECORD"}, droppable)
}

func TestStates(t *testing.T) {
	var names, final []string
	for s := range RunspacePoolState(9) {
		names = append(names, s.String())
		if s.Final() {
			final = append(final, s.String())
		}
	}
	assert.Equal(t, "BeforeOpen Opening Opened Closed Closing Broken Disconnecting Disconnected Connecting", strings.Join(names, " "))
	assert.Equal(t, []string{"Closed", "Broken"}, final)
	assert.Equal(t, "RunspacePoolState(9)", RunspacePoolState(9).String())
	assert.Equal(t, "RunspacePoolState(-1)", RunspacePoolState(-1).String())

	names, final = nil, nil
	for s := range PSInvocationState(7) {
		names = append(names, s.String())
		if s.Final() {
			final = append(final, s.String())
		}
	}
	assert.Equal(t, "NotStarted Running Stopping Stopped Completed Failed Disconnected", strings.Join(names, " "))
	assert.Equal(t, []string{"Stopped", "Completed", "Failed"}, final)
	assert.Equal(t, "PSInvocationState(7)", PSInvocationState(7).String())
	assert.Equal(t, "PSInvocationState(-1)", PSInvocationState(-1).String())
	assert.Equal(t, "client server Destination(3)", DestinationClient.String()+" "+DestinationServer.String()+" "+Destination(3).String())
}

func TestNegotiateVersion(t *testing.T) {
	tests := map[string]struct{ open, connect string }{ // empty: refused
		"2.0": {"2.0", ""}, "2.1": {"2.1", ""}, "2.2": {"2.2", "2.2"}, "2.3": {"2.3", "2.3"},
		"2.4": {"2.3", "2.3"}, "2.10": {"2.3", "2.3"}, "2.3.0.0": {"2.3", "2.3"}, "2.2.0": {},
		"1.0": {}, "3.0": {}, "3.3": {}, "": {}, "2": {}, "2.": {}, ".3": {}, "2.x": {}, "2.-3": {}, "2.+3": {},
		" 2.3": {}, "2.3.0.0.0": {}, "2.99999999999": {}, "2.3.y": {},
	}
	for client, tt := range tests {
		for want, negotiate := range map[*string]func(string) (string, error){
			&tt.open: NegotiateVersion, &tt.connect: NegotiateConnectVersion,
		} {
			got, err := negotiate(client)
			assert.Equal(t, *want, got, "client %q", client)
			var ve *VersionError
			assert.Equal(t, *want == "", errors.As(err, &ve), "client %q", client)
		}
	}
}
