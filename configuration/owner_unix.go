//go:build unix

package configuration

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// noLink refuses to open a link instead of a file.
const noLink = syscall.O_NOFOLLOW

// shareOwner gives a file that the superuser has made to the owner of the
// directory that it lies in, who is the account that the service runs as.
func shareOwner(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	directory, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	file, err := f.Stat()
	if err != nil {
		return err
	}
	want, is := directory.Sys().(*syscall.Stat_t), file.Sys().(*syscall.Stat_t)
	if is.Uid == want.Uid && is.Gid == want.Gid {
		return nil
	}
	// That owner may have put another name of anybody's file there.
	if !file.Mode().IsRegular() || is.Nlink != 1 {
		return fmt.Errorf("%s is no file of its own", f.Name())
	}
	return f.Chown(int(want.Uid), int(want.Gid))
}
