//go:build (!unix && !windows) || darwin

package account

import (
	"context"
	"os"
	"os/user"
)

// lookUp asks the system by os/user.
func (Service) lookUp(_ context.Context, name string) (*Account, error) {
	return shortened(lookUpFile(name))
}

// own is the account of this process.
func (Service) own(context.Context) (*Account, error) {
	u, err := user.Current()
	if err != nil {
		return nil, err
	}
	return shortened(fromUser(u))
}

// shortened leaves the machine out of an account's name.
func shortened(a *Account, err error) (*Account, error) {
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	a.Name = withoutMachine(a.Name, host)
	return a, nil
}
