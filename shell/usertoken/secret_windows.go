package usertoken

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
)

var (
	procOpenPolicy      = advapi32.NewProc("LsaOpenPolicy")
	procClosePolicy     = advapi32.NewProc("LsaClose")
	procStorePrivate    = advapi32.NewProc("LsaStorePrivateData")
	procRetrievePrivate = advapi32.NewProc("LsaRetrievePrivateData")
	procFreeMemory      = advapi32.NewProc("LsaFreeMemory")
)

// Rights to the policy (ntsecapi.h).
const (
	policyGetPrivate   = 0x4
	policyCreateSecret = 0x20
)

// secretPrefix begins the name of a secret. What begins with L$ the LSA gives to
// nobody over the network.
const secretPrefix = "L$winrmd_password_"

// errNoSecret says that nothing is stored.
var errNoSecret = errors.New("no password is stored")

// policy calls f with the policy of this machine, for an administrator.
func policy(access uintptr, f func(handle uintptr) error) error {
	var attributes windows.OBJECT_ATTRIBUTES
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	var handle uintptr
	status, _, _ := procOpenPolicy.Call(0, uintptr(unsafe.Pointer(&attributes)), access, uintptr(unsafe.Pointer(&handle)))
	if err := failure(status); err != nil {
		return fmt.Errorf("policy of the local security authority: %w", err)
	}
	defer func() { _, _, _ = procClosePolicy.Call(handle) }()
	return f(handle)
}

// StorePassword stores the password of an account with the local security authority,
// which encrypts it; nil removes it. There is nothing that gives it back but Stored.
func StorePassword(a *account.Account, password *string) error {
	key, err := windows.NewNTUnicodeString(secretPrefix + a.SID)
	if err != nil {
		return err
	}
	var secret *windows.NTUnicodeString
	if password != nil {
		if secret, err = windows.NewNTUnicodeString(*password); err != nil {
			return errors.New("a password with a NUL in it, or too long")
		}
	}
	return policy(policyCreateSecret, func(handle uintptr) error {
		status, _, _ := procStorePrivate.Call(handle, uintptr(unsafe.Pointer(key)), uintptr(unsafe.Pointer(secret)))
		err := failure(status)
		if password == nil && errors.Is(err, windows.STATUS_OBJECT_NAME_NOT_FOUND) {
			err = errNoSecret
		}
		if err != nil {
			return fmt.Errorf("password of %s: %w", a.Name, err)
		}
		return nil
	})
}

// Stored gives the passwords that StorePassword has stored. It is a Passwords, for
// the system alone.
func Stored(a *account.Account) (password string, ok bool, err error) {
	key, err := windows.NewNTUnicodeString(secretPrefix + a.SID)
	if err != nil {
		return "", false, err
	}
	err = policy(policyGetPrivate, func(handle uintptr) error {
		var secret *windows.NTUnicodeString
		status, _, _ := procRetrievePrivate.Call(handle, uintptr(unsafe.Pointer(key)), uintptr(unsafe.Pointer(&secret)))
		if err := failure(status); err != nil {
			return err
		}
		if secret == nil {
			return errNoSecret
		}
		defer func() { _, _, _ = procFreeMemory.Call(uintptr(unsafe.Pointer(secret))) }()
		password = secret.String()
		return nil
	})
	if errors.Is(err, errNoSecret) || errors.Is(err, windows.STATUS_OBJECT_NAME_NOT_FOUND) {
		return "", false, nil
	}
	return password, err == nil, err
}
