package ntlm

// Sign makes the signature of a message that goes in clear (MS-NLMP 3.4.4). The
// only error is ErrNoProtection.
func (s *Session) Sign(message []byte) (Signature, error) {
	if !s.CanSign() {
		return Signature{}, ErrNoProtection
	}
	return s.out.signPlain(s.flags, s.out.checksum(message)), nil
}

// Verify checks the signature of a message that came in clear: ErrTampered,
// ErrSequence or ErrNoProtection if it is not right.
func (s *Session) Verify(message, signature []byte) error {
	if !s.CanSign() {
		return ErrNoProtection
	}
	return s.in.verify(s.flags, message, signature)
}

func (s *stream) verify(flags Flags, message, signature []byte) error {
	if err := s.expect(signature); err != nil {
		return err
	}
	if !s.signPlain(flags, s.checksum(message)).same(signature) {
		return s.die(ErrTampered)
	}
	return nil
}

// dummy is the signature of a session without signing. It says nothing.
var dummy = Signature{signatureVersion}

// SignMechList makes the mechListMIC of SPNEGO. The handle is afterwards what
// it was before, the sequence number is not: the application's first message
// has number 1 and the same key stream (MS-SPNG 3.3.5.1). A session without
// signing makes a signature that says nothing, as Windows does.
func (s *Session) SignMechList(list []byte) ([]byte, error) {
	if !s.CanSign() {
		return append([]byte(nil), dummy[:]...), nil
	}
	before := *s.out.handle
	sig, err := s.Sign(list)
	*s.out.handle = before
	return sig[:], err
}

// VerifyMechList checks the peer's mechListMIC. Errors are those of Verify.
func (s *Session) VerifyMechList(list, mic []byte) error {
	if !s.CanSign() {
		if !dummy.same(mic) {
			return s.in.die(ErrTampered)
		}
		return nil
	}
	before := *s.in.handle
	err := s.Verify(list, mic)
	*s.in.handle = before
	return err
}
