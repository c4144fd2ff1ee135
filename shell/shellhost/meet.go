package shellhost

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"time"
)

// dyingPause is how often is looked whether a host that hung up has gone.
const dyingPause = 20 * time.Millisecond

// meet is attach for a host of which nothing is known. One that hangs up is
// about to die, or about to have no shell: what has become of it shows a moment
// later, and nobody may come to ask then.
func meet(shellID, socket string, v *voucher) (*remote, error) {
	for end := time.Now().Add(helloTimeout); ; {
		host, err := attach(shellID, socket, v)
		if !hungUp(err) || time.Now().After(end) {
			return host, err
		}
		time.Sleep(dyingPause)
	}
}

// hungUp reports whether an attempt to speak to a host says that it was there
// and has closed the connection.
func hungUp(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var network *net.OpError
	return errors.As(err, &network) && !network.Timeout() && !isDead(err) && !errors.Is(err, fs.ErrPermission)
}
