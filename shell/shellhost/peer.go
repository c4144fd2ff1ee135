package shellhost

import (
	"log/slog"
	"net"
)

// peerListener accepts only peers of this account, the daemon's and the superuser:
// file modes keep others out already, where the file system has them.
type peerListener struct {
	net.Listener
	daemon int // another account that is let in; 0 is let in anyway
	log    *slog.Logger
}

// Accept implements net.Listener.
func (l *peerListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if err := checkPeer(c, l.daemon); err != nil {
			l.log.Warn("connection refused", "error", err)
			c.Close()
			continue
		}
		return c, nil
	}
}
