package wsmanclient_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

var some = wsmanclient.Resource{URI: "urn:some"}

func TestHTTPErrors(t *testing.T) {
	s := wsmantest.NewServer(t,
		wsmantest.On(wsman.ActionGet).Status(404, "text/html", "<h1>no</h1>"),
		wsmantest.On(wsman.ActionGet).Status(500, "", ""),
		wsmantest.On(wsman.ActionGet).Status(413, "text/plain", strings.Repeat("x", 5000)),
		wsmantest.On(wsman.ActionGet).Answer("<x/>"),
	)
	c := client(t, s, wsmanclient.Config{})
	for _, want := range []wsmanclient.HTTPError{
		{StatusCode: 404, ContentType: "text/html", Body: []byte("<h1>no</h1>")}, {StatusCode: 500},
		{StatusCode: 413, ContentType: "text/plain", Body: []byte(strings.Repeat("x", 1024))},
	} {
		_, err := c.Get(within(t), some)
		var got *wsmanclient.HTTPError
		require.ErrorAs(t, err, &got)
		assert.Equal(t, want.StatusCode, got.StatusCode)
		assert.Equal(t, want.ContentType, got.ContentType)
		assert.Equal(t, string(want.Body), string(got.Body))
	}
	_, err := c.Get(within(t), some)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Connections())
}

// TestBadAnswers: what cannot be read, and what is an answer to something else.
func TestBadAnswers(t *testing.T) {
	envelope := func(head, body string) string {
		return `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `" xmlns:a="` + wsman.NamespaceAddressing + `"><s:Header>` + head + `</s:Header>` + body + `</s:Envelope>`
	}
	for name, step := range map[string]*wsmantest.Step{
		"no XML":            wsmantest.OnAny().Envelope("hello"),
		"ends early":        wsmantest.OnAny().Envelope(envelope("", "<s:Body>")[:150]),
		"nothing":           wsmantest.OnAny().Envelope(""),
		"SOAP 1.1":          wsmantest.OnAny().Envelope(`<s:Envelope xmlns:s="` + wsman.NamespaceSOAP11 + `"><s:Body/></s:Envelope>`),
		"no body":           wsmantest.OnAny().Envelope(envelope("", "")),
		"two bodies":        wsmantest.OnAny().Envelope(envelope("", "<s:Body/><s:Body/>")),
		"DTD":               wsmantest.OnAny().Envelope("<!DOCTYPE x>" + envelope("", "<s:Body/>")),
		"bad UTF-8":         wsmantest.OnAny().Envelope(envelope("", "<s:Body>\xff</s:Body>")),
		"too deep":          wsmantest.OnAny().Envelope(envelope("", "<s:Body>"+strings.Repeat("<x>", 100)+strings.Repeat("</x>", 100)+"</s:Body>")),
		"other type":        wsmantest.OnAny().Status(200, "text/xml", envelope("", "<s:Body/>")),
		"fault without one": wsmantest.OnAny().Status(500, "application/soap+xml", "<x/>"),
		"another request":   wsmantest.OnAny().Status(200, "application/soap+xml", envelope("<a:RelatesTo>uuid:other</a:RelatesTo>", "<s:Body/>")),
		"element in a head": wsmantest.OnAny().Envelope(envelope("<a:MessageID><x/></a:MessageID>", "<s:Body/>")),
	} {
		s := wsmantest.NewServer(t, step, wsmantest.OnAny().Answer("<x/>"))
		c := client(t, s, wsmanclient.Config{})
		_, err := c.Get(within(t), some)
		var bad *wsmanclient.AnswerError
		require.ErrorAs(t, err, &bad, name)
		_, err = c.Get(within(t), some)
		require.NoError(t, err, name)
		assert.Equal(t, 2, s.Connections(), "%s: nobody knows what is to come on that connection", name)
	}
}

// TestCutAnywhere: an answer that is not whole is none, wherever it ends.
func TestCutAnywhere(t *testing.T) {
	s := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x>hello</x>").CutAfterAnswer())
	c := client(t, s, wsmanclient.Config{})
	answer, err := c.Do(within(t), wsmanclient.Request{Resource: some, Action: wsman.ActionGet})
	require.NoError(t, err)
	assert.Equal(t, wsman.ActionGet+wsman.ResponseSuffix, answer.Action)
	assert.NotEmpty(t, answer.MessageID)
	assert.NotEmpty(t, answer.ActivityID)
	assert.Equal(t, s.Requests()[0].Header.MessageID, answer.RelatesTo)
	n := 0
	for ; n < 5000; n++ {
		s.Script(wsmantest.OnAny().Answer("<x>hello</x>").CutAt(n))
		_, err := c.Do(within(t), wsmanclient.Request{Resource: some, Action: wsman.ActionGet})
		if err == nil {
			break // that was all of it
		}
		var broken *wsmanclient.NetworkError
		require.ErrorAs(t, err, &broken, n)
		assert.True(t, broken.Connected)
		assert.Equal(t, strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/wsman"), broken.Address)
	}
	assert.Greater(t, n, 1000)
	assert.Less(t, n, 5000)
}

func TestCharset(t *testing.T) {
	for _, charset := range []wsman.Charset{wsman.UTF8, wsman.UTF16} {
		s := wsmantest.NewServer(t, wsmantest.OnAny().AnswerFunc((*wsmantest.Request).Body).Times(2))
		c := client(t, s, wsmanclient.Config{Charset: charset})
		for range 2 {
			got, err := c.Put(within(t), some, []byte("<x>ü€😀</x>"))
			require.NoError(t, err)
			assert.Equal(t, "ü€😀", parse(t, got).Text())
		}
		assert.Equal(t, charset, s.Requests()[0].Charset)
		assert.Equal(t, charset.ContentType(), s.Requests()[0].HTTP.Header.Get("Content-Type"))
	}
}

func TestRedirect(t *testing.T) {
	there := wsmantest.NewServer(t, wsmantest.OnAny().Answer("<x/>").Times(2))
	fault := wsman.NewFault(wsman.CodeRedirectRequested, "Go to "+there.URL+".")
	s := wsmantest.NewServer(t,
		wsmantest.OnAny().Redirect(there.URL).Times(2), wsmantest.OnAny().FaultOf(fault).Times(2),
		wsmantest.OnAny().Redirect("/elsewhere"), wsmantest.OnAny().Status(302, "", ""), wsmantest.OnAny().Fault(wsman.CodeRedirectRequested),
	)
	follows := client(t, s, wsmanclient.Config{MaxRedirects: 5})
	told := client(t, s, wsmanclient.Config{})
	for _, status := range []int{302, 500} {
		_, err := told.Get(within(t), some)
		var r *wsmanclient.RedirectError
		require.ErrorAs(t, err, &r)
		assert.Equal(t, wsmanclient.RedirectError{Location: there.URL, StatusCode: status}, *r)
		_, err = follows.Get(within(t), some)
		require.NoError(t, err)
	}
	for _, r := range there.Requests() {
		assert.Equal(t, there.URL, r.Header.To)
	}
	_, err := told.Get(within(t), some)
	var r *wsmanclient.RedirectError
	require.ErrorAs(t, err, &r)
	assert.Equal(t, strings.Replace(s.URL, "/wsman", "/elsewhere", 1), r.Location)
	_, err = told.Get(within(t), some)
	var h *wsmanclient.HTTPError
	require.ErrorAs(t, err, &h, "it does not say where")
	_, err = told.Get(within(t), some)
	require.ErrorIs(t, err, wsman.CodeRedirectRequested, "nor does this one")
}

func TestRedirectEnds(t *testing.T) {
	plain := wsmantest.NewServer(t)
	s := wsmantest.NewServer(t, wsmantest.TLS())
	c := client(t, s, wsmanclient.Config{MaxRedirects: 3})
	s.Script(wsmantest.OnAny().Redirect(s.URL).Times(4), wsmantest.OnAny().Redirect(plain.URL))
	_, err := c.Get(within(t), some)
	var r *wsmanclient.RedirectError
	require.ErrorAs(t, err, &r)
	assert.Len(t, s.Requests(), 4)
	_, err = c.Get(within(t), some)
	require.ErrorAs(t, err, &r, "from https to http nobody is led")
	assert.Equal(t, plain.URL, r.Location)
}

func TestNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	c, err := wsmanclient.New("http://"+l.Addr().String(), wsmanclient.Config{})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Identify(within(t))
	var broken *wsmanclient.NetworkError
	require.ErrorAs(t, err, &broken)
	assert.False(t, broken.Connected)
	assert.Contains(t, err.Error(), "cannot connect to "+l.Addr().String())
}

// rawServer answers requests, whatever they are, with bytes.
func rawServer(t *testing.T, answers ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, a := range answers {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r, err := http.ReadRequest(bufio.NewReader(c))
			if err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			_, _ = io.WriteString(c, a)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

const identified = `<s:Envelope xmlns:s="` + wsman.NamespaceSOAP + `"><s:Body><IdentifyResponse><ProductVendor>x</ProductVendor></IdentifyResponse></s:Body></s:Envelope>`

// TestForms of HTTP that servers and proxies may write.
func TestForms(t *testing.T) {
	const kind = "Content-Type: application/soap+xml\r\n"
	long := strings.Repeat("x", 3<<20)
	for name, test := range map[string]struct {
		answer string
		ok     bool
	}{
		"until the end":     {"HTTP/1.1 200 OK\r\n" + kind + "\r\n" + identified, true},
		"HTTP/1.0":          {"HTTP/1.0 200 OK\r\n" + kind + "\r\n" + identified, true},
		"chunked":           {fmt.Sprintf("HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", kind, len(identified), identified), true},
		"interim":           {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n" + kind + "\r\n" + identified, true},
		"interim for ever":  {strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20), false},
		"no HTTP":           {"220 mail.example.com ESMTP\r\n", false},
		"nothing":           {"", false},
		"endless head":      {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 300<<10) + "\r\n\r\n", false},
		"long":              {fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", kind, len(long), long), false},
		"said to be long":   {"HTTP/1.1 200 OK\r\n" + kind + "Content-Length: 99999999999\r\n\r\n", false},
		"long, not said":    {"HTTP/1.1 200 OK\r\n" + kind + "\r\n" + long, false},
		"long, chunked":     {fmt.Sprintf("HTTP/1.1 200 OK\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", kind, len(long), long), false},
		"many small chunks": {"HTTP/1.1 200 OK\r\n" + kind + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1\r\nx\r\n", 2<<20), false},
	} {
		c, err := wsmanclient.New(rawServer(t, test.answer), wsmanclient.Config{})
		require.NoError(t, err)
		_, err = c.Identify(within(t))
		if test.ok {
			assert.NoError(t, err, name)
		} else {
			var broken *wsmanclient.NetworkError
			var bad *wsmanclient.AnswerError
			assert.True(t, errors.As(err, &broken) || errors.As(err, &bad), "%s: %v", name, err)
		}
		c.Close()
	}
}

// TestEarlyAnswer: a server that refuses a request before it has read all of it.
func TestEarlyAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done, end := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.ReadFull(c, make([]byte, 100))
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
		if second, err := l.Accept(); err == nil {
			if r, err := http.ReadRequest(bufio.NewReader(second)); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			_, _ = io.WriteString(second, "HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"+identified)
			second.Close()
		}
		<-end // it has read no more
	}()
	defer func() {
		l.Close()
		close(end)
		<-done
	}()
	c, err := wsmanclient.New("http://"+l.Addr().String(), wsmanclient.Config{})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Put(within(t), some, []byte("<x>"+strings.Repeat("x", 8<<20)+"</x>"))
	var h *wsmanclient.HTTPError
	require.ErrorAs(t, err, &h)
	assert.Equal(t, 413, h.StatusCode)
	_, err = c.Identify(within(t))
	require.NoError(t, err, "over another connection")
}

func TestNew(t *testing.T) {
	for url, want := range map[string]string{
		"server":                       "http://server:5985/wsman",
		"server:80":                    "http://server:80/wsman",
		"HTTPS://server":               "https://server:5986/wsman",
		"https://server:443/":          "https://server:443/wsman",
		"https://[::1]/x?PSVersion=7#": "https://[::1]:5986/x?PSVersion=7",
	} {
		c, err := wsmanclient.New(url, wsmanclient.Config{})
		require.NoError(t, err, url)
		assert.Equal(t, want, c.URL())
		assert.Regexp(t, "^uuid:[0-9A-F-]{36}$", c.SessionID())
		assert.Contains(t, c.String(), want)
	}
	for _, url := range []string{"", "http://", "ftp://server", "http://ann:secret@server", "http://a b"} {
		_, err := wsmanclient.New(url, wsmanclient.Config{})
		require.Error(t, err, url)
		assert.NotContains(t, err.Error(), "secret")
	}
	for name, c := range map[string]wsmanclient.Config{
		"small": {MaxEnvelopeSize: 8191}, "large": {MaxEnvelopeSize: 65 << 20}, "negative": {OperationTimeout: -time.Second}, "agent": {UserAgent: "a\r\nX: y"},
	} {
		_, err := wsmanclient.New("server", c)
		assert.Error(t, err, name)
	}
}
