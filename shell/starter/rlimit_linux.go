package starter

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// rlimitVariable tells a host the limits (setrlimit) that it is to have. It sets
// them itself, before it does anything else: nobody may do it for a process of
// another account without CAP_SYS_RESOURCE, and a host lowers its own in any case.
const rlimitVariable = "WINRMD_RLIMITS"

// resources are the limits of setrlimit(2).
var resources = []int{
	unix.RLIMIT_CPU, unix.RLIMIT_FSIZE, unix.RLIMIT_DATA, unix.RLIMIT_STACK, unix.RLIMIT_CORE, unix.RLIMIT_RSS, unix.RLIMIT_NPROC,
	unix.RLIMIT_NOFILE, unix.RLIMIT_MEMLOCK, unix.RLIMIT_AS, unix.RLIMIT_LOCKS, unix.RLIMIT_SIGPENDING, unix.RLIMIT_MSGQUEUE,
	unix.RLIMIT_NICE, unix.RLIMIT_RTPRIO, unix.RLIMIT_RTTIME,
}

// rlimits is the value of rlimitVariable: the limits that PAM's modules have set,
// in which the process that holds the session differs from this one, and the one
// on open files if that is lower (0: none).
func (s *session) rlimits(openFiles int) (string, error) {
	var fields []string
	for _, resource := range resources {
		var own, its unix.Rlimit
		if err := unix.Getrlimit(resource, &own); err != nil {
			return "", err
		}
		its = own
		if s.Hold != nil {
			if err := unix.Prlimit(s.PID, resource, nil, &its); err != nil {
				return "", fmt.Errorf("limits of the PAM session: %w", err)
			}
		}
		if n := uint64(openFiles); resource == unix.RLIMIT_NOFILE && n > 0 {
			its.Cur, its.Max = min(its.Cur, n), min(its.Max, n)
		}
		if its != own {
			fields = append(fields, fmt.Sprintf("%d=%d:%d", resource, its.Cur, its.Max))
		}
	}
	return strings.Join(fields, " "), nil
}

// TakeLimits gives this process, which is a host, the limits that the starter has
// for it. It is to be called before anything is started.
func TakeLimits() error {
	text, ok := os.LookupEnv(rlimitVariable)
	if !ok {
		return nil
	}
	if err := os.Unsetenv(rlimitVariable); err != nil {
		return err
	}
	var all error
	for field := range strings.FieldsSeq(text) {
		resource, limit, err := parseLimit(field)
		if err == nil {
			err = syscall.Setrlimit(resource, limit)
		}
		all = errors.Join(all, err)
	}
	return all
}

// parseLimit reads RESOURCE=SOFT:HARD.
func parseLimit(field string) (resource int, limit *syscall.Rlimit, err error) {
	name, values, ok := strings.Cut(field, "=")
	soft, hard, two := strings.Cut(values, ":")
	resource, err1 := strconv.Atoi(name)
	cur, err2 := strconv.ParseUint(soft, 10, 64)
	most, err3 := strconv.ParseUint(hard, 10, 64)
	if err := cmp.Or(err1, err2, err3); err != nil || !ok || !two {
		return 0, nil, fmt.Errorf("%s: %q is not RESOURCE=SOFT:HARD", rlimitVariable, field)
	}
	return resource, &syscall.Rlimit{Cur: cur, Max: most}, nil
}
