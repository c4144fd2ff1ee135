package wsman

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResponseEnvelope(t *testing.T) {
	req := goldenRequest(t)
	e := etree.NewElement("rsp:CommandResponse")
	e.CreateElement("rsp:CommandId").SetText("1 & \"2\"")
	for name, r := range map[string]*Response{
		"response_empty":   {},
		"response_raw":     {Body: RawBody(`<rsp:SendResponse/>`)},
		"response_element": {Body: ElementBody(e)},
		"response_action":  {Action: "urn:a&b", RelatesTo: "uuid:<x>"},
	} {
		t.Run(name, func(t *testing.T) {
			text := r.AppendEnvelope(nil, req)
			golden(t, name, guid.ReplaceAll(text, []byte("${1}NEW")))
			assert.Equal(t, string(text), string(r.AppendEnvelope(nil, req)), "the same to the byte when rendered again")
			assert.NotEmpty(t, r.MessageID)
			require.NoError(t, xml.Unmarshal(text, new(struct{})))
			other := &Response{Body: r.Body}
			other.AppendEnvelope(nil, req)
			assert.NotEqual(t, r.MessageID, other.MessageID)
		})
	}
}

func TestIdentifyResponse(t *testing.T) {
	req := &Request{Header: Header{Identify: true}}
	r := &Response{Body: RawBody(`<wsmid:IdentifyResponse xmlns:wsmid="` + NamespaceWSManIdentity + `"/>`)}
	golden(t, "response_identify", r.AppendEnvelope(nil, req))
}

// TestRelatesToIsVerbatim: an id is repeated as it came, whatever is in it.
func TestRelatesToIsVerbatim(t *testing.T) {
	for _, id := range []string{"uuid:abcDEF", "x", `<&>"'`, "ä"} {
		headers := strings.Replace(required, testMessageID, string(AppendEscaped(nil, id)), 1)
		req, err := ParseRequest([]byte(envelope(headers, "")), Limits{})
		require.NoError(t, err)
		require.Equal(t, id, req.Header.MessageID)
		var got struct {
			RelatesTo  string `xml:"Header>RelatesTo"`
			MessageID  string `xml:"Header>MessageID"`
			ActivityID string `xml:"Header>ActivityId"`
			Action     string `xml:"Header>Action"`
			To         string `xml:"Header>To"`
		}
		require.NoError(t, xml.Unmarshal(new(Response).AppendEnvelope(nil, req), &got))
		assert.Equal(t, id, got.RelatesTo)
		assert.Equal(t, "uuid:"+got.ActivityID, got.MessageID)
		assert.Equal(t, strings.ToUpper(got.ActivityID), got.ActivityID)
		assert.Equal(t, ActionReceive+"Response", got.Action)
		assert.Equal(t, AddressAnonymous, got.To)
	}
}

func TestEnvelopeOverhead(t *testing.T) {
	for _, headers := range []string{
		required, required + `<p:OperationID>uuid:&amp;</p:OperationID><p:SequenceId>12345</p:SequenceId>`,
		strings.Replace(required, testMessageID, strings.Repeat("&amp;", 500), 1),
	} {
		req, err := ParseRequest([]byte(envelope(headers, "")), Limits{})
		require.NoError(t, err)
		body := RawBody(strings.Repeat("x", 1000))
		got := (&Response{Body: body}).AppendEnvelope(nil, req)
		assert.Equal(t, len(got)-len(body), EnvelopeOverhead(req))
	}
}

func TestAppendEscaped(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{`a&b<c>d"e'f`, `a&amp;b&lt;c&gt;d&quot;e'f`},
		{"\t\r\n", "&#9;&#13;&#10;"},
		{"\x00a\x1f", "\uFFFDa\uFFFD"},
		{"ä\u20ac\U0001F600\uFFFD", "ä\u20ac\U0001F600\uFFFD"},
		{"a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"\uFFFEx\uFFFF", "\uFFFDx\uFFFD"},
		{"]]>", "]]&gt;"},
	} {
		assert.Equal(t, tt.want, string(AppendEscaped(nil, tt.in)))
		assert.Equal(t, "x"+tt.want, string(AppendEscaped([]byte("x"), []byte(tt.in))))
	}
}

// TestElementBodyCannotBreak: what XML has no way to write does not reach the
// wire.
func TestElementBodyCannotBreak(t *testing.T) {
	e := etree.NewElement("x")
	e.CreateAttr("a", "\x01<\"&\n")
	e.SetText("\x02<&]]>\xff\r")
	text := ElementBody(e).AppendXML([]byte("<y>"))
	text = append(text, "</y>"...)
	var got struct {
		X struct {
			A    string `xml:"a,attr"`
			Text string `xml:",chardata"`
		} `xml:"x"`
	}
	require.NoError(t, xml.Unmarshal(text, &got), "%q", text)
	assert.Equal(t, "\uFFFD<\"&\n", got.X.A)
	assert.Equal(t, "\uFFFD<&]]>\uFFFD\r", got.X.Text)
}
