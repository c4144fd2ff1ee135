package configresource

import (
	"crypto/sha1" //nolint:gosec // WinRM knows certificates by it
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// parseAddress reads an Address: the host of a listener's address in the
// settings, which is empty for all addresses.
func parseAddress(text string) (host string, err error) {
	if text == anyAddress {
		return "", nil
	}
	if len(text) > 3 && strings.EqualFold(text[:3], "IP:") {
		if a, err := netip.ParseAddr(text[3:]); err == nil {
			return a.String(), nil
		}
	}
	return "", wsman.NewFault(wsman.CodeListenerAddress, fmt.Sprintf(
		"The address of a listener is * or IP: with an address of this machine, not %.128q.", text))
}

// defaultPort is the one of a transport.
func defaultPort(t Transport) string {
	if t == HTTPS {
		return defaultPortHTTPS
	}
	return defaultPortHTTP
}

func portText(port uint16) string { return strconv.Itoa(int(port)) }

// parsePort checks a port.
func parsePort(text string) (string, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return "", wsman.NewFault(wsman.CodeConfigPort, fmt.Sprintf("The port must be 1 to 65535, not %.64q.", text))
	}
	return portText(uint16(n)), nil
}

// thumbprint is how WinRM names a certificate.
func thumbprint(c *x509.Certificate) string {
	digest := sha1.Sum(c.Raw) //nolint:gosec // no security depends on it
	return strings.ToUpper(hex.EncodeToString(digest[:]))
}

// selectors are those of a listener.
type selectors struct {
	address   string // as the client wrote it
	host      string
	transport Transport
}

// readSelectors reads the selectors of a request for one listener.
func readSelectors(r *wsman.Request) (selectors, error) {
	var s selectors
	for _, given := range r.Header.Selectors {
		value := strings.TrimSpace(given.Value)
		switch {
		case strings.EqualFold(given.Name, fieldAddress):
			s.address = value
		case strings.EqualFold(given.Name, fieldTransport):
			s.transport = Transport(strings.ToUpper(value))
		default:
			return s, wsman.NewFault(wsman.CodeUnexpectedSelectors, fmt.Sprintf(
				"A listener has the selectors Address and Transport, and no %.64q.", given.Name))
		}
	}
	switch {
	case s.address == "" || s.transport == "":
		return s, wsman.NewFault(wsman.CodeInsufficientSelectors, "A listener is named by the selectors Address and Transport; give both.")
	case s.transport != HTTP && s.transport != HTTPS:
		return s, wsman.NewFault(wsman.CodeUnexpectedSelectors, fmt.Sprintf("The Transport of a listener is HTTP or HTTPS, not %.64q.", s.transport))
	}
	var err error
	s.host, err = parseAddress(s.address)
	return s, err
}

// check looks at what a listener of this service cannot be asked for, or only as
// it is. i is the listener as it is or, at a Create, as it would be.
func (res *Resource) check(in fields, i *instance) error {
	switch {
	case !sameAddress(in.text(fieldAddress, i.address), i.address), !strings.EqualFold(in.text(fieldTransport, string(i.transport)), string(i.transport)):
		return wsman.NewFault(wsman.CodeSelectorsInputDiffer, "")
	case !isTrue(in.text(fieldEnabled, "true")):
		return wsman.NewFault(wsman.CodeInvalidValues, fmt.Sprintf(
			"Enabled must be true, not %.64q: a listener of this service cannot be kept switched off. Delete it.", in.text(fieldEnabled, "")))
	case !strings.EqualFold(in.text(fieldURLPrefix, urlPrefix), urlPrefix):
		return readOnly(fieldURLPrefix, urlPrefix, in.text(fieldURLPrefix, ""))
	}
	if on, ok := in[fieldListeningOn]; ok && !sameAddresses(on, i.listeningOn) {
		return readOnly(fieldListeningOn, strings.Join(i.listeningOn, ", "), strings.Join(on, ", "))
	}
	return res.checkCertificate(in, i)
}

func isTrue(text string) bool { return strings.EqualFold(text, "true") || text == "1" }

func sameAddresses(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// checkCertificate looks at Hostname and CertificateThumbprint, for which this
// service has no settings: it has one certificate.
func (res *Resource) checkCertificate(in fields, i *instance) error {
	name, print := in.text(fieldHostname, ""), cleanThumbprint(in.text(fieldThumbprint, ""))
	ours := name == "" || strings.EqualFold(name, res.config.Machine)
	if i.transport == HTTP {
		switch {
		case print != "":
			return wsman.NewFault(wsman.CodeThumbprintNotEmpty, "")
		case !ours:
			return readOnly(fieldHostname, res.config.Machine, name)
		}
		return nil
	}
	c, err := res.config.Listeners.Certificate()
	if err != nil {
		return wsman.NewFault(wsman.CodeInternalError, "HTTPS needs a certificate: "+err.Error()).WithCause(err)
	}
	switch {
	case print != "" && !strings.EqualFold(print, thumbprint(c)):
		return wsman.NewFault(wsman.CodeConfigReadOnly, fmt.Sprintf(
			"CertificateThumbprint is %s, and cannot be set to %.64q: this service speaks HTTPS with the certificate in certificate.pem and key.pem of its state directory. Put another one there, and leave the thumbprint out.",
			thumbprint(c), print))
	case !ours && c.VerifyHostname(name) != nil:
		return wsman.NewFault(wsman.CodeCertificateHostname, fmt.Sprintf("The certificate of this service is not for the Hostname %.128q.", name))
	}
	return nil
}

// cleanThumbprint takes out what tools put between the digits.
func cleanThumbprint(s string) string { return strings.NewReplacer(" ", "", ":", "").Replace(s) }

// listenerAddress is an address as the settings have it.
func listenerAddress(host, port string) string { return net.JoinHostPort(host, port) }
