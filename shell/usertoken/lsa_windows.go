package usertoken

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What x/sys has not of the local security authority.
var (
	secur32              = windows.NewLazySystemDLL("secur32.dll")
	procRegister         = secur32.NewProc("LsaRegisterLogonProcess")
	procDeregister       = secur32.NewProc("LsaDeregisterLogonProcess")
	procLookupPackage    = secur32.NewProc("LsaLookupAuthenticationPackage")
	procLogonUser        = secur32.NewProc("LsaLogonUser")
	procFreeReturnBuffer = secur32.NewProc("LsaFreeReturnBuffer")
	advapi32             = windows.NewLazySystemDLL("advapi32.dll")
	procAllocateID       = advapi32.NewProc("AllocateLocallyUniqueId")
)

// procedures are those that may be missing where Windows is something else.
var procedures = []*windows.LazyProc{procRegister, procDeregister, procLookupPackage, procLogonUser, procFreeReturnBuffer, procAllocateID}

// Authentication packages.
const (
	localPackage    = "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"
	kerberosPackage = "Kerberos"
)

// logonProcess is what the system's log calls who logs on.
const logonProcess = "winrmd"

// networkLogon is Network of SECURITY_LOGON_TYPE: what WinRM's sessions are on
// Windows, and what every account may that may use the machine over the network.
const networkLogon = 3

// tokenSource is TOKEN_SOURCE.
type tokenSource struct {
	name [8]byte
	id   windows.LUID
}

// authority is a connection to the LSA, as a process that logs users on.
type authority struct{ handle uintptr }

// connect needs SeTcbPrivilege.
func connect() (*authority, error) {
	for _, p := range procedures {
		if err := p.Find(); err != nil {
			return nil, fmt.Errorf("local security authority: %w", err)
		}
	}
	name, err := windows.NewNTString(logonProcess)
	if err != nil {
		return nil, err
	}
	a, mode := &authority{}, uint64(0)
	status, _, _ := procRegister.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&a.handle)), uintptr(unsafe.Pointer(&mode)))
	if err := failure(status); err != nil {
		return nil, fmt.Errorf("local security authority: %w", err)
	}
	return a, nil
}

func (a *authority) close() { _, _, _ = procDeregister.Call(a.handle) }

// failure is the error of an NTSTATUS; nil for success.
func failure(status uintptr) error {
	if uint32(status) == 0 {
		return nil
	}
	return windows.NTStatus(uint32(status))
}

// packageID is the number of an authentication package.
func (a *authority) packageID(name string) (uintptr, error) {
	text, err := windows.NewNTString(name)
	if err != nil {
		return 0, err
	}
	var id uint32
	status, _, _ := procLookupPackage.Call(a.handle, uintptr(unsafe.Pointer(text)), uintptr(unsafe.Pointer(&id)))
	if err := failure(status); err != nil {
		return 0, fmt.Errorf("authentication package %s: %w", name, err)
	}
	return uintptr(id), nil
}

// logOn logs somebody on without a password, by a package. The token is one to
// impersonate with.
func (a *authority) logOn(pkg string, l *s4uLogon) (windows.Token, error) {
	id, err := a.packageID(pkg)
	if err != nil {
		return 0, err
	}
	origin, err := windows.NewNTString(logonProcess)
	if err != nil {
		return 0, err
	}
	source := tokenSource{name: [8]byte{'w', 'i', 'n', 'r', 'm', 'd'}}
	if ok, _, err := procAllocateID.Call(uintptr(unsafe.Pointer(&source.id))); ok == 0 {
		return 0, fmt.Errorf("identifier of a logon: %w", err)
	}
	const pointer = int(unsafe.Sizeof(uintptr(0)))
	memory := make([]uint64, (l.size(pointer)+7)/8) // on the heap, where nothing moves, and aligned
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&memory[0])), l.size(pointer))
	l.pack(bytes, uint64(uintptr(unsafe.Pointer(&memory[0]))), pointer)
	var (
		profile     uintptr
		profileSize uint32
		logon       windows.LUID
		token       windows.Token
		quotas      [8]uint64 // QUOTA_LIMITS has 48 bytes at most
		sub         uint32
	)
	status, _, _ := procLogonUser.Call(a.handle, uintptr(unsafe.Pointer(origin)), networkLogon, id,
		uintptr(unsafe.Pointer(&memory[0])), uintptr(len(bytes)), 0, uintptr(unsafe.Pointer(&source)),
		uintptr(unsafe.Pointer(&profile)), uintptr(unsafe.Pointer(&profileSize)), uintptr(unsafe.Pointer(&logon)),
		uintptr(unsafe.Pointer(&token)), uintptr(unsafe.Pointer(&quotas)), uintptr(unsafe.Pointer(&sub)))
	runtime.KeepAlive(memory)
	if profile != 0 {
		_, _, _ = procFreeReturnBuffer.Call(profile)
	}
	err = failure(status)
	if errors.Is(err, windows.STATUS_ACCOUNT_RESTRICTION) {
		err = errors.Join(err, failure(uintptr(sub))) // which restriction
	}
	if err == nil && token == 0 {
		err = errors.New("a logon without a token")
	}
	return token, err
}
