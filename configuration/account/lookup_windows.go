package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// lookUp asks the local security authority, which asks a domain in its turn. It
// has no context, and no time-out of ours.
func (Service) lookUp(_ context.Context, name string) (*Account, error) {
	sid, domain, use, err := windows.LookupSID("", name)
	switch {
	case errors.Is(err, windows.ERROR_NONE_MAPPED):
		return nil, &NotFoundError{Name: name}
	case err != nil:
		return nil, err
	}
	if err := kind(use).check(joinDomain(domain, name)); err != nil {
		return nil, err
	}
	a, err := fromSID(sid)
	if err != nil {
		return nil, err
	}
	host, err := windows.ComputerName()
	if err != nil {
		return nil, fmt.Errorf("name of this machine: %w", err)
	}
	if !answers(name, a.Name, host) {
		return nil, &NotFoundError{Name: name}
	}
	return a, nil
}

// own is the account of this process, which may be one of the system.
func (Service) own(context.Context) (*Account, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("user of this process: %w", err)
	}
	return fromSID(user.User.Sid)
}

// fromSID is the account of a security identifier, as the system spells it:
// without its machine if that is this one, else as DOMAIN\name.
func fromSID(sid *windows.SID) (*Account, error) {
	name, domain, _, err := sid.LookupAccount("")
	if err != nil {
		return nil, fmt.Errorf("name of %s: %w", sid, err)
	}
	host, err := windows.ComputerName()
	if err != nil {
		return nil, fmt.Errorf("name of this machine: %w", err)
	}
	a := &Account{Name: withoutMachine(joinDomain(domain, name), host), UID: -1, GID: -1, SID: sid.String()}
	a.Home, err = profileDirectory(a.SID)
	return a, err
}

// joinDomain is DOMAIN\name of a name that may have its domain already.
func joinDomain(domain, name string) string {
	if domain == "" || strings.ContainsAny(name, `\@`) {
		return name
	}
	return domain + `\` + name
}

// profileList is where the system keeps whose profile is where.
const profileList = `SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\`

// profileDirectory is the home of an account; empty if it has never logged on.
func profileDirectory(sid string) (string, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, profileList+sid, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("profile of %s: %w", sid, err)
	}
	defer key.Close()
	path, _, err := key.GetStringValue("ProfileImagePath")
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	if err == nil {
		path, err = registry.ExpandString(path)
	}
	if err != nil {
		return "", fmt.Errorf("profile of %s: %w", sid, err)
	}
	return path, nil
}
