//go:build !unix || darwin

package account

import (
	"context"
	"os/user"
)

// lookUp asks the system by os/user.
func (Service) lookUp(_ context.Context, name string) (*Account, error) { return lookUpFile(name) }

// own is the account of this process.
func (Service) own(context.Context) (*Account, error) {
	u, err := user.Current()
	if err != nil {
		return nil, err
	}
	return fromUser(u)
}
