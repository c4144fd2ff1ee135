package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// releasePatience is how long Release waits for processes that are being ended.
const releasePatience = 10 * time.Second

// Release removes the control groups that Confine has made for a name, when the
// processes are gone; for those that are ending it waits. It is no error if there
// are none.
func Release(name string) error {
	all, err := places()
	if err != nil || !isScopeName(name) {
		return nil // then Confine has made none either
	}
	limit := time.Now().Add(releasePatience)
	var failed []error
	for _, p := range all {
		dir := p.groupOf(name)
		err := removeGroup(dir)
		for errors.Is(err, unix.EBUSY) && time.Now().Before(limit) {
			time.Sleep(patience / 5) // nobody says when a group of cgroup v1 is empty
			err = removeGroup(dir)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("control group %s: %w", dir, err))
		}
	}
	return errors.Join(failed...)
}

// removeGroup removes a control group and those within it. A unit's systemd removes,
// as Scope.remove says.
func removeGroup(dir string) error {
	if isUnit(dir) {
		if exists(dir) {
			return unix.EBUSY
		}
		return nil
	}
	var groups []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			groups = append(groups, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, path := range slices.Backward(groups) {
		if err := unix.Rmdir(path); err != nil && !removed(err) {
			return err
		}
	}
	return nil
}

// forgotten is how old a group with nobody in it must be to be left over. One that
// was just made has nobody in it yet.
const forgotten = time.Minute

// sweep removes groups of hosts that have ended when no daemon was there to see
// it. In cgroup v2 a group with nobody in it may be the Scope of a session in which
// nothing runs, unless it has limits, within which there is always its host.
func sweep(p place) {
	entries, err := os.ReadDir(p.parent)
	if err != nil {
		return
	}
	for _, entry := range entries {
		dir := filepath.Join(p.parent, entry.Name())
		if !entry.IsDir() || !isScope(entry.Name()) || entry.Name() == DaemonGroup || p.unified && !limited(dir) {
			continue
		}
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) > forgotten && len(processesBelow(dir)) == 0 {
			_ = removeGroup(dir) // it says itself if somebody is in it
		}
	}
}

// limited reports whether a group of cgroup v2 has limits.
func limited(dir string) bool {
	for _, name := range []string{"memory.max", "pids.max"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && string(text) != "max\n" {
			return true
		}
	}
	return false
}
