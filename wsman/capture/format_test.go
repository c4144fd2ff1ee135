package capture

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRecordings: what is read of other people's files is written and read
// again as it was, to the byte of every envelope.
func TestRecordings(t *testing.T) {
	for _, name := range recordings(t) {
		c, err := ReadFile(name)
		require.NoError(t, err, name)
		require.NotEmpty(t, c.Exchanges, name)
		for i, x := range c.Exchanges {
			assert.True(t, x.Request.Body != "" || x.Response.Body != "", "%s %d", name, i+1)
		}
		var b bytes.Buffer
		require.NoError(t, Write(&b, c))
		again, err := Read(&b)
		require.NoError(t, err, name)
		for i := range c.Exchanges {
			if !c.Exchanges[i].Answered() {
				continue
			}
			assert.Equal(t, c.Exchanges[i], again.Exchanges[i], "%s %d", name, i+1)
		}
	}
}

const envelopeText = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><a> x </a><b/><c>1&lt;2</c></s:Body></s:Envelope>`

// whole is a conversation with everything in it.
func whole() *Conversation {
	began := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)
	return &Conversation{
		Title: "Title: with a colon", Notes: "line 1\nline 2\n", Client: "client 1", Server: "server 2", Source: "here", Licence: "MIT",
		Exchanges: []Exchange{
			{
				Time: began, Took: 1500 * time.Microsecond, User: "ann", Source: "192.0.2.1",
				Request:  Message{Method: "PUT", Path: "/other", Header: []Header{{"Content-Type", "application/soap+xml;charset=UTF-8"}}, Body: envelopeText},
				Response: Message{Status: 200, Body: envelopeText, Messages: []string{"PIPELINE_STATE"}},
			},
			{Time: began.Add(time.Second), Request: Message{Body: "<a>\n <b/>\n</a>"}, Error: "connection reset"},
			{Time: began.Add(2 * time.Second), Request: Message{Sealed: 77}, Response: Message{Status: 401, Header: []Header{{"Www-Authenticate", "Negotiate"}}}},
			{Time: began.Add(3 * time.Second), Request: Message{Body: "no XML \x01 at all, - : # \r\n"}, Response: Message{Status: 500, Body: "\ufeff<x/>"}},
		},
	}
}

func TestWriteAndRead(t *testing.T) {
	c := whole()
	var b bytes.Buffer
	require.NoError(t, Write(&b, c))
	again, err := Read(bytes.NewReader(b.Bytes()))
	require.NoError(t, err, b.String())
	assert.Equal(t, c, again)
	assert.Contains(t, b.String(), "        <s:Header/>\n", "an element a line")
}

// TestOrder: a file that was written as exchanges ended is read as they began.
func TestOrder(t *testing.T) {
	c := whole()
	c.Exchanges[0], c.Exchanges[2] = c.Exchanges[2], c.Exchanges[0]
	var b bytes.Buffer
	require.NoError(t, Write(&b, c))
	again, err := Read(&b)
	require.NoError(t, err)
	assert.Equal(t, whole(), again)
}

func TestIndent(t *testing.T) {
	for _, text := range []string{
		envelopeText, "", "text", "<a/>", "<a></a>", `<?xml version="1.0"?><a><!-- c --><b>1</b></a>`, `<a x="1>2"><b/></a>`,
		"<a><b>1</b>text<c/></a>", "<a><![CDATA[<]]></a>",
	} {
		assert.Equal(t, text, Compact(Indent(text)), text)
	}
	assert.Equal(t, "<a>\n  <b>1</b>\n  <c/>\n</a>", Indent("<a><b>1</b><c/></a>"))
}

func TestRefused(t *testing.T) {
	head := "winrm-capture: 1\nexchanges:\n- request: {body: x}\n"
	for name, text := range map[string]string{
		"it is empty":                        " \n",
		"neither":                            "other: 1\n",
		"version 2":                          "winrm-capture: 2\n",
		"no YAML":                            "a: [",
		"not as docs":                        "winrm-capture: 1\nstray: 1\n",
		"more than one document":             head + "---\nwinrm-capture: 1\n",
		"response without a status":          head + "  response: {body: x}\n",
		"status 1000":                        head + "  response: {status: 1000}\n",
		"exchange 1: it cannot be read":      "winrm-capture: 1\nexchanges:\n- time: yesterday\n",
		"time: invalid duration":             head + "  took: long\n",
		"negative":                           head + "  took: -1s\n",
		"both xml and body":                  "winrm-capture: 1\nexchanges:\n- request: {body: x, xml: <x/>}\n",
		"NAME: VALUE":                        "winrm-capture: 1\nexchanges:\n- request: {headers: [x]}\n",
		"it is JSON, but no HTTP archive":    `{"other": 1}`,
		"no JSON":                            `{`,
		`root is the element "other"`:        `<other/>`,
		"no XML":                             `<recording><item>`,
		"the element \"stray\"":              `<recording><stray/></recording>`,
		"a message has 300 headers, at most": "winrm-capture: 1\nexchanges:\n- request:\n    headers: [" + strings.Repeat("'a: b', ", 300) + "]\n",
	} {
		_, err := Read(strings.NewReader(text))
		var format *FormatError
		if assert.ErrorAs(t, err, &format, name) {
			assert.Contains(t, err.Error(), name)
		}
	}
	_, err := Read(strings.NewReader("messages:\n- request: [1]\n"))
	assert.ErrorContains(t, err, "pypsrp")
}

func TestHAR(t *testing.T) {
	text := fmt.Sprintf(`{"log": {"version": "1.2", "creator": {"name": "tool", "version": "3"}, "entries": [
		{"startedDateTime": "2026-01-02T03:04:05.678+01:00", "time": 12.5,
		 "request": {"method": "POST", "url": "http://server:5985/wsman", "headers": [{"name": "Content-Type", "value": "application/soap+xml;charset=UTF-16"}],
		  "postData": {"mimeType": "application/soap+xml", "text": %[1]q}},
		 "response": {"status": 500, "headers": [], "content": {"mimeType": "application/soap+xml;charset=UTF-8", "encoding": "base64", "text": "PGEvPg=="}}},
		{"request": {"method": "GET", "url": "http://server/"}, "response": {"status": 200, "content": {}}},
		{"request": {"method": "POST", "url": "http://server/other", "postData": {"mimeType": "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"", "text": "xyz"}},
		 "response": {"status": 0, "content": {}, "_error": "reset"}},
		{"request": {"method": "POST", "url": "http://server/wsman", "postData": {"mimeType": "text/html", "text": ""}},
		 "response": {"status": 503, "content": {"mimeType": "text/html", "encoding": "base64", "text": "PGEvPg=="}}}
	]}}`, envelopeText)
	c, err := Read(strings.NewReader(text))
	require.NoError(t, err)
	assert.Equal(t, "tool 3", c.Client)
	require.Len(t, c.Exchanges, 3)
	assert.Equal(t, envelopeText, c.Exchanges[0].Request.Body)
	assert.Equal(t, "<a/>", c.Exchanges[0].Response.Body)
	assert.Equal(t, 500, c.Exchanges[0].Response.Status)
	assert.Equal(t, 12500*time.Microsecond, c.Exchanges[0].Took)
	assert.Equal(t, 3, c.Exchanges[1].Request.Sealed)
	assert.Equal(t, "/other", c.Exchanges[1].Request.Path)
	assert.Equal(t, "reset", c.Exchanges[1].Error)
	assert.False(t, c.Exchanges[1].Answered())
	assert.Equal(t, Message{Status: 503}, c.Exchanges[2].Response)
}

// FuzzRead: whatever a file holds, what is read of it is written and read again
// as the same.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, Write(&b, whole()))
	f.Add(b.Bytes())
	f.Add([]byte(envelopeText))
	f.Add([]byte("messages:\n- request: <a/>\n  response: <b/>\n  transport_error: {protocol: http, code: 500}\n- request: x\n  http_error: true\n"))
	f.Add([]byte(`<recording><item><request action="x"><a>${messageId}</a></request><response><b/></response></item></recording>`))
	f.Add([]byte(`{"log":{"entries":[{"request":{"method":"POST","url":"http://a/wsman","postData":{"text":"x"}},"response":{"status":200}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, c); err != nil {
			return
		}
		again, err := Read(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatalf("%v\n%s", err, b.Bytes())
		}
		if len(again.Exchanges) != len(c.Exchanges) {
			t.Fatalf("%d exchanges, then %d", len(c.Exchanges), len(again.Exchanges))
		}
		for i := range c.Exchanges {
			if c.Exchanges[i].Request.Body != again.Exchanges[i].Request.Body {
				t.Fatalf("%q became %q", c.Exchanges[i].Request.Body, again.Exchanges[i].Request.Body)
			}
		}
	})
}
