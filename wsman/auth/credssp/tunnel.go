package credssp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"iter"
	"net"
	"slices"
	"sync"
)

// tunnel is a TLS session whose records travel in tokens.
//
// crypto/tls waits for its peer inside a function call, so the handshake is a
// coroutine (package iter), which runs only while somebody is in handshake, and
// between two tokens waits in wire.wait. It is over when the handshake is, or at
// close. After it nothing waits: what was not read yet is an error that
// crypto/tls forgets again (errDry), and reading goes on with the next token.
//
// A server has nothing to say to the last flight of TLS 1.3. But an empty token
// does not get through HTTP: its line would be "CredSSP ", net/http takes the
// blank away, and then requests-credssp finds no token in it. So the server
// makes a session ticket, which crypto/tls writes at the end of its first
// flight, and keeps its record back for that moment. Nothing is in the ticket:
// sessions are never resumed. A client that takes no tickets, as crypto/tls's by
// itself, gets the empty token.
type tunnel struct {
	mu   sync.Mutex // against close, which others call
	wire wire
	conn *tls.Conn

	next func() (struct{}, bool) // runs the coroutine; nil once it is over
	stop func()
	err  error // what the handshake came to
	gone bool  // closed before the handshake was over
}

// newTunnel makes one. Side is tls.Client or tls.Server with a configuration.
func newTunnel(side func(net.Conn) *tls.Conn) *tunnel {
	t := new(tunnel)
	t.conn = side(&t.wire)
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.wire.wait = func() bool { return yield(struct{}{}) }
		t.err = t.conn.Handshake()
	})
	return t
}

// handshake takes a token, which must be whole records, and returns what goes
// back. Once it is done it only takes the token, for read. The error is ErrTLS
// or ErrExpired.
func (t *tunnel) handshake(token []byte) (reply []byte, done bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone {
		return nil, false, ErrExpired
	}
	t.wire.in = token
	if t.next == nil {
		return nil, true, t.failure()
	}
	if _, waits := t.next(); waits {
		return t.wire.take(), false, nil
	}
	t.next, t.wire.wait = nil, nil
	if err := t.failure(); err != nil {
		return nil, false, err
	}
	return append(t.wire.take(), t.wire.release()...), true, nil
}

func (t *tunnel) failure() error {
	if t.err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrTLS, t.err)
}

// close ends a handshake that is under way, and is nothing where none is. It
// may be called at any time by anybody.
func (t *tunnel) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next != nil {
		t.gone = true
		t.stop()
		t.next, t.stop, t.conn, t.wire = nil, nil, nil, wire{}
	}
}

// read decrypts all records of the token and appends them to b, at most limit
// bytes.
func (t *tunnel) read(b []byte, limit int) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = slices.Grow(b, 512)
		}
		n, err := t.conn.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case errors.Is(err, errDry):
			return b, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrTLS, err)
		case len(b) > limit:
			return nil, fmt.Errorf("%w: longer than %d bytes", ErrToken, limit)
		}
	}
}

// write encrypts b and returns the records, after those that TLS had to say by
// itself, if it had.
func (t *tunnel) write(b []byte) ([]byte, error) {
	if _, err := t.conn.Write(b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTLS, err)
	}
	return t.wire.take(), nil
}
