//go:build linux && cgo && pam

package main

import (
	"errors"

	libpam "github.com/msteinert/pam/v2"

	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// errQuestion refuses modules that ask for more than a password: a code that
// was sent to somebody, for example. Nobody is there to answer.
var errQuestion = errors.New("a module asks for more than a password")

// check asks PAM about the password, and then whether the account may be used.
func check(r *pam.Request) *pam.Answer {
	asked := false
	transaction, err := libpam.StartFunc(r.Service, r.User, func(style libpam.Style, _ string) (string, error) {
		switch style {
		case libpam.PromptEchoOff:
			if asked {
				return "", errQuestion
			}
			asked = true
			return string(r.Password), nil
		case libpam.ErrorMsg, libpam.TextInfo:
			return "", nil // said to nobody
		}
		return "", errQuestion
	})
	if err != nil {
		return answer(err, false)
	}
	defer func() { _ = transaction.End() }() // the process ends
	if r.RemoteHost != "" {
		if err := transaction.SetItem(libpam.Rhost, r.RemoteHost); err != nil {
			return answer(err, false)
		}
	}
	if err := transaction.SetItem(libpam.Tty, "winrm"); err != nil {
		return answer(err, false)
	}
	if err := transaction.Authenticate(libpam.Silent | libpam.DisallowNullAuthtok); err != nil {
		return answer(err, false)
	}
	if err := transaction.AcctMgmt(libpam.Silent | libpam.DisallowNullAuthtok); err != nil {
		return answer(err, true)
	}
	user, err := transaction.GetItem(libpam.User)
	if err != nil {
		return answer(err, false)
	}
	return &pam.Answer{Result: pam.Accepted, User: user}
}

// answer says what an error of PAM means. Known is true if the password was
// right.
func answer(err error, known bool) *pam.Answer {
	a := &pam.Answer{Result: pam.Failed, Message: err.Error()}
	var code libpam.Error
	if !errors.As(err, &code) {
		return a
	}
	a.Code = int(code)
	switch code {
	case libpam.ErrAuth, libpam.ErrUserUnknown, libpam.ErrPermDenied, libpam.ErrMaxtries, libpam.ErrCredInsufficient:
		a.Result = pam.Denied
		if !known {
			a.Code, a.Message = 0, "" // which it was is nobody's business
		}
	case libpam.ErrAcctExpired, libpam.ErrNewAuthtokReqd, libpam.ErrAuthtokExpired, libpam.ErrCredExpired:
		a.Result = pam.Unusable
		if !known {
			a.Result = pam.Denied
		}
	}
	return a
}
