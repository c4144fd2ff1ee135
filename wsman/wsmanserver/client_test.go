package wsmanserver_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// reply is an HTTP answer.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
	closes bool // the server says that it closes the connection
}

// client is one connection that is written to byte by byte.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (w *world) dial(t *testing.T) *client {
	t.Helper()
	c, err := net.Dial("tcp", w.address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return &client{t: t, Conn: c, r: bufio.NewReader(c)}
}

// write sends raw bytes.
func (c *client) write(format string, args ...any) {
	c.t.Helper()
	_, err := fmt.Fprintf(c.Conn, format, args...)
	require.NoError(c.t, err)
}

// flood sends what the server may not want to read to its end.
func (c *client) flood(text string) {
	go func() { _, _ = c.Conn.Write([]byte(text)) }() // ends with the connection
}

// read reads one answer.
func (c *client) read() *reply {
	c.t.Helper()
	r, err := c.tryRead()
	require.NoError(c.t, err)
	return r
}

func (c *client) tryRead() (*reply, error) {
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return &reply{t: c.t, status: response.StatusCode, header: response.Header, body: body, closes: response.Close}, err
}

// closed checks that the server closes the connection.
func (c *client) closed() {
	c.t.Helper()
	_, err := c.r.ReadByte()
	require.Error(c.t, err)
	var timeout net.Error
	require.False(c.t, errors.As(err, &timeout) && timeout.Timeout(), "the connection is still open")
}

// post sends a request with credentials on this connection.
func (c *client) post(body string, headers ...string) *reply {
	c.t.Helper()
	c.send(body, headers...)
	return c.read()
}

func (c *client) send(body string, headers ...string) {
	c.t.Helper()
	c.write("%s", message("/wsman", body, append([]string{"Authorization: " + credentials}, headers...)...))
}

// message is an HTTP request. A header given replaces the default.
func message(path, body string, headers ...string) string {
	all := map[string]string{"host": "Host: x", "content-type": "Content-Type: " + contentType, "content-length": fmt.Sprintf("Content-Length: %d", len(body))}
	order := []string{"host", "content-type", "content-length"}
	for _, h := range headers {
		name := strings.ToLower(h[:strings.IndexByte(h, ':')])
		if _, ok := all[name]; !ok {
			order = append(order, name)
		}
		all[name] = h
	}
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\n", path)
	for _, name := range order {
		if !strings.HasSuffix(all[name], ": -") {
			b.WriteString(all[name] + "\r\n")
		}
	}
	return b.String() + "\r\n" + body
}

// post sends one request with credentials over a connection of its own.
func (w *world) post(t *testing.T, body string, headers ...string) *reply {
	t.Helper()
	c := w.dial(t)
	defer c.Close()
	return c.post(body, headers...)
}

// fault is the fault in an answer.
func (r *reply) fault() *wsman.Fault {
	r.t.Helper()
	require.Equal(r.t, http.StatusInternalServerError, r.status, "%s", r.body)
	f, err := wsman.ParseFault(r.text())
	require.NoError(r.t, err, "%s", r.body)
	return f
}

// text is the body in UTF-8.
func (r *reply) text() []byte {
	r.t.Helper()
	text, _, err := wsman.DecodeBody(r.header.Get("Content-Type"), r.body)
	require.NoError(r.t, err)
	return text
}

// element is the first element of s:Body of an answer with status 200.
func (r *reply) element() *etree.Element {
	r.t.Helper()
	require.Equal(r.t, http.StatusOK, r.status, "%s", r.body)
	doc := etree.NewDocument()
	_, err := doc.ReadFrom(bytes.NewReader(r.text()))
	require.NoError(r.t, err)
	body := wsman.FindChild(doc.Root(), wsman.NamespaceSOAP, "Body")
	require.NotEmpty(r.t, body.ChildElements(), "%s", r.body)
	return body.ChildElements()[0]
}
