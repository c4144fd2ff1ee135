package shell

import "fmt"

// InteractiveTokenError says that a shell that was made with an interactive
// token was asked something from another machine. Its owner may know why.
type InteractiveTokenError struct{ ShellID string }

func (e *InteractiveTokenError) Error() string {
	return fmt.Sprintf("shell %s was created with an interactive token on the machine that it is on; "+
		"connect to it from there, or remove it", e.ShellID)
}

// allowUse checks that a request may act on what runs in the shell: its owner's,
// and where the shell was made with an interactive token, only one that comes
// from this machine. Windows keeps others from connecting and reconnecting to
// such a shell ("to prevent malicious access", about_Remote_Disconnected_Sessions).
// SessionIds are known to whoever has seen one, so neither does the attached
// client's name open the shell to a request from elsewhere, whatever it asks.
func (sh *Shell) allowUse(c Client) error {
	if err := sh.allow(c); err != nil {
		return err
	}
	if sh.spec.InteractiveToken && !c.Loopback {
		return &InteractiveTokenError{ShellID: sh.spec.ShellID}
	}
	return nil
}
