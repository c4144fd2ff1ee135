package wsmanclient

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"time"

	"github.com/winrmd/winrmd/wsman/auth"
)

// connection is one connection to a server. It is used by one goroutine at a
// time.
type connection struct {
	net.Conn
	purpose purpose
	// endpoint is whom it leads to; requests name it.
	endpoint *endpoint
	// absolute says that requests have the whole URL, for a proxy, and
	// proxyAuthorization, where there is one.
	absolute           bool
	proxyAuthorization string
	certificate        *x509.Certificate // the server's; nil without TLS

	scheme        string      // of authentication
	authorization string      // of each request, where the connection has none
	sealer        auth.Sealer // nil where the scheme has none
	handshake     handshake   // is kept: CredSSP's holds what the Sealer uses

	r      *bufio.Reader
	budget *budget
	watch  *watch // while it is idle
}

func newConnection(c net.Conn) *connection {
	b := &budget{r: c}
	return &connection{Conn: c, budget: b, r: bufio.NewReaderSize(b, 16<<10)}
}

// Close ends the connection, and a handshake that is not at its end.
func (c *connection) Close() error {
	if closer, ok := c.handshake.(io.Closer); ok {
		_ = closer.Close() // it has nothing to say
	}
	return c.Conn.Close()
}

// secure reports whether what goes over the connection is encrypted.
func (c *connection) secure() bool { return c.certificate != nil }

var errTooLong = errors.New("the answer is too long")

// budget bounds what is read of one answer.
type budget struct {
	r    io.Reader
	left int
	come bool // something has come since that was set
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	b.come = b.come || n > 0
	return n, err
}

// past is a deadline that has gone by.
var past = time.Unix(1, 0)

// guard lets a context end what is read and written. What it returns is called
// when that is over, and says whether the context had no part in it.
func (c *connection) guard(ctx context.Context) (release func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.SetDeadline(past) })
}
