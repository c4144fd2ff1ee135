package main

import (
	"fmt"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/winrmd/winrmd/configuration"
)

// activated is a socket that systemd listens at, and passes on to the daemon
// when the first connection comes (sd_listen_fds(3)).
type activated struct {
	name   string // FileDescriptorName=, else the name of the socket unit
	socket *net.TCPListener
}

// systemdSockets takes the sockets that systemd has passed on.
func systemdSockets() ([]activated, error) {
	defer os.Unsetenv("LISTEN_PIDFDID") // newer than the package
	var sockets []activated
	for _, f := range activation.Files(true) {
		l, err := net.FileListener(f)
		if err != nil {
			return nil, fmt.Errorf("systemd's socket %s: %w", f.Name(), err)
		}
		f.Close()
		tcp, ok := l.(*net.TCPListener)
		if !ok {
			return nil, fmt.Errorf("systemd's socket %s: winrmd listens for clients at TCP only, not at %s", f.Name(), l.Addr().Network())
		}
		sockets = append(sockets, activated{name: f.Name(), socket: tcp})
	}
	return sockets, nil
}

// wellKnown are the ports that every client tries.
var wellKnown = [...]struct {
	listener string
	port     int
}{{listenerHTTP, 5985}, {listenerHTTPS, 5986}}

// matchActivated says which listener each of systemd's sockets is for.
// addresses are what the settings say of the listeners.
func matchActivated(sockets []activated, addresses map[string]string) (map[string]net.Listener, error) {
	matched := map[string]net.Listener{}
	for _, s := range sockets {
		listener, err := listenerFor(s.name, s.socket.Addr().(*net.TCPAddr).Port, addresses)
		if err != nil {
			return nil, err
		}
		if other := matched[listener]; other != nil {
			return nil, fmt.Errorf("systemd passes two sockets for %s, %s and %s; winrmd takes one", listener, other.Addr(), s.socket.Addr())
		}
		matched[listener] = s.socket
	}
	return matched, nil
}

// listenerFor is the listener that a socket is for: the one that it is named
// after or, if it has another name, the one whose port it has. That is the port
// in the settings, whatever host stands there, since the host is what the
// socket unit decides; or the well-known one if the settings switch the
// listener off, leaving it to systemd.
func listenerFor(name string, port int, addresses map[string]string) (string, error) {
	for _, known := range wellKnown {
		if name == known.listener {
			return known.listener, nil
		}
	}
	for _, known := range wellKnown {
		expected := known.port
		if address := addresses[known.listener]; address != configuration.ListenerOff {
			_, service, err := net.SplitHostPort(address)
			if err != nil {
				return "", err
			}
			if expected, err = net.LookupPort("tcp", service); err != nil {
				return "", err
			}
		}
		if port == expected {
			return known.listener, nil
		}
	}
	return "", fmt.Errorf("systemd's socket %q at port %d is for no listener: name it http or https (FileDescriptorName=)", name, port)
}
