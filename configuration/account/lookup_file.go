package account

import (
	"errors"
	"os/user"
	"strconv"
)

// lookUpFile asks package os/user, which on Linux without cgo reads /etc/passwd.
func lookUpFile(name string) (*Account, error) {
	u, err := user.Lookup(name)
	if unknown := user.UnknownUserError(""); errors.As(err, &unknown) {
		return nil, &NotFoundError{Name: name}
	}
	if err != nil {
		return nil, err
	}
	return fromUser(u)
}

// fromUser makes an Account of what os/user knows. On Windows it has no numbers.
func fromUser(u *user.User) (*Account, error) {
	a := &Account{Name: u.Username, UID: -1, GID: -1, Home: u.HomeDir}
	if uid, err := parseID(u.Uid); err == nil {
		a.UID = uid
	}
	if gid, err := parseID(u.Gid); err == nil {
		a.GID = gid
	}
	if a.UID < 0 {
		return a, nil
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if gid, err := strconv.Atoi(id); err == nil {
			a.Groups = append(a.Groups, gid)
		}
	}
	return a, nil
}

// ownFile is the account of this process, or nameless where it has no entry.
func ownFile(nameless *Account) (*Account, error) {
	u, err := user.LookupId(strconv.Itoa(nameless.UID))
	if unknown := user.UnknownUserIdError(0); errors.As(err, &unknown) {
		return nameless, nil
	}
	if err != nil {
		return nil, err
	}
	return fromUser(u)
}
