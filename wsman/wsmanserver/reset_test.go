package wsmanserver_test

import "net"

// reset makes closing a connection break it.
func reset(c *client) { _ = c.Conn.(*net.TCPConn).SetLinger(0) }
