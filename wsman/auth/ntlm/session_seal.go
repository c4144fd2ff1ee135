package ntlm

import "slices"

// Seal encrypts a message into dst, which is at least as long, and signs it
// (SEAL in MS-NLMP 3.4.3). Dst and plain are the same or do not overlap. The
// signature comes first on the wire. The only error is ErrNoProtection.
func (s *Session) Seal(dst, plain []byte) (Signature, error) {
	if !s.CanSeal() {
		return Signature{}, ErrNoProtection
	}
	return s.out.seal(s.flags, dst, plain), nil
}

// Unseal decrypts a message into dst, which is at least as long, and checks it.
// Dst and sealed are the same or do not overlap. At ErrTampered and ErrSequence
// nothing of the message is left in dst.
func (s *Session) Unseal(dst, sealed, signature []byte) error {
	if !s.CanSeal() {
		return ErrNoProtection
	}
	return s.in.unseal(s.flags, dst[:len(sealed)], sealed, signature)
}

// Wrap appends signature and sealed message to dst: one token, as CredSSP
// carries it (GSS_WrapEx, MS-NLMP 3.4.6).
func (s *Session) Wrap(dst, plain []byte) ([]byte, error) {
	if !s.CanSeal() {
		return dst, ErrNoProtection
	}
	start := len(dst)
	dst = slices.Grow(dst, SignatureSize+len(plain))[:start+SignatureSize+len(plain)]
	sig := s.out.seal(s.flags, dst[start+SignatureSize:], plain)
	copy(dst[start:], sig[:])
	return dst, nil
}

// Unwrap decrypts a token of Wrap in place and returns the part of it that is
// the message now. Errors are those of Unseal.
func (s *Session) Unwrap(token []byte) ([]byte, error) {
	if len(token) < SignatureSize {
		return nil, s.in.die(ErrTampered)
	}
	message := token[SignatureSize:]
	if err := s.Unseal(message, message, token[:SignatureSize]); err != nil {
		return nil, err
	}
	return message, nil
}

// seal computes the checksum first, because dst may be plain. On the handle the
// message comes first, the checksum second.
func (s *stream) seal(flags Flags, dst, plain []byte) Signature {
	if s.mac != nil && len(plain) >= parallelSize {
		return s.signPlain(flags, s.sealLong(dst, plain))
	}
	checksum := s.checksum(plain)
	s.handle.XORKeyStream(dst, plain)
	return s.signPlain(flags, checksum)
}

func (s *stream) unseal(flags Flags, dst, sealed, signature []byte) error {
	if err := s.expect(signature); err != nil {
		return err
	}
	if !s.signPlain(flags, s.decrypt(dst, sealed)).same(signature) {
		clear(dst)
		return s.die(ErrTampered)
	}
	return nil
}

// decrypt decrypts a message and returns its checksum.
func (s *stream) decrypt(dst, sealed []byte) [8]byte {
	if s.mac != nil && len(sealed) >= parallelSize {
		return s.unsealLong(dst, sealed)
	}
	s.handle.XORKeyStream(dst, sealed)
	return s.checksum(dst)
}

// expect looks at a signature before anything is done for it.
func (s *stream) expect(signature []byte) error {
	switch {
	case s.err != nil:
		return s.err
	case len(signature) != SignatureSize:
		return s.die(ErrTampered)
	case !s.inSequence(signature):
		return s.die(ErrSequence)
	}
	return nil
}

// die ends the stream.
func (s *stream) die(err error) error {
	if s.err == nil {
		s.err = err
	}
	return s.err
}
