package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// DaemonGroup is the name of the control group that a daemon is in itself, below
// the one that it shares out to sessions: in cgroup v2 no group has both processes
// and groups with limits. It is for systemd's DelegateSubgroup=, too.
const DaemonGroup = scopePrefix + "daemon"

// stepDown moves the processes of a control group into one below it. That is
// done only where all of them are this process and its descendants: a login
// session and the unit of another service are none of our business. Nor is it
// where systemd has lent us the group: it could not start the service again.
func stepDown(group string) error {
	if lent(group) {
		return fmt.Errorf("%w: systemd's unit needs DelegateSubgroup=%s (systemd 254)", ErrNoCgroup, DaemonGroup)
	}
	members, err := membersOf(group)
	if err != nil {
		return err
	}
	t, err := look()
	if err != nil {
		return err
	}
	ours := map[int]bool{}
	for _, p := range t.below([]int{os.Getpid()}, func(int) bool { return false }) {
		ours[p.pid] = true
	}
	for _, pid := range members {
		if !ours[pid] {
			return fmt.Errorf("%w: process %d, which is not winrmd's, is in control group %s", ErrNoCgroup, pid, group)
		}
	}
	below := filepath.Join(group, DaemonGroup)
	if err := os.Mkdir(below, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	for _, pid := range members {
		err := setting(below, "cgroup.procs", strconv.Itoa(pid))
		if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
			return err
		}
	}
	return nil
}

// lent reports whether systemd has delegated a control group, which it marks.
func lent(group string) bool {
	mark := make([]byte, 8)
	for _, name := range []string{"trusted.delegate", "user.delegate"} {
		if n, err := unix.Getxattr(group, name, mark); err == nil && string(mark[:n]) == "1" {
			return true
		}
	}
	return false
}

// membersOf lists the processes of one control group, without those below it.
func membersOf(group string) ([]int, error) {
	text, err := os.ReadFile(filepath.Join(group, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var found []int
	for field := range strings.FieldsSeq(string(text)) {
		if pid, err := strconv.Atoi(field); err == nil && pid > 0 { // 0: of another pid namespace
			found = append(found, pid)
		}
	}
	return found, nil
}
