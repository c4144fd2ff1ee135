package shellhost

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// errRefused says that nobody listens at a socket that is there.
const errRefused = windows.WSAECONNREFUSED

// ListenPrivate listens at a socket. Who may use it says the access list that it has
// from its directory: to connect is to write.
func ListenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }

// listenShared is ListenPrivate: the directory of a host of another account has an
// access list with that account and the daemon's in it.
func listenShared(path string) (net.Listener, error) { return ListenPrivate(path) }

// openRecord opens a file that is no link.
func openRecord(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
