package daemon

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// State is the server's state directory.
func (d *Daemon) State() string { return d.state }

// Crash ends the server at once and leaves everything else as it is: its
// sessions and its state directory.
func (d *Daemon) Crash() error {
	err := d.process.Process.Kill()
	<-d.exited
	if errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("the server had ended before: %w", d.err)
	}
	return err
}

// Restart starts a server that has crashed again, on the same state directory
// and, with Config.FixedPorts, at the same addresses.
func (d *Daemon) Restart() error { return d.start() }

// Running reports whether the server's process is there.
func (d *Daemon) Running() bool {
	select {
	case <-d.exited:
		return false
	default:
		return true
	}
}

// RemoveSessions ends every session, whether the server runs or not.
func (d *Daemon) RemoveSessions() error { return d.removeSessions() }

// Shells is the directory that has one of each session.
func (d *Daemon) Shells() string { return filepath.Join(d.state, "shells") }

// Ports that no system picks for a client's end of a connection: while a server
// is down, nobody may come to have its port by chance.
const (
	firstPort = 20000
	lastPort  = 32000
)

// fixedAddress finds a port that is free.
func fixedAddress() (address string, err error) {
	const tries = 100
	for range tries {
		address = net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort)))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", err
}
