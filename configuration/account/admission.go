package account

import (
	"fmt"
	"slices"
)

// Admission says which accounts sessions may run as besides that of winrmd. The
// zero value admits all but the superuser.
type Admission struct {
	// MinID is the smallest number of an account, but for Names. It means nothing on
	// Windows.
	MinID int
	// Names are accounts below MinID that are admitted too.
	Names []string
}

// Admit refuses an account that sessions must not run as: the superuser, whatever
// it is called, and one of the system.
func (r Admission) Admit(a *Account) error {
	switch {
	case a.Superuser():
		return fmt.Errorf("the account %s is the superuser, as whom no session runs", a.Name)
	case a.UID >= 0 && a.UID < r.MinID && !slices.Contains(r.Names, a.Name):
		return fmt.Errorf("the account %s has number %d, and sessions run as accounts from %d on or those that --session-account names",
			a.Name, a.UID, r.MinID)
	}
	return nil
}
