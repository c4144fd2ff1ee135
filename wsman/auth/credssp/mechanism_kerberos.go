package credssp

import (
	"context"
	"errors"
	"io/fs"

	"github.com/winrmd/winrmd/wsman/auth/kerberos"
)

// Kerberos makes a Mechanism of a kerberos.Context.
type Kerberos struct{ *kerberos.Context }

// Accept implements spnego.Mechanism.
func (m Kerberos) Accept(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if reply, done, err = m.Context.Accept(ctx, token); err == nil {
		return reply, done, nil
	}
	if kerberosClientsFault(err) {
		err = blame(err)
	}
	var said *kerberos.Error
	if errors.As(err, &said) {
		err = named(said.Client, err)
	}
	return nil, false, err
}

// Wrap implements Wrapper.
func (m Kerberos) Wrap(message []byte) ([]byte, error) { return kerberosWrap(m.Session(), message) }

// Unwrap implements Wrapper.
func (m Kerberos) Unwrap(token []byte) ([]byte, error) { return kerberosUnwrap(m.Session(), token) }

// KerberosClient makes a ClientMechanism of a kerberos.Initiator.
type KerberosClient struct{ *kerberos.Initiator }

// Established implements ClientMechanism.
func (m KerberosClient) Established() bool { return m.Session() != nil }

// Wrap implements Wrapper.
func (m KerberosClient) Wrap(message []byte) ([]byte, error) {
	return kerberosWrap(m.Session(), message)
}

// Unwrap implements Wrapper.
func (m KerberosClient) Unwrap(token []byte) ([]byte, error) {
	return kerberosUnwrap(m.Session(), token)
}

// errClear refuses what was signed and not encrypted.
var errClear = errors.New("credssp: message is not encrypted")

func kerberosWrap(s *kerberos.Session, message []byte) ([]byte, error) {
	if s == nil {
		return nil, kerberos.ErrState
	}
	return s.Wrap(message, true)
}

func kerberosUnwrap(s *kerberos.Session, token []byte) ([]byte, error) {
	if s == nil {
		return nil, kerberos.ErrState
	}
	message, confidential, err := s.Unwrap(token)
	if err == nil && !confidential {
		err = errClear
	}
	return message, err
}

// kerberosClientsFault reports whether nothing here is wrong: neither the keytab
// nor the replay cache.
func kerberosClientsFault(err error) bool {
	var file *fs.PathError
	return !errors.Is(err, kerberos.ErrReplayCacheFull) && !errors.As(err, &file)
}
