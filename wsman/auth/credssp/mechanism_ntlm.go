package credssp

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// NTLM makes a Mechanism of an ntlm.Server.
type NTLM struct{ *ntlm.Server }

// Accept implements spnego.Mechanism.
func (m NTLM) Accept(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if reply, done, err = m.Server.Accept(ctx, token); err == nil {
		return reply, done, nil
	}
	if ntlmClientsFault(err) {
		err = blame(err)
	}
	if said, wrong := ntlm.DecodeAuthenticate(token); wrong == nil {
		err = named(said.User, err)
	}
	return nil, false, err
}

// Wrap implements Wrapper.
func (m NTLM) Wrap(message []byte) ([]byte, error) { return ntlmWrap(m.Session(), message) }

// Unwrap implements Wrapper.
func (m NTLM) Unwrap(token []byte) ([]byte, error) { return ntlmUnwrap(m.Session(), token) }

// NTLMClient makes a ClientMechanism of an ntlm.Client.
type NTLMClient struct{ *ntlm.Client }

// Established implements ClientMechanism.
func (m NTLMClient) Established() bool { return m.Session() != nil }

// Wrap implements Wrapper.
func (m NTLMClient) Wrap(message []byte) ([]byte, error) { return ntlmWrap(m.Session(), message) }

// Unwrap implements Wrapper.
func (m NTLMClient) Unwrap(token []byte) ([]byte, error) { return ntlmUnwrap(m.Session(), token) }

func ntlmWrap(s *ntlm.Session, message []byte) ([]byte, error) {
	if s == nil {
		return nil, ntlm.ErrNotEstablished
	}
	return s.Wrap(nil, message)
}

func ntlmUnwrap(s *ntlm.Session, token []byte) ([]byte, error) {
	if s == nil {
		return nil, ntlm.ErrNotEstablished
	}
	return s.Unwrap(token)
}

// ntlmClientsFault reports whether an error is package ntlm's own, not one of a
// Verifier that could not check a response.
func ntlmClientsFault(err error) bool {
	for _, reason := range []error{
		ntlm.ErrLogonFailed, ntlm.ErrAnonymous, ntlm.ErrNTLMv1, ntlm.ErrLMOnly, ntlm.ErrMICMissing,
		ntlm.ErrMICWrong, ntlm.ErrClock, ntlm.ErrExpired, ntlm.ErrOutOfOrder,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	var message *ntlm.MessageError
	var flags *ntlm.FlagsError
	return errors.As(err, &message) || errors.As(err, &flags)
}
