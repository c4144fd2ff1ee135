package main

import (
	"crypto/x509"
	"net"
	"net/netip"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/configresource"
)

// listening shows the listeners of a daemon to winrm/config/listener. It
// implements configresource.Listeners.
type listening struct{ daemon *daemon }

// Listener implements configresource.Listeners.
func (l listening) Listener(t configresource.Transport) configresource.Listener {
	ls := l.daemon.listeners.Load()
	if ls == nil { // it does not serve yet
		return configresource.Listener{Address: configuration.ListenerOff}
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	name, one := listenerHTTP, ls.http
	if t == configresource.HTTPS {
		name, one = listenerHTTPS, ls.https
	}
	shown := configresource.Listener{Address: configuration.ListenerOff, Fixed: ls.following[name].fixed}
	if one == nil {
		return shown
	}
	shown.Address = ls.following[name].address
	if at, ok := one.socket.Addr().(*net.TCPAddr); ok {
		shown.Bound = at.AddrPort()
	}
	if _, _, err := net.SplitHostPort(shown.Address); err != nil { // systemd's, which the settings switch off
		shown.Address = boundAddress(shown.Bound)
	}
	return shown
}

// boundAddress is an address as the settings have it.
func boundAddress(at netip.AddrPort) string {
	if at.Addr().IsUnspecified() {
		return net.JoinHostPort("", portOf(at))
	}
	return at.String()
}

func portOf(at netip.AddrPort) string {
	_, port, _ := net.SplitHostPort(at.String())
	return port
}

// Apply implements configresource.Listeners.
func (l listening) Apply() error {
	if ls := l.daemon.listeners.Load(); ls != nil {
		return l.daemon.applyListeners(ls)
	}
	return nil
}

// Certificate implements configresource.Listeners.
func (l listening) Certificate() (*x509.Certificate, error) {
	if ls := l.daemon.listeners.Load(); ls != nil {
		ls.mu.Lock()
		defer ls.mu.Unlock()
		if ls.https != nil && ls.https.certificate != nil {
			return ls.https.certificate, nil
		}
	}
	pair, err := configuration.Certificate(l.daemon.options.state)
	return pair.Leaf, err
}
