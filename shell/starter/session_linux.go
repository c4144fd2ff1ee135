package starter

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// session is the PAM session of a host; without PAM there is nothing in it.
type session struct{ pam.Session }

// openSession opens a PAM session for a host that is to be started. The host holds
// it open, and closes it by its end.
func (s *server) openSession(a *account.Account) (*session, error) {
	if s.policy.PAMService == "" {
		return &session{}, nil
	}
	opened, err := pam.OpenSession(s.policy.PAMHelper, s.policy.PAMService, a.Name, process.StartOwn)
	if err != nil {
		return nil, fmt.Errorf("PAM session of %s: %w", a.Name, err)
	}
	return &session{*opened}, nil
}

// maxChecks is how many passwords are checked at the same time. The daemon asks for
// fewer.
const maxChecks = 32

// check starts winrmd-pam for one password, which this process does not see. It
// ends by itself.
func (s *server) check(stdin, stdout *os.File) error {
	if s.policy.PAMHelper == "" {
		return errors.New("PAM was not on when winrmd was started")
	}
	select {
	case s.checks <- struct{}{}:
	default:
		return errors.New("too many passwords are checked")
	}
	cmd := exec.Command(s.policy.PAMHelper)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, os.Stderr
	cmd.Env, cmd.Dir = []string{}, "/" // PAM modules read none of this process's
	if err := process.StartOwn(cmd); err != nil {
		<-s.checks
		return err
	}
	go func() {
		_ = cmd.Wait() // the answer says how it went
		<-s.checks
	}()
	return nil
}

// files are what a host inherits to hold the session open.
func (s *session) files() []*os.File {
	if s.Hold == nil {
		return nil
	}
	return []*os.File{s.Hold}
}

// resources are the limits of setrlimit(2).
var resources = []int{
	unix.RLIMIT_CPU, unix.RLIMIT_FSIZE, unix.RLIMIT_DATA, unix.RLIMIT_STACK, unix.RLIMIT_CORE, unix.RLIMIT_RSS, unix.RLIMIT_NPROC,
	unix.RLIMIT_NOFILE, unix.RLIMIT_MEMLOCK, unix.RLIMIT_AS, unix.RLIMIT_LOCKS, unix.RLIMIT_SIGPENDING, unix.RLIMIT_MSGQUEUE,
	unix.RLIMIT_NICE, unix.RLIMIT_RTPRIO, unix.RLIMIT_RTTIME,
}

// limit gives a process the limits that modules have set for the session: those in
// which the process that holds the session differs from this one.
func (s *session) limit(pid int) error {
	if s.Hold == nil {
		return nil
	}
	var all error
	for _, resource := range resources {
		var own, its unix.Rlimit
		if err := errors.Join(unix.Prlimit(0, resource, nil, &own), unix.Prlimit(s.PID, resource, nil, &its)); err != nil {
			all = errors.Join(all, err)
			continue
		}
		if own != its {
			all = errors.Join(all, unix.Prlimit(pid, resource, &its, nil))
		}
	}
	return all
}
