//go:build unix

package shellhost

import (
	"net"
	"os"
	"syscall"
)

// errRefused says that nobody listens at a socket that is there.
const errRefused = syscall.ECONNREFUSED

// ListenPrivate listens at a socket that only this account can use. The mask
// is set because between making a socket and changing its mode there is time.
func ListenPrivate(path string) (net.Listener, error) {
	mask := syscall.Umask(0o177)
	defer syscall.Umask(mask)
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}
