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
func ListenPrivate(path string) (net.Listener, error) { return listen(path, 0o600) }

// listenShared listens at a socket that the group of its directory can use too.
func listenShared(path string) (net.Listener, error) { return listen(path, 0o660) }

func listen(path string, mode os.FileMode) (net.Listener, error) {
	mask := syscall.Umask(0o777 &^ int(mode))
	defer syscall.Umask(mask)
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, mode)
}

// openRecord opens a file that is no link.
func openRecord(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
