package replay

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// sendOf is a Send of some bytes to a PowerShell shell.
func sendOf(data []byte) string {
	return `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `" xmlns:w="` + wsman.NamespaceWSMan +
		`" xmlns:rsp="` + wsman.NamespaceShell + `"><s:Header><a:Action>` + wsman.ActionSend + `</a:Action><w:ResourceURI>` +
		wsman.NamespacePowerShell + `/Microsoft.PowerShell</w:ResourceURI></s:Header><s:Body><rsp:Send><rsp:Stream Name="stdin">` +
		base64.StdEncoding.EncodeToString(data) + `</rsp:Stream></rsp:Send></s:Body></s:Envelope>`
}

// message is a message of the client.
func message(kind psrp.MessageType, data string) []byte {
	return psrp.Message{
		MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: psrp.GUID{1}}, Data: []byte(data),
	}.Append(nil)
}

// contentOf is what all messages of exchanges hold.
func contentOf(t *testing.T, xs []*capture.Exchange) string {
	t.Helper()
	c := &capture.Conversation{}
	for _, x := range xs {
		c.Exchanges = append(c.Exchanges, *x)
	}
	var all strings.Builder
	for _, messages := range Messages(c) {
		for _, m := range messages {
			all.Write(m.Data)
		}
	}
	require.NotZero(t, all.Len())
	return all.String()
}

// TestSecrets: what is secret in a message is covered, also where it lies in the
// fragments of two exchanges, of which the first is held back meanwhile.
func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		kind       psrp.MessageType
		data, want string
	}{
		{psrp.MessagePipelineInput, `<SS N="x">abcd==</SS>`, `<SS N="x">AAAA==</SS>`},
		{psrp.MessagePublicKey, `<Obj><MS><S N="PublicKey">BgIA</S></MS></Obj>`, `<Obj><MS><S N="PublicKey">AAAA</S></MS></Obj>`},
		{psrp.MessageEncryptedSessionKey, `<S N="EncryptedSessionKey">BgIA</S>`, `<S N="EncryptedSessionKey">AAAA</S>`},
		{psrp.MessageCreatePipeline, `<S N="ApiKey">b</S><S N="Cmd">a</S>`, `<S N="ApiKey">*</S><S N="Cmd">a</S>`},
		{psrp.MessageCreatePipeline, `<S N="Cmd">$password = 'abc'; x</S>`, `<S N="Cmd">$password = '***'; x</S>`},
		{psrp.MessagePipelineInput, `<S>it is hunter2, you know</S>`, `<S>it is *******, you know</S>`},
	} {
		whole := psrp.AppendFragments(nil, 1, message(test.kind, test.data), 0)
		s := &Secrets{Known: []string{"hunter2"}}
		ready := s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(whole)}})
		require.Len(t, ready, 1)
		assert.Equal(t, test.want, contentOf(t, ready))
		assert.Equal(t, []string{test.kind.String()}, ready[0].Request.Messages)

		// Cut in the middle of the secret.
		m := message(test.kind, test.data)
		pieces := psrp.AppendFragments(nil, 1, m, len(m)-10)
		cut := psrp.FragmentHeaderSize + len(m) - 10
		s = &Secrets{Known: []string{"hunter2"}}
		assert.Empty(t, s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(pieces[:cut])}}))
		ready = s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(pieces[cut:])}})
		require.Len(t, ready, 2)
		assert.Equal(t, test.want, contentOf(t, ready))
	}
}

// TestSecretsInHalves: an object without an end is covered as far as it came,
// and neither it nor one that began anew keeps the others for ever.
func TestSecretsInHalves(t *testing.T) {
	m := message(psrp.MessagePipelineInput, `<SS>abcdefgh</SS>`+strings.Repeat(" ", 100))
	half := psrp.AppendFragments(nil, 1, m, len(m)-20)[:psrp.FragmentHeaderSize+len(m)-20]
	s := &Secrets{}
	assert.Empty(t, s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(half)}}))
	ready := s.Flush()
	require.Len(t, ready, 1)
	e := openRequest(ready[0].Request.Body)
	assert.NotContains(t, string(e.parcels[0].fragments[0].blob), "abcdefgh")

	s = &Secrets{}
	assert.Empty(t, s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(half)}}))
	ready = s.Add(&capture.Exchange{Request: capture.Message{Body: sendOf(psrp.AppendFragments(nil, 1, m, 0))}})
	assert.Len(t, ready, 2)
}

// TestSecretsOfCompressedShells: the stream stays compressed.
func TestSecretsOfCompressedShells(t *testing.T) {
	packed := capture.Pack(psrp.AppendFragments(nil, 1, message(psrp.MessagePipelineInput, `<SS>abcdefgh</SS>`), 0))
	x := &capture.Exchange{Request: capture.Message{Body: sendOf(packed)}}
	(&Secrets{}).Add(x)
	assert.Equal(t, `<SS>AAAAAAAA</SS>`, contentOf(t, []*capture.Exchange{x}))
	assert.True(t, openRequest(x.Request.Body).parcels[0].packed)
}

// TestSecretsOfRecordings: nothing of a key or a SecureString is left in any
// recording, and all else is as it was.
func TestSecretsOfRecordings(t *testing.T) {
	for name, c := range recordings(t) {
		if strings.HasSuffix(name, ".yaml") {
			continue // ours have none any more
		}
		clean := capture.Clean(c, &Secrets{}, &capture.Secrets{})
		require.Len(t, clean.Exchanges, len(c.Exchanges), name)
		before, after := Messages(c), Messages(clean)
		for i := range before {
			require.Len(t, after[i], len(before[i]), name)
			for j, m := range before[i] {
				assert.Equal(t, m.Type, after[i][j].Type)
				assert.Len(t, after[i][j].Data, len(m.Data))
				for _, secret := range secureText.FindAllSubmatch(m.Data, -1) {
					assert.False(t, len(secret[2]) > 0 && bytes.Contains(after[i][j].Data, secret[2]), "%s %d", name, i+1)
				}
				if m.Type == psrp.MessagePublicKey || m.Type == psrp.MessageEncryptedSessionKey {
					assert.Contains(t, string(after[i][j].Data), "AAAAAAAAAAAAAAAAAAAA")
				}
			}
		}
		// A recording without secrets can be played still.
		report, _ := playTo(t, clean, clean)
		assert.Empty(t, report.Differences, name)
	}
}
