package starter

import (
	"context"
	"errors"
	"time"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/unit"
)

// unitTimeout is how long systemd may take to make a unit. A session waits for it.
const unitTimeout = 5 * time.Second

// confine puts a host that was started under its limits: in a unit of systemd,
// where there is systemd, and else in control groups of winrmd's own, of which it is
// in one already, if it could be made. The warning says what could not be had.
func (s *server) confine(r *request, a *account.Account, pid int, group *process.Scope) (warning string) {
	limits := r.Limits
	limits.OpenFiles = 0 // which the host has by now
	if s.makeUnit != nil {
		err := s.intoUnit(unit.Scope{ShellID: r.ShellID, Account: a.Name, UID: a.UID, PID: pid, Limits: limits}, group)
		if err == nil {
			return ""
		}
		s.log.Warn("the session is in no unit of systemd", "shell", r.ShellID, "error", err)
	}
	if err := process.Confine(r.ShellID, pid, limits); err != nil {
		return err.Error()
	}
	return ""
}

func (s *server) intoUnit(session unit.Scope, group *process.Scope) error {
	ctx, cancel := context.WithTimeout(context.Background(), unitTimeout)
	defer cancel()
	if err := s.makeUnit(ctx, session); err != nil {
		return err
	}
	return process.Settle(ctx, session.ShellID, session.PID, group)
}

// newGroup makes a control group for a host, nil where there can be none.
func (s *server) newGroup(shellID string) *process.Scope {
	group, err := process.NewScope(shellID)
	if err == nil {
		return group
	}
	if !errors.Is(err, process.ErrNoCgroup) {
		s.log.Warn("no control group", "shell", shellID, "error", err)
	}
	return nil
}
