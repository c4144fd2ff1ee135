package shellhost

import (
	"net"

	"golang.org/x/sys/windows"
)

// errRefused says that nobody listens at a socket that is there.
const errRefused = windows.WSAECONNREFUSED

// ListenPrivate listens at a socket in the state directory, whose access list
// says who may use it.
func ListenPrivate(path string) (net.Listener, error) { return net.Listen("unix", path) }
