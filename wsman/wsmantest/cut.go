package wsmantest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
)

// whole is an HTTP answer as bytes.
func (x *exchange) whole(status int, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Length: %d\r\n", status, http.StatusText(status), len(body))
	_ = x.w.Header().Write(&b) // a bytes.Buffer takes everything
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// end writes the first n bytes of an answer, all if n is negative, and ends the
// connection.
func (x *exchange) end(answer []byte, n int) {
	raw, _, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		return // the connection has ended already
	}
	defer raw.Close()
	if n < 0 || n > len(answer) {
		n = len(answer)
	}
	if n == 0 {
		reset(raw)
		return
	}
	_, _ = raw.Write(answer[:n]) // the client may have gone
}

// reset lets the client see a reset and not an orderly end, where the connection
// is one of TCP.
func reset(c net.Conn) {
	if known := knownConn(c); known != nil {
		if tcp, ok := known.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
}
