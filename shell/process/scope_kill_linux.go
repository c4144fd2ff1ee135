package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Kill kills all processes of the scope, and of what was made within it, at once.
// It does not wait for their end.
func (s *Scope) Kill() error {
	err := s.write("cgroup.kill", "1")
	if removed(err) {
		err = s.killEach() // before Linux 5.14, or there is no scope any more
	}
	if err != nil && !removed(err) {
		return fmt.Errorf("kill scope %s: %w", s.path, err)
	}
	return nil
}

// write writes to a file that is there: it does not make one.
func (s *Scope) write(name, text string) error {
	file, err := s.root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// killEach kills one by one, while nobody can start others. A frozen process
// dies like any other (Documentation/admin-guide/cgroup-v2.rst, cgroup.freeze).
func (s *Scope) killEach() error {
	if err := s.write("cgroup.freeze", "1"); err != nil {
		return err
	}
	var all error
	for _, group := range s.groups() {
		members, err := s.members(group)
		// What is threaded has its processes listed above (EOPNOTSUPP).
		if err != nil && !removed(err) && !errors.Is(err, unix.EOPNOTSUPP) {
			all = errors.Join(all, err)
		}
		for _, pid := range members {
			all = errors.Join(all, s.killMember(group, pid))
		}
	}
	return errors.Join(all, s.write("cgroup.freeze", "0"))
}

// groups lists the scope, as ".", and what was made within it, parents first.
func (s *Scope) groups() []string {
	var found []string
	_ = fs.WalkDir(s.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			found = append(found, name)
		}
		return nil // one that has been removed meanwhile
	})
	return found
}

func (s *Scope) members(group string) ([]int, error) {
	text, err := s.root.ReadFile(path.Join(group, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var found []int
	for line := range strings.FieldsSeq(string(text)) {
		if pid, err := strconv.Atoi(line); err == nil && pid > 0 { // 0: of another pid namespace
			found = append(found, pid)
		}
	}
	return found, nil
}

// killMember kills pid if it is in the group. What it holds of pid is older than
// its second look at the group, so that nobody else is hit who has got the number.
func (s *Scope) killMember(group string, pid int) error {
	member, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer func() { _ = member.Release() }()
	if now, err := s.members(group); err != nil || !slices.Contains(now, pid) {
		return nil // it has ended
	}
	if err := member.Signal(unix.SIGKILL); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
