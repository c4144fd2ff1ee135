package wsmanserver_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

func TestPaths(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	for path, status := range map[string]int{
		"/wsman": 200, "/WSMan": 200, "/wsman/": 200, "/wsman?PSVersion=7.4.1": 200, "/wsman?x=/../y": 200,
		"/": 404, "/wsman/x": 404, "/wsmanx": 404, "/wsman-anon": 404, "/wsman-anon/identify/x": 404, "/x/../wsman": 404, "/%00": 404,
	} {
		c := w.dial(t)
		c.write("%s", message(path, envelope("<x>hi</x>"), "Authorization: "+credentials))
		r := c.read()
		assert.Equal(t, status, r.status, path)
		assert.Equal(t, "Microsoft-HTTPAPI/2.0", r.header.Get("Server"), path)
		if status == 200 {
			assert.Equal(t, "hi", r.element().Text(), path)
		}
	}
}

func TestMethods(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t) // one connection for all: none of them breaks it
	for _, path := range []string{"/wsman", "/wsman-anon/identify"} {
		for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "WSMAN"} {
			c.write("%s", strings.Replace(message(path, ""), "POST", method, 1))
			var r *reply
			if method == "HEAD" {
				response, err := http.ReadResponse(c.r, &http.Request{Method: "HEAD"})
				require.NoError(t, err)
				r = &reply{t: t, status: response.StatusCode, header: response.Header}
			} else {
				r = c.read()
			}
			assert.Equal(t, http.StatusMethodNotAllowed, r.status, method)
			assert.Equal(t, "POST", r.header.Get("Allow"), method)
			assert.Empty(t, r.body, method)
		}
	}
	assert.Len(t, w.conns.accepted(), 1)
}

// TestUnauthenticated: a request without credentials is answered 401 with the
// schemes and no body, its own body is dropped, and the connection goes on.
func TestUnauthenticated(t *testing.T) {
	served := 0
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		served++
		return &wsman.Response{}, nil
	}))
	c := w.dial(t)
	chunked := "3\r\nabc\r\n0\r\n\r\n"
	for name, m := range map[string]string{
		"body":             message("/wsman", envelope("<x>hi</x>")),
		"no body":          message("/wsman", ""),
		"other scheme":     message("/wsman", "x", "Authorization: Negotiate abc"),
		"wrong password":   message("/wsman", "x", "Authorization: Basic YW5uOndyb25n"),
		"malformed":        message("/wsman", "x", "Authorization: Basic !"),
		"chunked":          message("/wsman", "", "Content-Length: -", "Transfer-Encoding: chunked") + chunked,
		"wrong media type": message("/wsman", "x", "Content-Type: text/plain"),
	} {
		c.write("%s", m)
		r := c.read()
		assert.Equal(t, http.StatusUnauthorized, r.status, name)
		assert.Equal(t, []string{`Basic realm="WSMAN"`}, r.header["Www-Authenticate"], name)
		assert.Equal(t, "0", r.header.Get("Content-Length"), name)
		assert.False(t, r.closes, name)
	}
	assert.Zero(t, served)
	assert.Equal(t, http.StatusOK, c.post(envelope("<x/>")).status, "the same connection")
	assert.Equal(t, 1, served)
	assert.Len(t, w.conns.accepted(), 1)
}

// TestUnauthenticatedTooLong: nobody is listened to for ever.
func TestUnauthenticatedTooLong(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo), limits(wsman.Limits{MaxEnvelopeSize: 10000}))
	for _, body := range []string{strings.Repeat("x", 10001), strings.Repeat("x", 1<<20)} {
		c := w.dial(t)
		c.flood(message("/wsman", body))
		r := c.read()
		assert.Equal(t, http.StatusUnauthorized, r.status)
		assert.True(t, r.closes)
		c.closed()
	}
}

// TestEmptyPost: once authenticated, an empty request has done what it was for.
func TestEmptyPost(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(func(context.Context, *wsman.Request) (*wsman.Response, error) {
		t.Error("an empty request was served")
		return nil, nil
	}))
	c := w.dial(t)
	r := c.post("")
	assert.Equal(t, http.StatusOK, r.status)
	assert.Equal(t, "0", r.header.Get("Content-Length"))
	assert.Empty(t, r.body)
	assert.Equal(t, http.StatusOK, c.post("", "Content-Type: -").status)
}

// TestHandshake: a scheme of two steps that binds the connection.
func TestHandshake(t *testing.T) {
	bound := newWorld(t, wsman.HandlerFunc(func(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
		return &wsman.Response{Body: wsman.RawBody("<rsp:User>" + r.Principal.User + "</rsp:User>")}, nil
	}), withScheme)
	c := bound.dial(t)
	c.write("%s", message("/wsman", "", "Authorization: Talk hello"))
	r := c.read()
	assert.Equal(t, http.StatusUnauthorized, r.status)
	assert.Equal(t, []string{"Talk who?"}, r.header["Www-Authenticate"])
	c.write("%s", message("/wsman", "", "Authorization: Talk eve"))
	r = c.read()
	assert.Equal(t, http.StatusOK, r.status)
	assert.Equal(t, []string{"Talk welcome"}, r.header["Www-Authenticate"])
	c.write("%s", message("/wsman", envelope("<x/>")))
	assert.Equal(t, "eve", c.read().element().Text(), "the connection is bound")
	other := bound.dial(t)
	other.write("%s", message("/wsman", envelope("<x/>")))
	assert.Equal(t, http.StatusUnauthorized, other.read().status, "and no other is")
}

func TestKeepAlive(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t)
	for range 50 {
		assert.Equal(t, "hi", c.post(envelope("<x>hi</x>")).element().Text())
	}
	for range 5 {
		assert.Equal(t, http.StatusInternalServerError, c.post("<x/>").status)
	}
	c.write("%s", strings.Repeat(message("/wsman", envelope("<x>hi</x>"), "Authorization: "+credentials), 3))
	for range 3 {
		assert.Equal(t, "hi", c.read().element().Text(), "sent at once")
	}
	assert.Len(t, w.conns.accepted(), 1)
	assert.Equal(t, http.StatusOK, c.post(envelope("<x/>"), "Connection: close").status)
	c.closed()
}

func TestContentTypes(t *testing.T) {
	w := newWorld(t, wsman.HandlerFunc(echo))
	c := w.dial(t)
	for header, status := range map[string]int{
		`application/soap+xml`:                                               200,
		`application/soap+xml; charset=utf-8`:                                200,
		`application/soap+xml;charset="UTF-8";action="http://example.org/x"`: 200,
		`Application/SOAP+XML;charset=utf8`:                                  200,
		`-`:                                                                  415,
		`text/xml`:                                                           415,
		`application/soap+xml;charset=latin1`:                                415,
		`application/soap+xml;charset`:                                       415,
		`multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"`: 415,
		`;`: 415,
	} {
		r := c.post(envelope("<x>hi</x>"), "Content-Type: "+header)
		assert.Equal(t, status, r.status, header)
		if status == 415 {
			assert.Empty(t, r.body)
		}
	}
	assert.Len(t, w.conns.accepted(), 1)
}

// TestPrincipal: the Handler knows who asks, from where and until when.
func TestPrincipal(t *testing.T) {
	var got *wsman.Request
	w := newWorld(t, wsman.HandlerFunc(func(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
		got = r
		return &wsman.Response{}, nil
	}), limits(wsman.Limits{MaxEnvelopeSize: 20000}))
	begun := time.Now()
	r := w.post(t, envelopeWith("<w:OperationTimeout>PT7S</w:OperationTimeout><w:MaxEnvelopeSize>512000</w:MaxEnvelopeSize>", "<x/>"))
	require.Equal(t, 200, r.status)
	assert.Equal(t, "ann", got.Principal.User)
	assert.Equal(t, "Basic", got.Principal.Scheme)
	assert.True(t, got.Principal.Loopback)
	assert.Equal(t, "127.0.0.1", got.Principal.Source.String())
	assert.WithinDuration(t, begun.Add(7*time.Second), got.Deadline, 5*time.Second)
	assert.Equal(t, 20000, got.Header.MaxEnvelopeSize)
	assert.Equal(t, "uuid:1", got.Header.MessageID)
}

// withScheme lets clients authenticate by talk.
func withScheme(c *wsmanserver.Config) {
	c.Authenticator = &auth.Authenticator{Schemes: []auth.Scheme{&talk{}}}
}
