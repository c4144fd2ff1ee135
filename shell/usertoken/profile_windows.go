package usertoken

import (
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/winrmd/winrmd/configuration/account"
)

var (
	userenv           = windows.NewLazySystemDLL("userenv.dll")
	procLoadProfile   = userenv.NewProc("LoadUserProfileW")
	procUnloadProfile = userenv.NewProc("UnloadUserProfile")
)

// profileInfo is PROFILEINFOW.
type profileInfo struct {
	size, flags                               uint32
	user, path, defaultPath, server, policies *uint16
	profile                                   windows.Handle
}

// profileNoUI has no message boxes shown (PI_NOUI).
const profileNoUI = 1

// profile is the registry hive of an account, loaded.
type profile struct {
	token windows.Token
	hive  windows.Handle
}

// loadProfile loads the profile of an account, and makes one where it has none. As
// long as it is loaded HKEY_CURRENT_USER of its processes is its own.
func loadProfile(token windows.Token, p principal) (*profile, error) {
	name, err := windows.UTF16PtrFromString(p.name)
	if err != nil {
		return nil, err
	}
	info := profileInfo{flags: profileNoUI, user: name}
	info.size = uint32(unsafe.Sizeof(info))
	if ok, _, err := procLoadProfile.Call(uintptr(token), uintptr(unsafe.Pointer(&info))); ok == 0 {
		return nil, fmt.Errorf("profile of %s: %w", p.name, err)
	}
	return &profile{token, info.profile}, nil
}

// unload lets go of the profile, which goes with the last who uses it.
func (p *profile) unload() error {
	if p == nil {
		return nil
	}
	if ok, _, err := procUnloadProfile.Call(uintptr(p.token), uintptr(p.hive)); ok == 0 {
		return fmt.Errorf("profile: %w", err)
	}
	return nil
}

// home is where the account's sessions begin: its profile's directory, and the
// system's root where there is none.
func home(token windows.Token, a *account.Account) string {
	directory, err := token.GetUserProfileDirectory()
	if err != nil {
		directory = a.Home
	}
	if info, err := os.Stat(directory); directory != "" && err == nil && info.IsDir() {
		return directory
	}
	return systemRoot()
}

// systemRoot is a directory that every account is let into.
func systemRoot() string { return filepath.VolumeName(os.Getenv("SystemRoot")) + `\` }
