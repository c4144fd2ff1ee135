package shellhost

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkPeer refuses a process of another account than this one and a second one
// at the other end of a socket.
func checkPeer(c net.Conn, second int) error {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Xucred
	var peerErr error
	if err := raw.Control(func(fd uintptr) {
		peer, peerErr = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	}); err != nil {
		return err
	}
	if peerErr != nil {
		return fmt.Errorf("credentials of the peer: %w", peerErr)
	}
	if peer.Uid != 0 && int(peer.Uid) != os.Geteuid() && int(peer.Uid) != second {
		return fmt.Errorf("the peer is a process of user %d", peer.Uid)
	}
	return nil
}
