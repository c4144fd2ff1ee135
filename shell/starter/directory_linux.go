package starter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/configuration/account"
)

// The directory of a shell belongs to the account and to the daemon's group, which
// whatever is made in it inherits. Others may not even look into it.
const directoryMode = 0o770 | unix.S_ISGID

// indexName is the index of a host's spool, below the shell's directory; see
// package shell/spool.
const indexName = "spool/index"

// directories is the directory of the sessions. It belongs to the daemon: what is
// in it may be anything, such as links to somewhere else. So it is held open, and
// nothing is followed.
type directories struct {
	root *os.Root
	gid  int // of the daemon
}

func openDirectories(path string) (*directories, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(".")
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &directories{root: root, gid: int(info.Sys().(*unixStat).Gid)}, nil
}

// make makes the directory of a shell for an account; fs.ErrExist if it is there.
func (d *directories) make(shellID string, a *account.Account) error {
	parent, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer parent.Close()
	fd := int(parent.Fd())
	if err := unix.Mkdirat(fd, shellID, 0o700); err != nil {
		return fmt.Errorf("directory of the shell: %w", err)
	}
	own, err := openDirectory(fd, shellID)
	if err != nil {
		return err
	}
	defer own.Close()
	// Mode after owner: changing the owner takes the bit that hands the group on.
	if err := own.Chown(a.UID, d.gid); err != nil {
		return err
	}
	return unix.Fchmod(int(own.Fd()), directoryMode)
}

// openDirectory opens a directory that is no link.
func openDirectory(parent int, name string) (*os.File, error) {
	fd, err := unix.Openat(parent, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("directory %s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// check refuses a directory that is not the account's.
func (d *directories) check(shellID string, a *account.Account) error {
	info, err := d.root.Lstat(shellID)
	if err != nil {
		return err
	}
	if owner := int(info.Sys().(*unixStat).Uid); !info.IsDir() || owner != a.UID {
		return fmt.Errorf("%s is no directory of account %s", shellID, a.Name)
	}
	return nil
}

// remains reports whether a dead host has left output of finished commands.
func (d *directories) remains(shellID string) bool {
	info, err := d.root.Lstat(shellID + "/" + indexName)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// remove removes the directory of a shell. os.Root does not leave it, whoever
// changes what is in it meanwhile.
func (d *directories) remove(shellID string) error {
	if err := d.root.RemoveAll(shellID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
