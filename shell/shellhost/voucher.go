package shellhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/winrmd/winrmd/shell"
)

// voucher is what a daemon has put down of a host that a privileged Starter has
// started, where no other account can write: whose the shell is must not be learnt
// from processes of somebody who may be another. The host of a user without an
// account has one too, though the daemon's account is its own: it says who started
// it.
type voucher struct {
	User, Configuration, Account string
	RunAs                        string `json:",omitempty"` // see shell.Configuration
	UID                          int    // of Account
}

// voucherName is the file's name, beside the directory of the shell.
func voucherName(shellID string) string { return shellID + ".json" }

// vouch puts a voucher down, all or nothing.
func (rt *Router) vouch(shellID string, v *voucher) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	path := filepath.Join(rt.config.Directory, voucherName(shellID))
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// voucher reads the voucher of a shell; nil where the daemon has started its host
// itself.
func (rt *Router) voucher(shellID string) (*voucher, error) {
	return readVoucher(rt.config.Directory, shellID)
}

// readVoucher reads a voucher of the directory of all shells.
func readVoucher(directory, shellID string) (*voucher, error) {
	text, err := os.ReadFile(filepath.Join(directory, voucherName(shellID)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := &voucher{}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("voucher of %s: %w", shellID, err)
	}
	return v, nil
}

// unvouch forgets a voucher, with its shell.
func (rt *Router) unvouch(shellID string) error {
	err := os.Remove(filepath.Join(rt.config.Directory, voucherName(shellID)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// confirm refuses a host that says to be another's than it was started for.
func (v *voucher) confirm(h *Hello) error {
	if v != nil && (h.User != v.User || h.Configuration != v.Configuration) {
		return fmt.Errorf("the host says to be of user %q and configuration %q, and was started for %q and %q",
			h.User, h.Configuration, v.User, v.Configuration)
	}
	return nil
}

// admit refuses a client whose shell it is not: a host of another account may be
// what that account has made of it, and is not asked who may use it.
func (v *voucher) admit(shellID string, c shell.Client) error {
	if v == nil || c.Administrator || c.MayUse(v.User, v.RunAs) {
		return nil
	}
	return &shell.AccessError{User: c.User, ShellID: shellID}
}

// correct puts right what a host says that it does not decide.
func (v *voucher) correct(shellID string, info *shell.Info) {
	if v != nil && info.Spec != nil {
		info.ShellID, info.Owner, info.Client.User, info.RunAs = shellID, v.User, v.User, v.RunAs
	}
}

// account is the number of the account that the host runs as; -1: this one's.
func (v *voucher) account() int {
	if v == nil {
		return -1
	}
	return v.UID
}
