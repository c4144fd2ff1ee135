//go:build !linux

package process

import (
	"errors"
	"runtime"
)

// Offers says which of these limits the system cannot have: its error is
// ErrNoLimit for each.
func Offers(l Limits) error {
	if runtime.GOOS != "windows" {
		return Confine("", 0, l)
	}
	if l.OpenFiles > 0 {
		return noLimit(limitOpenFiles, errors.New("Windows has no such limit"))
	}
	return nil
}
