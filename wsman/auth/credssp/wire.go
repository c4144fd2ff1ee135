package credssp

import (
	"net"
	"time"
)

// wire is the network of a TLS session: what is read is what the last token
// had in it, what is written is the next token.
type wire struct {
	in, out []byte

	// wait is called when there is nothing left to read, and returns when there
	// is, or false when there never will be. Without it reading fails with
	// errDry, after which crypto/tls can go on reading.
	wait func() bool

	// hold keeps the last record of the next flight back: see tunnel.
	hold bool
	held []byte
}

// errDry says that everything was read. It looks like a timeout, which is what
// crypto/tls does not take for the end of a connection.
var errDry net.Error = dry{}

type dry struct{}

func (dry) Error() string   { return "credssp: nothing left to read" }
func (dry) Timeout() bool   { return true }
func (dry) Temporary() bool { return true }

// Read gives what there is of the token.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.in) == 0 {
		if w.wait == nil {
			return 0, errDry
		}
		if !w.wait() {
			return 0, net.ErrClosed
		}
	}
	n := copy(p, w.in)
	w.in = w.in[n:]
	return n, nil
}

// Write adds to the next token.
func (w *wire) Write(p []byte) (int, error) {
	n := len(p)
	if w.hold {
		last := lastRecord(p)
		w.held = append(w.held, p[last:]...)
		w.hold, p = false, p[:last]
	}
	w.out = append(w.out, p...)
	return n, nil
}

// take returns what was written, in memory that is the caller's.
func (w *wire) take() []byte {
	out := w.out
	w.out = nil
	return out
}

// release returns what was held back.
func (w *wire) release() []byte {
	held := w.held
	w.hold, w.held = false, nil
	return held
}

// The rest of net.Conn, of which crypto/tls uses nothing here that matters.

func (*wire) Close() error                     { return nil }
func (*wire) LocalAddr() net.Addr              { return nil }
func (*wire) RemoteAddr() net.Addr             { return nil }
func (*wire) SetDeadline(time.Time) error      { return nil }
func (*wire) SetReadDeadline(time.Time) error  { return nil }
func (*wire) SetWriteDeadline(time.Time) error { return nil }
