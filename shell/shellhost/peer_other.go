//go:build !linux && !darwin

package shellhost

import "net"

// checkPeer has nothing to ask here: the access list of the state directory
// keeps other accounts from the socket.
func checkPeer(net.Conn, int) error { return nil }
