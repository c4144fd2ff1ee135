package starter

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/wsman/auth/pam"
)

// session is the PAM session of a host; without PAM there is nothing in it.
type session struct{ pam.Session }

// openSession opens a PAM session for a host that is to be started. The host holds
// it open, and closes it by its end. The daemon's own account is not one that
// somebody logs on as, and PAM is not asked about it.
func (s *server) openSession(a *account.Account) (*session, error) {
	if s.policy.PAMService == "" || s.policy.isService(a) {
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

// SessionFile is the descriptor in a host that holds its PAM session open.
const SessionFile = 3

// files are what a host inherits to hold the session open.
func (s *session) files() []*os.File {
	if s.Hold == nil {
		return nil
	}
	return []*os.File{s.Hold}
}
