package usertoken

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// needed are the privileges without which no token of another account can be had,
// or used. LocalSystem has them.
var needed = []string{"SeTcbPrivilege", "SeAssignPrimaryTokenPrivilege", "SeIncreaseQuotaPrivilege"}

// wanted are those that a profile is loaded with, and with which what an account has
// locked can be removed.
var wanted = []string{"SeBackupPrivilege", "SeRestorePrivilege"}

// PrivilegeError says that this process lacks privileges.
type PrivilegeError struct{ Missing []string }

func (e *PrivilegeError) Error() string {
	return "this process does not have " + strings.Join(e.Missing, ", ")
}

// Enable enables the privileges of this process that are needed. The error is a
// *PrivilegeError if it lacks one: then sessions can run as its own account only.
func Enable() error {
	var token windows.Token
	access := uint32(windows.TOKEN_QUERY | windows.TOKEN_ADJUST_PRIVILEGES)
	if err := windows.OpenProcessToken(windows.CurrentProcess(), access, &token); err != nil {
		return fmt.Errorf("token of this process: %w", err)
	}
	defer token.Close()
	var missing []string
	for _, name := range needed {
		ok, err := enable(token, name)
		if err != nil {
			return err
		}
		if !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return &PrivilegeError{missing}
	}
	var all error
	for _, name := range wanted {
		_, err := enable(token, name)
		all = errors.Join(all, err)
	}
	return all
}

// enable enables a privilege and reports whether the token has it now. That the
// system's own answer does not say: it is success where there is none to enable.
func enable(token windows.Token, name string) (bool, error) {
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return false, err
	}
	change := windows.Tokenprivileges{PrivilegeCount: 1}
	if err := windows.LookupPrivilegeValue(nil, text, &change.Privileges[0].Luid); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	change.Privileges[0].Attributes = windows.SE_PRIVILEGE_ENABLED
	if err := windows.AdjustTokenPrivileges(token, false, &change, 0, nil, nil); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return enabled(token, change.Privileges[0].Luid)
}

// enabled reports whether a token has a privilege that is enabled.
func enabled(token windows.Token, luid windows.LUID) (bool, error) {
	var size uint32
	err := windows.GetTokenInformation(token, windows.TokenPrivileges, nil, 0, &size)
	if size == 0 {
		return false, fmt.Errorf("privileges of this process: %w", err)
	}
	memory := make([]uint32, (size+3)/4) // as aligned as what is in it
	if err := windows.GetTokenInformation(token, windows.TokenPrivileges, (*byte)(unsafe.Pointer(&memory[0])), size, &size); err != nil {
		return false, fmt.Errorf("privileges of this process: %w", err)
	}
	for _, p := range (*windows.Tokenprivileges)(unsafe.Pointer(&memory[0])).AllPrivileges() {
		if p.Luid == luid {
			return p.Attributes&windows.SE_PRIVILEGE_ENABLED != 0, nil
		}
	}
	return false, nil
}
