package unit

import (
	"fmt"

	"github.com/winrmd/winrmd/shell/process"
)

// Scope is a session of which a unit is made.
type Scope struct {
	ShellID string
	// Account is the name of the account that the session runs as, and UID its
	// number.
	Account string
	UID     int
	// PID is the session's host. What it starts is in the unit with it.
	PID int
	// Limits are the session's; that of open files is not set.
	Limits process.Limits
}

// Name is the name of the unit.
func (s *Scope) Name() string { return process.UnitName(s.ShellID) }

// Slice is the unit's slice, which an account's sessions share: so many of one
// have no larger share of the processors than one of another.
func (s *Scope) Slice() string { return fmt.Sprintf("%s-%d.slice", process.UnitSlice, s.UID) }
