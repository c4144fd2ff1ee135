package kerberos

// Session protects messages with what a handshake agreed on: RFC 4121 sections
// 4.2.4 and 4.2.6, and RFC 4757 sections 7.2 and 7.3 for RC4.
//
// Messages and signatures of one direction are numbered together. Where the
// client asked for FlagSequence, which WinRM's clients do, they are accepted in
// the order in which they were made only; else each is accepted once.
//
// One goroutine at a time may use what goes out (Seal, Wrap, GetMIC), another
// what comes in (Unseal, Unwrap, VerifyMIC). After an error the session is not
// to be used any more.
type Session struct {
	etype  EncryptionType
	tokens tokens
	send   uint64
	recv   sequence
}

// tokens makes and reads the tokens of one kind of key. It does not judge
// sequence numbers.
type tokens interface {
	seal(n uint64, plain []byte) (header, sealed []byte)
	unseal(header, sealed []byte) (n uint64, plain []byte, err error)
	wrap(n uint64, plain []byte, confidential bool) ([]byte, error)
	unwrap(token []byte) (n uint64, plain []byte, confidential bool, err error)
	mic(n uint64, message []byte) ([]byte, error)
	verify(message, mic []byte) (n uint64, err error)
}

// parameters are what a session is made of.
type parameters struct {
	key            Key
	acceptor       bool // which side this is
	acceptorSubkey bool // key is the acceptor's subkey
	send, receive  uint32
	flags          Flags
}

func newSession(p parameters) (*Session, error) {
	s := &Session{
		etype: p.key.Type,
		send:  uint64(p.send),
		recv:  sequence{next: uint64(p.receive), ordered: p.flags.Has(FlagSequence)},
	}
	var err error
	if p.key.Type == RC4 {
		s.tokens, err = newRC4Tokens(p)
	} else {
		s.tokens, err = newAESTokens(p)
	}
	return s, err
}

// Type is the type of the key that protects the messages.
func (s *Session) Type() EncryptionType { return s.etype }

// Seal encrypts a message and splits the token as WinRM wants it (MS-WSMV
// section 2.2.9.1): the header goes before the sealed text, with its length
// before it, and the sealed text is as long as the message. The header has 60
// bytes with AES (64 or 72 with AES-SHA2; 16 more in DCE style), and about 45 with
// RC4.
func (s *Session) Seal(message []byte) (header, sealed []byte, err error) {
	header, sealed = s.tokens.seal(s.send, message)
	s.send++
	return header, sealed, nil
}

// Unseal checks and decrypts a message. The two parts may be cut anywhere behind
// the token's first 16 bytes, as clients differ in where they cut. The error is or wraps
// ErrMalformed, ErrIntegrity, ErrOutOfOrder or ErrReplay.
func (s *Session) Unseal(header, sealed []byte) ([]byte, error) {
	n, message, err := s.tokens.unseal(header, sealed)
	if err != nil {
		return nil, err
	}
	if err := s.recv.check(n); err != nil {
		return nil, err
	}
	return message, nil
}

// Wrap makes one token of a message (RFC 2743 section 2.3.3), encrypted or only
// signed.
func (s *Session) Wrap(message []byte, confidential bool) ([]byte, error) {
	token, err := s.tokens.wrap(s.send, message, confidential)
	s.send++
	return token, err
}

// Unwrap reads a token of Wrap, and says whether it was encrypted. Errors are
// those of Unseal.
func (s *Session) Unwrap(token []byte) (message []byte, confidential bool, err error) {
	n, message, confidential, err := s.tokens.unwrap(token)
	if err != nil {
		return nil, false, err
	}
	if err := s.recv.check(n); err != nil {
		return nil, false, err
	}
	return message, confidential, nil
}

// GetMIC signs a message (RFC 2743 section 2.3.1).
func (s *Session) GetMIC(message []byte) ([]byte, error) {
	mic, err := s.tokens.mic(s.send, message)
	s.send++
	return mic, err
}

// VerifyMIC checks a signature. Errors are those of Unseal.
func (s *Session) VerifyMIC(message, mic []byte) error {
	n, err := s.tokens.verify(message, mic)
	if err != nil {
		return err
	}
	return s.recv.check(n)
}
