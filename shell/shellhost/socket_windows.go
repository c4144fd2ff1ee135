package shellhost

import (
	"net"
	"os"

	"golang.org/x/sys/windows"
)

// errRefused says that nobody listens at a socket that is there.
const errRefused = windows.WSAECONNREFUSED

// ListenPrivate listens at a socket in the state directory, whose access list
// says who may use it.
func ListenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }

// listenShared is ListenPrivate: there are no hosts of other accounts here.
func listenShared(path string) (net.Listener, error) { return ListenPrivate(path) }

// openRecord opens a file.
func openRecord(path string) (*os.File, error) { return os.Open(path) }
