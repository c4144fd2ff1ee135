package negotiate

import (
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// ntlmSealer seals with NTLM's session, in place. Where the client agreed to no
// sealing every message fails.
type ntlmSealer struct {
	protocol  string
	session   *ntlm.Session
	signature ntlm.Signature
}

// Protocol implements auth.Sealer.
func (s *ntlmSealer) Protocol() string { return s.protocol }

// Seal implements auth.Sealer.
func (s *ntlmSealer) Seal(plain []byte) (signature, sealed []byte, err error) {
	s.signature, err = s.session.Seal(plain, plain)
	return s.signature[:], plain, err
}

// Unseal implements auth.Sealer.
func (s *ntlmSealer) Unseal(signature, sealed []byte) ([]byte, error) {
	return sealed, s.session.Unseal(sealed, sealed, signature)
}

// kerberosSealer seals with Kerberos' session.
type kerberosSealer struct {
	protocol string
	*kerberos.Session
}

// Protocol implements auth.Sealer.
func (s *kerberosSealer) Protocol() string { return s.protocol }
