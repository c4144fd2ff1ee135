package negotiate

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/kerberos"
	"github.com/winrmd/winrmd/wsman/auth/ntlm"
)

// clientsFault reports whether the client is to blame for an error of an
// ntlm.Verifier.
func clientsFault(err error) bool {
	var malformed *ntlm.MessageError
	return errors.Is(err, ntlm.ErrLogonFailed) || errors.As(err, &malformed)
}

// blame makes an error of the handshake one that says who is to blame, and who
// the client said it was.
func (h *handshake) blame(err error) error {
	e := &auth.Error{User: shorten(h.attempt.user), Err: err}
	var k *kerberos.Error
	if errors.As(err, &k) {
		e.User = shorten(k.Client)
	}
	var file *fs.PathError
	switch {
	case h.attempt.failure != nil, errors.Is(err, kerberos.ErrReplayCacheFull), errors.As(err, &file):
		return e
	}
	e.Err = fmt.Errorf("%w: %w", auth.ErrWrongCredentials, err)
	return e
}

// shorten cuts what a client sent to what a log line can bear.
func shorten(s string) string {
	const longest = 64
	if len(s) > longest {
		return s[:longest]
	}
	return s
}
