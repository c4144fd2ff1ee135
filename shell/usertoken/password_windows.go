package usertoken

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
)

// Passwords gives the password that an administrator has stored for an account; ok
// is false where there is none.
type Passwords func(*account.Account) (password string, ok bool, err error)

var procLogonUserW = advapi32.NewProc("LogonUserW")

// How an account logs on with its password (winbase.h), in this order: as a task,
// for which it needs a right that not every account has, and as over the network.
var passwordLogons = []uintptr{logonBatch, logonNetworkCleartext}

const (
	logonBatch            = 4
	logonNetworkCleartext = 8
)

// withPassword logs an account on. A wrong password is tried once, because each
// attempt counts.
func withPassword(p principal, password string) (windows.Token, error) {
	domain := p.domain
	if p.local() {
		domain = "."
	}
	var text [3]*uint16
	for i, s := range []string{p.name, domain, password} {
		var err error
		if text[i], err = windows.UTF16PtrFromString(s); err != nil {
			return 0, errors.New("a name or password with a NUL in it")
		}
	}
	var token windows.Token
	var err error
	for _, logon := range passwordLogons {
		ok, _, last := procLogonUserW.Call(uintptr(unsafe.Pointer(text[0])), uintptr(unsafe.Pointer(text[1])), uintptr(unsafe.Pointer(text[2])),
			logon, 0, uintptr(unsafe.Pointer(&token)))
		if ok != 0 {
			return token, nil
		}
		if err = last; !errors.Is(err, windows.ERROR_LOGON_TYPE_NOT_GRANTED) {
			break
		}
	}
	return 0, err
}
