package users

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"sync"

	"github.com/winrmd/winrmd/configuration"
)

// User is a user in the file.
type User struct {
	// Name is the canonical name: as it was written when the user was added.
	Name string
	// NTLM is true if the file has the user's NT hash, so that NTLM and CredSSP
	// let the user in.
	NTLM bool
	// Account is the local account that the file names for the user's sessions;
	// empty if it names none.
	Account string
}

// Credential stands for what a user proved to know. It is compared only: the
// user's present one differs after any change of the user's entry.
type Credential string

// File is a users file. It is made by Open.
type File struct {
	path    string
	hashing limiter

	mu      sync.Mutex
	version configuration.FileVersion
	content []byte           // of the last reading
	users   map[string]entry // by folded name; nil after a failure
	dummy   passwordHash     // for users who are not there
}

// entry is a user and what is compared.
type entry struct {
	user       User
	hash       passwordHash
	ntHash     *ntHash // nil if there is none
	credential Credential
}

// Open returns the users file at path. It reads nothing: a file that is
// missing has no users, and each call reads a file that has changed.
func Open(path string) *File {
	return &File{path: path, hashing: make(limiter, maxHashes), dummy: dummyHash()}
}

// List returns the users in the order of the file.
func (f *File) List() ([]User, error) {
	d, err := f.read()
	if err != nil {
		return nil, err
	}
	var all []User
	for i := range d.User {
		u := &d.User[i]
		all = append(all, u.user())
	}
	return all, nil
}

// Generation returns the user's present Credential, and false if there is no
// such user or the file cannot be used. It is cheap: as long as the file is
// the same it only asks for its state.
func (f *File) Generation(name string) (Credential, bool) {
	e, ok, err := f.lookup(name)
	return e.credential, ok && err == nil
}

// lookup finds a user by any of the forms of a name.
func (f *File) lookup(name string) (entry, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refresh(); err != nil {
		// An error stays one until the file is good: who was removed by an
		// edit that failed must not come in by what was read before it.
		f.version, f.content, f.users = configuration.FileVersion{}, nil, nil
		return entry{}, false, err
	}
	e, ok := f.users[configuration.FoldName(Canonical(name))]
	return e, ok, nil
}

// refresh reads the file if it has changed.
func (f *File) refresh() error {
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		f.version, f.content, f.users = configuration.FileVersion{}, nil, nil
		return nil
	}
	if err != nil {
		return err
	}
	if f.version.Current(info) {
		return nil
	}
	content, version, err := configuration.ReadFile(f.path, checkPrivate(f.path))
	if err != nil {
		return err
	}
	f.version = version
	if f.content != nil && bytes.Equal(content, f.content) {
		return nil
	}
	d, err := parse(f.path, content)
	if err != nil {
		return err
	}
	f.content = content
	f.users = make(map[string]entry, len(d.User))
	for i := range d.User {
		u := &d.User[i]
		f.users[configuration.FoldName(u.Name)] = entry{
			user: u.user(), hash: u.hash, ntHash: u.ntHash, credential: u.credential(),
		}
	}
	return nil
}

// read reads the file whatever was read before; one that is missing is empty.
func (f *File) read() (document, error) {
	content, _, err := configuration.ReadFile(f.path, checkPrivate(f.path))
	if errors.Is(err, fs.ErrNotExist) {
		return document{}, nil
	}
	if err != nil {
		return document{}, err
	}
	return parse(f.path, content)
}
