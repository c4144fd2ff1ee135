package credssp

import (
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
)

// Sealer protects messages with the TLS session of a login (MS-WSMV 2.2.9.1.1).
// It implements auth.PieceSealer. Both directions may be used at the same time.
type Sealer struct {
	mu     sync.Mutex // a record that came may need one that goes (KeyUpdate)
	tunnel *tunnel
	prefix int // bytes before the cipher text in each record
	in     []byte
	err    error // what it died of
}

func newSealer(t *tunnel) *Sealer {
	return &Sealer{tunnel: t, prefix: recordHeader + explicitNonce(t.conn.ConnectionState())}
}

// explicitNonce is how much of a nonce each record has in it: TLS 1.3 and
// ChaCha20 have none, GCM 8 bytes (RFC 5288 section 3), CBC a block (RFC 5246
// section 6.2.3.2).
func explicitNonce(s tls.ConnectionState) int {
	name := tls.CipherSuiteName(s.CipherSuite)
	switch {
	case s.Version >= tls.VersionTLS13:
		return 0
	case strings.Contains(name, "GCM"):
		return 8
	case strings.Contains(name, "3DES"):
		return 8
	case strings.Contains(name, "CBC"):
		return 16
	}
	return 0
}

// Protocol implements auth.Sealer.
func (s *Sealer) Protocol() string { return "application/HTTP-CredSSP-session-encrypted" }

// MaxPiece is what fits into one record.
func (s *Sealer) MaxPiece() int { return maxPlain }

// Seal makes one record of at most MaxPiece bytes; none of none. Windows has
// what stands at a record's end, the trailer (SecPkgContext_StreamSizes), in a
// buffer of its own and writes that first; but it has encrypted everything into
// one piece of memory. So what is called the signature are the first bytes of
// the record, as many as the trailer has.
func (s *Sealer) Seal(plain []byte) (signature, sealed []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, nil, s.err
	}
	if len(plain) > maxPlain {
		return nil, nil, ErrPiece
	}
	t := s.tunnel
	said := len(t.wire.out) // by TLS itself, since the last piece
	if _, err := t.conn.Write(plain); err != nil {
		return nil, nil, s.die(err)
	}
	records := t.wire.out
	t.wire.out = t.wire.out[:0] // good until the next call
	trailer := max(0, len(records)-said-s.prefix-len(plain))
	return records[:trailer:trailer], records[trailer:], nil
}

// Unseal decrypts what Seal, or a peer that cuts it elsewhere, or that makes
// several records of it, has made. The result is in the memory of sealed where
// it fits.
func (s *Sealer) Unseal(signature, sealed []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	s.in = append(append(s.in[:0], signature...), sealed...)
	if !wholeRecords(s.in) {
		return nil, s.die(ErrToken)
	}
	s.tunnel.wire.in = s.in
	plain, err := s.tunnel.read(sealed[:0:len(sealed)], len(s.in))
	if cap(s.in) > 4*maxPlain {
		s.in = nil // one large message is no reason to keep so much for ever
	}
	if err != nil {
		return nil, s.die(err)
	}
	return plain, nil
}

// die ends both directions.
func (s *Sealer) die(err error) error {
	s.err = fmt.Errorf("credssp: message: %w", err)
	return s.err
}
