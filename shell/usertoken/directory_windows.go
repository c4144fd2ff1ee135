package usertoken

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// indexName is the index of a host's spool, below the shell's directory; see package
// shell/spool.
const indexName = "spool/index"

// Guard gives the state directory, and what inherits from it, the access list that
// lets only the system, administrators and this process's account in, and the
// directory of the sessions in it one by which hosts read what they are to. Where a
// directory usually lies every account may look into it.
func Guard(state, sessions string) error {
	if filepath.Dir(state) == state {
		return fmt.Errorf("%s cannot be a state directory: it would be closed to all other accounts", state)
	}
	service, err := ownSID()
	if err != nil {
		return err
	}
	if err := setAccess(state, stateDescriptor(service)); err != nil {
		return err
	}
	return setAccess(sessions, sessionsDescriptor(service))
}

// setAccess gives a directory an access list, and nothing from the one above.
func setAccess(directory, descriptor string) error {
	sd, err := windows.SecurityDescriptorFromString(descriptor)
	if err != nil {
		return fmt.Errorf("access list of %s: %w", directory, err)
	}
	list, _, err := sd.DACL()
	if err != nil {
		return fmt.Errorf("access list of %s: %w", directory, err)
	}
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetNamedSecurityInfo(directory, windows.SE_FILE_OBJECT, what, nil, nil, list, nil); err != nil {
		return fmt.Errorf("access list of %s: %w", directory, err)
	}
	return nil
}

// makeDirectory makes a directory that has its security descriptor from the
// beginning; fs.ErrExist if it is there.
func makeDirectory(path, descriptor string) error {
	sd, err := windows.SecurityDescriptorFromString(descriptor)
	if err != nil {
		return fmt.Errorf("access list of %s: %w", path, err)
	}
	security := &windows.SecurityAttributes{SecurityDescriptor: sd}
	security.Length = uint32(unsafe.Sizeof(*security))
	text, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	if err := windows.CreateDirectory(text, security); err != nil {
		return &fs.PathError{Op: "CreateDirectory", Path: path, Err: err}
	}
	return nil
}

// checkDirectory refuses a directory that was not made for the account by whoever
// this process runs as.
func checkDirectory(path, service, account string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() { // nor a link or junction
		return fmt.Errorf("%s is no directory", path)
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("access list of %s: %w", path, err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return fmt.Errorf("owner of %s: %w", path, err)
	}
	named, err := names(sd, account)
	if err != nil {
		return err
	}
	if owner.String() != service || !named {
		return fmt.Errorf("%s is no directory of account %s", path, account)
	}
	return nil
}

// names reports whether an access list has an entry for an account.
func names(sd *windows.SECURITY_DESCRIPTOR, account string) (bool, error) {
	list, _, err := sd.DACL()
	if err != nil {
		return false, fmt.Errorf("access list: %w", err)
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			return false, fmt.Errorf("access list: %w", err)
		}
		if ace.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE {
			continue
		}
		if (*windows.SID)(unsafe.Pointer(&ace.SidStart)).String() == account {
			return true, nil
		}
	}
	return false, nil
}

// hasRemains reports whether a dead host has left output of finished commands.
func hasRemains(directory, shellID string) bool {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return false
	}
	defer root.Close()
	info, err := root.Lstat(filepath.Join(shellID, filepath.FromSlash(indexName)))
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// removeDirectory removes the directory of a shell. os.Root does not leave it,
// whatever links and junctions the account has made in it.
func removeDirectory(directory, shellID string) error {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.RemoveAll(shellID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
