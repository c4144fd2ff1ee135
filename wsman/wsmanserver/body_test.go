package wsmanserver_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// TestMalformed: what is no envelope is a fault, quickly, and the connection
// goes on.
func TestMalformed(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE x [<!ENTITY l0 "ha">`)
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&laughs, `<!ENTITY l%d "%s">`, i, strings.Repeat(fmt.Sprintf("&l%d;", i-1), 10))
	}
	laughs.WriteString("]>")
	good := envelope("<x>hi</x>")
	tests := map[string]struct {
		body string
		code wsman.FaultCode
	}{
		"text":               {"hello", wsman.CodeInvalidXML},
		"white space":        {" \r\n ", wsman.CodeInvalidXML},
		"cut":                {good[:len(good)-1], wsman.CodeInvalidXML},
		"after the end":      {good + "<x/>", wsman.CodeInvalidXML},
		"no UTF-8":           {envelope("<x>\xff</x>"), wsman.CodeInvalidXML},
		"control character":  {envelope("<x>\x01</x>"), wsman.CodeInvalidXML},
		"wrong end":          {envelope("<x></y>"), wsman.CodeInvalidXML},
		"undeclared prefix":  {envelope("<y:x/>"), wsman.CodeInvalidXML},
		"attribute twice":    {envelope(`<x a="1" a="2"/>`), wsman.CodeInvalidXML},
		"billion laughs":     {laughs.String() + envelope("<x>&l9;</x>"), wsman.CodeInvalidXML},
		"document type":      {"<!DOCTYPE x>" + good, wsman.CodeInvalidXML},
		"external entity":    {`<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + envelope("<x>&f;</x>"), wsman.CodeInvalidXML},
		"parameter entity":   {`<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>` + good, wsman.CodeInvalidXML},
		"unknown entity":     {envelope("<x>&nbsp;</x>"), wsman.CodeInvalidXML},
		"instruction":        {envelope("<?php x?>"), wsman.CodeInvalidXML},
		"deep":               {envelope(strings.Repeat("<x>", 20000) + strings.Repeat("</x>", 20000)), wsman.CodeInvalidXML},
		"deep header":        {strings.Replace(good, "<s:Header>", "<s:Header>"+strings.Repeat("<x>", 20000)+strings.Repeat("</x>", 20000), 1), wsman.CodeInvalidXML},
		"many attributes":    {envelope("<x " + manyAttributes(5000) + "/>"), wsman.CodeInvalidXML},
		"not an envelope":    {"<x/>", wsman.CodeSchemaValidation},
		"SOAP 1.1":           {`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP11 + `"><s:Body/></s:Envelope>`, wsman.CodeVersionMismatch},
		"no body":            {`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"/>`, wsman.CodeSchemaValidation},
		"no action":          {strings.Replace(good, "<a:Action>"+wsman.ActionGet+"</a:Action>", "", 1), wsman.CodeHeaderRequired},
		"must be understood": {envelopeWith(`<x:y xmlns:x="urn:x" s:mustUnderstand="true"/>`, ""), wsman.CodeMustUnderstand},
		"reply elsewhere":    {envelopeWith(`<a:ReplyTo><a:Address>http://example.org</a:Address></a:ReplyTo>`, ""), wsman.CodeAddressingMode},
		"negative timeout":   {envelopeWith(`<w:OperationTimeout>PT-1S</w:OperationTimeout>`, ""), wsman.CodeInvalidHeader},
		"small envelope":     {envelopeWith(`<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>`, ""), wsman.CodeMinEnvelopeSize},
	}
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t)
	for name, test := range tests {
		begun := time.Now()
		r := c.post(test.body)
		f := r.fault()
		assert.Equal(t, test.code, f.WSMan.Code, "%s: %s", name, f.Message())
		assert.Equal(t, "host", f.WSMan.Machine)
		assert.NotContains(t, string(r.body), "root:", "no file is read")
		assert.Less(t, time.Since(begun), 2*time.Second, name)
	}
	assert.Equal(t, "hi", c.post(envelope(`<x>hi</x>`)).element().Text())
	assert.Equal(t, "hi", c.post(envelopeWith(`<x:y xmlns:x="urn:x"/>`, `<x>hi</x>`)).element().Text(), "what need not be understood is ignored")
	assert.Len(t, w.conns.accepted(), 1)
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `a%d="" `, i)
	}
	return b.String()
}

// TestRouting: what the Mux does not know is a fault that says which.
func TestRouting(t *testing.T) {
	mux := &wsman.Mux{}
	mux.Handle(wsman.ResourceShell, []string{wsman.ActionGet}, wsman.HandlerFunc(echo))
	w := newWorld(t, mux)
	good := envelope("<x>hi</x>")
	assert.Equal(t, "hi", w.post(t, good).element().Text())
	f := w.post(t, strings.Replace(good, wsman.ActionGet, "urn:no-such-action", 1)).fault()
	assert.Equal(t, wsman.CodeActionNotSupported, f.WSMan.Code)
	assert.Contains(t, f.Message(), "urn:no-such-action")
	f = w.post(t, strings.Replace(good, wsman.ResourceShell, "urn:nowhere", 1)).fault()
	assert.Equal(t, wsman.CodeInvalidURI, f.WSMan.Code)
	assert.Contains(t, f.Message(), "urn:nowhere")
}

// TestLengths: a Content-Length is believed only as far as it is true.
func TestLengths(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), limits(wsman.Limits{MaxEnvelopeSize: 20000}))
	good := envelope("<x>hi</x>")
	authorized := "Authorization: " + credentials
	length := func(n any) string { return fmt.Sprint("Content-Length: ", n) }

	t.Run("at the limit", func(t *testing.T) {
		padded := good + strings.Repeat(" ", 20000-len(good))
		assert.Equal(t, "hi", w.post(t, padded).element().Text())
		r := w.post(t, padded+" ")
		assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code)
		assert.True(t, r.closes)
	})
	t.Run("huge", func(t *testing.T) {
		for _, n := range []int64{1 << 30, 1 << 40, 1<<63 - 1} {
			c := w.dial(t)
			c.write("%s", message("/wsman", good, authorized, length(n)))
			r := c.read()
			assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code, "said before anything is read")
			assert.True(t, r.closes)
			c.closed()
		}
	})
	t.Run("impossible", func(t *testing.T) {
		for _, n := range []string{"99999999999999999999", "-1", "abc", "1, 2"} {
			c := w.dial(t)
			c.write("%s", message("/wsman", good, authorized, length(n)))
			assert.Equal(t, http.StatusBadRequest, c.read().status, n)
			c.closed()
		}
	})
	t.Run("longer than the body", func(t *testing.T) {
		c := w.dial(t)
		c.write("%s", message("/wsman", good, authorized, length(len(good)+10)))
		require.NoError(t, c.Conn.(*net.TCPConn).CloseWrite())
		if r, err := c.tryRead(); err == nil {
			assert.Equal(t, http.StatusBadRequest, r.status)
		}
		c.closed()
	})
	t.Run("shorter than the body", func(t *testing.T) {
		c := w.dial(t)
		c.write("%s\r\n\r\n", message("/wsman", good, authorized, length(len(good)-10)))
		assert.Equal(t, wsman.CodeInvalidXML, c.read().fault().WSMan.Code)
		assert.Equal(t, http.StatusBadRequest, c.read().status, "what is left over is no request")
		c.closed()
	})
	t.Run("two lengths", func(t *testing.T) {
		c := w.dial(t)
		c.write("%s", message("/wsman", good, authorized, "Content-Length: 5\r\nContent-Length: 6"))
		assert.Equal(t, http.StatusBadRequest, c.read().status)
		c.closed()
	})
}

func TestChunked(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), limits(wsman.Limits{MaxEnvelopeSize: 20000}))
	send := func(c *client, chunks ...string) {
		c.write("%s", message("/wsman", "", "Authorization: "+credentials, "Content-Length: -", "Transfer-Encoding: chunked"))
		for _, chunk := range chunks {
			c.write("%x\r\n%s\r\n", len(chunk), chunk)
		}
	}
	good := envelope("<x>hi</x>")
	c := w.dial(t)
	for range 3 {
		send(c, good[:1], good[1:300], good[300:])
		c.write("0\r\n\r\n")
		r := c.read()
		assert.Equal(t, "hi", r.element().Text())
		assert.NotEmpty(t, r.header.Get("Content-Length"), "answers are not chunked")
	}
	send(c)
	c.write("0\r\n\r\n")
	assert.Equal(t, wsman.CodeInvalidXML, c.read().fault().WSMan.Code, "empty")
	send(c, "abc")
	c.write("zz\r\n")
	assert.Equal(t, http.StatusBadRequest, c.read().status)
	c.closed()

	c = w.dial(t)
	send(c)
	c.flood(strings.Repeat("1000\r\n"+strings.Repeat("x", 4096)+"\r\n", 100000))
	r := c.read()
	assert.Equal(t, wsman.CodeServerEnvelopeLimit, r.fault().WSMan.Code)
	assert.True(t, r.closes)
	c.closed()
}

// TestExpectContinue: the body is asked for, also of a client that has no
// credentials yet, so that its connection can go on.
func TestExpectContinue(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t)
	good := envelope("<x>hi</x>")
	for _, authorized := range []bool{false, true} {
		headers := []string{"Expect: 100-continue"}
		if authorized {
			headers = append(headers, "Authorization: "+credentials)
		}
		whole := message("/wsman", good, headers...)
		c.write("%s", whole[:len(whole)-len(good)])
		response, err := http.ReadResponse(c.r, nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusContinue, response.StatusCode)
		c.write("%s", good)
		r := c.read()
		if !authorized {
			assert.Equal(t, http.StatusUnauthorized, r.status)
			continue
		}
		assert.Equal(t, "hi", r.element().Text())
	}
	assert.Len(t, w.conns.accepted(), 1)
}

// TestLongPollOutlastsTimeouts: no timeout of the connection ends a request
// that is being served.
func TestLongPollOutlastsTimeouts(t *testing.T) {
	const short = 50 * time.Millisecond
	w := newWorld(t, wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		select {
		case <-time.After(6 * short):
			return echo(ctx, r)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}), timeouts(wsmanserver.Timeouts{Header: short, Body: short, Write: short, Idle: time.Second}))
	c := w.dial(t)
	for range 2 {
		assert.Equal(t, "hi", c.post(envelope("<x>hi</x>")).element().Text())
	}
}
