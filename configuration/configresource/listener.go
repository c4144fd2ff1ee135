package configresource

import (
	"crypto/x509"
	"net"
	"net/netip"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// Listeners are the listeners of the service.
type Listeners interface {
	// Listener tells of the one of a transport.
	Listener(transport Transport) Listener
	// Apply brings the listeners in line with the settings. The error says why
	// one could not be opened; the old one is then still there.
	Apply() error
	// Certificate is what HTTPS is, or would be, spoken with.
	Certificate() (*x509.Certificate, error)
}

// Transport is the selector Transport of a listener.
type Transport string

// The transports.
const (
	HTTP  Transport = "HTTP"
	HTTPS Transport = "HTTPS"
)

// Listener tells of one listener as it is now.
type Listener struct {
	// Address is "host:port" as in the settings, or configuration.ListenerOff.
	Address string
	// Bound is where it listens in fact; the zero value where it does not.
	Bound netip.AddrPort
	// Fixed says, in words that go on after "it", why the settings have no say in
	// its address; empty where they have.
	Fixed string
}

// The elements and selectors of cfg:Listener (MS-WSMV 2.2.4.19).
const (
	fieldAddress     = "Address"
	fieldTransport   = "Transport"
	fieldPort        = "Port"
	fieldHostname    = "Hostname"
	fieldEnabled     = "Enabled"
	fieldURLPrefix   = "URLPrefix"
	fieldThumbprint  = "CertificateThumbprint"
	fieldListeningOn = "ListeningOn"
)

var listenerFields = []string{
	fieldAddress, fieldTransport, fieldPort, fieldHostname, fieldEnabled, fieldURLPrefix, fieldThumbprint, fieldListeningOn,
}

// anyAddress is the Address of a listener at all addresses.
const anyAddress = "*"

// instance is one cfg:Listener.
type instance struct {
	transport   Transport
	address     string // Address
	port        string
	hostname    string
	thumbprint  string
	listeningOn []string
}

// instance is the listener of a transport; false where there is none.
func (res *Resource) instance(transport Transport) (*instance, bool) {
	l := res.config.Listeners.Listener(transport)
	host, port, err := net.SplitHostPort(l.Address)
	if err != nil { // configuration.ListenerOff
		return nil, false
	}
	if l.Bound.IsValid() {
		port = portText(l.Bound.Port())
	}
	i := &instance{transport: transport, address: addressOf(host, l.Bound), port: port}
	if transport == HTTPS {
		i.hostname = res.config.Machine
		if c, err := res.config.Listeners.Certificate(); err == nil {
			i.thumbprint = thumbprint(c)
		}
	}
	service := res.config.Settings.Service()
	i.listeningOn = listeningOn(l.Bound, &service.Limits)
	return i, true
}

// addressOf is a listener's Address. A host that is a name is known by the
// address that it stood for when the listener was opened.
func addressOf(host string, bound netip.AddrPort) string {
	if host == "" {
		return anyAddress
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return "IP:" + a.String()
	}
	if bound.IsValid() {
		return "IP:" + bound.Addr().Unmap().String()
	}
	return "IP:" + host
}

// listeningOn are the addresses of this machine at which requests are taken.
func listeningOn(bound netip.AddrPort, limits *configuration.ServiceLimits) []string {
	if !bound.IsValid() {
		return nil
	}
	all := []netip.Addr{bound.Addr()}
	if bound.Addr().IsUnspecified() {
		all = interfaceAddresses()
	}
	only4 := bound.Addr().Is4() // [::] is for both
	var found []string
	for _, a := range all {
		if a = a.Unmap().WithZone(""); limits.Listens(a) && (a.Is4() || !only4) {
			found = append(found, a.String())
		}
	}
	return found
}

func interfaceAddresses() []netip.Addr {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var all []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			all = append(all, p.Addr())
		}
	}
	return all
}

// element is the cfg:Listener.
func (i *instance) element() *etree.Element {
	e := etree.NewElement("cfg:Listener")
	e.CreateAttr("xmlns:cfg", wsman.ResourceConfigListener)
	for _, f := range []struct{ name, value string }{
		{fieldAddress, i.address}, {fieldTransport, string(i.transport)}, {fieldPort, i.port}, {fieldHostname, i.hostname},
		{fieldEnabled, "true"}, {fieldURLPrefix, urlPrefix}, {fieldThumbprint, i.thumbprint},
	} {
		e.CreateElement("cfg:" + f.name).SetText(f.value)
	}
	for _, a := range i.listeningOn {
		e.CreateElement("cfg:" + fieldListeningOn).SetText(a)
	}
	return e
}

// sameAddress reports whether two texts are the same Address.
func sameAddress(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	one, errOne := parseAddress(a)
	other, errOther := parseAddress(b)
	return errOne == nil && errOther == nil && one == other
}
