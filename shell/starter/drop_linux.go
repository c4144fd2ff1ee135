package starter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/configuration/account"
)

// GiveUp makes this process, which is the superuser's, one of an account for
// good.
func GiveUp(ctx context.Context, name string) error {
	a, err := account.LookUp(ctx, name)
	if err != nil {
		return err
	}
	if err := syscall.Setgroups(a.Groups); err != nil {
		return fmt.Errorf("groups of %s: %w", name, err)
	}
	if err := syscall.Setresgid(a.GID, a.GID, a.GID); err != nil {
		return fmt.Errorf("group of %s: %w", name, err)
	}
	if err := syscall.Setresuid(a.UID, a.UID, a.UID); err != nil {
		return fmt.Errorf("account %s: %w", name, err)
	}
	if err := syscall.Setuid(0); err == nil && !a.Superuser() {
		return errors.New("the superuser's rights could not be given up")
	}
	// Sessions of users without an account inherit these.
	for _, variable := range login(a) {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// Hide keeps other processes of this one's account from looking into it and from
// taking its descriptors: sessions may run as that account.
func Hide() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }

// Own gives the state directory, and the files in it, but not the directories of
// sessions, to an account; empty is this process's. Others may pass through it to
// their sessions' directories, and look at nothing.
func Own(ctx context.Context, name, state string) error {
	a := &account.Account{UID: os.Geteuid(), GID: os.Getegid()}
	if name != "" {
		var err error
		if a, err = account.LookUp(ctx, name); err != nil {
			return err
		}
	}
	return filepath.WalkDir(state, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case filepath.Dir(path) == Directory(state) && entry.IsDir():
			return fs.SkipDir // a session's own
		}
		if err := os.Lchown(path, a.UID, a.GID); err != nil {
			return err
		}
		if path == state || path == Directory(state) {
			return os.Chmod(path, 0o711)
		}
		return nil
	})
}
