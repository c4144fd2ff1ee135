package configresource

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// listener asks something of one listener.
func listener(action, address, transport, body string) ask {
	if body != "" {
		body = cfg("Listener", "/listener", body)
	}
	return ask{action: action, resource: wsman.ResourceConfigListener, body: body,
		selectors: []wsman.Selector{{Name: "Address", Value: address}, {Name: "Transport", Value: transport}}}
}

// listeningAt is a world whose settings have these addresses.
func listeningAt(t *testing.T, http, https string) *world {
	w := newWorld(t)
	w.listeners.certificate = exampleCertificate(t)
	_, err := w.settings.ChangeService(func(s *configuration.Service) error {
		s.Listener = configuration.Listener{HTTP: http, HTTPS: https}
		return nil
	})
	require.NoError(t, err)
	return w
}

// TestListenerOf: what the settings say is what clients see.
func TestListenerOf(t *testing.T) {
	for address, want := range map[string]string{
		":5985":               "*",
		"192.0.2.1:80":        "IP:192.0.2.1",
		"[2001:db8::1]:80":    "IP:2001:db8::1",
		"[2001:DB8:0::1]:80":  "IP:2001:db8::1",
		"0.0.0.0:80":          "IP:0.0.0.0",
		"localhost:80":        "IP:127.0.0.1",
		"unresolvable.org:80": "IP:unresolvable.org",
	} {
		w := listeningAt(t, address, "none")
		e := w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceConfigListener, who: ann,
			body: "<n:Enumerate><w:OptimizeEnumeration/></n:Enumerate>"}).first().FindElement("./Items/Listener")
		require.NotNil(t, e, address)
		assert.Equal(t, want, e.SelectElement("Address").Text(), address)
		if want != "IP:unresolvable.org" {
			got := w.serve(listener(wsman.ActionGet, want, "http", "")).first()
			assert.Equal(t, outline(e, ""), outline(got, ""))
		}
	}
}

// TestListenerLife is a listener from Create to Delete.
func TestListenerLife(t *testing.T) {
	w := listeningAt(t, "none", "none")
	w.serve(listener(wsman.ActionGet, "*", "HTTP", "")).refused(wsman.CodeResourceNotFound, "Address=*", "HTTP")
	w.serve(listener(wsman.ActionPut, "*", "HTTP", "<cfg:Port>1</cfg:Port>")).refused(wsman.CodeResourceNotFound)
	w.serve(listener(wsman.ActionDelete, "*", "HTTP", "")).refused(wsman.CodeResourceNotFound)

	created := w.serve(listener(wsman.ActionCreate, "*", "HTTP", "")).first()
	assert.True(t, wsman.IsElement(created, wsman.NamespaceTransfer, "ResourceCreated"))
	assert.Equal(t, ":5985", w.settings.Service().Listener.HTTP)
	assert.Equal(t, 1, w.listeners.applied)
	w.serve(listener(wsman.ActionCreate, "*", "HTTP", "")).refused(wsman.CodeAlreadyExists, "Address=*")
	w.serve(listener(wsman.ActionCreate, "IP:192.0.2.1", "HTTP", "")).refused(wsman.CodeAlreadyExists, "one listener for each transport")

	e := w.serve(listener(wsman.ActionPut, "*", "HTTP", "<cfg:Port>8080</cfg:Port>")).first()
	assert.Equal(t, "8080", e.SelectElement("Port").Text())
	assert.Equal(t, ":8080", w.settings.Service().Listener.HTTP)
	assert.Equal(t, 2, w.listeners.applied)

	same := string(wsman.ElementBody(e.Copy()).AppendXML(nil))
	a := listener(wsman.ActionPut, "*", "HTTP", "")
	a.body = same
	w.serve(a).first()
	assert.Equal(t, 2, w.listeners.applied, "nothing to change")

	created = w.serve(listener(wsman.ActionCreate, "IP:2001:DB8:0::1", "HTTPS", "<cfg:Hostname>WEB.example</cfg:Hostname>")).first()
	assert.Equal(t, "[2001:db8::1]:5986", w.settings.Service().Listener.HTTPS)
	e = w.serve(listener(wsman.ActionGet, "ip:2001:db8::1", "HTTPS", "")).first()
	assert.Equal(t, thumbprint(w.listeners.certificate), e.SelectElement("CertificateThumbprint").Text())
	assert.Equal(t, "2001:db8::1", e.SelectElement("ListeningOn").Text())
	w.serve(listener(wsman.ActionPut, "IP:2001:db8::1", "HTTPS", "<cfg:ListeningOn>2001:db8::1</cfg:ListeningOn><cfg:CertificateThumbprint>"+
		strings.ToLower(thumbprint(w.listeners.certificate))+"</cfg:CertificateThumbprint>")).first()

	r := w.serve(listener(wsman.ActionDelete, "*", "HTTP", ""))
	require.Nil(t, r.fault)
	assert.Empty(t, r.body.ChildElements())
	assert.Equal(t, "none", w.settings.Service().Listener.HTTP)
	w.serve(listener(wsman.ActionDelete, "*", "HTTP", "")).refused(wsman.CodeResourceNotFound)
	assert.Contains(t, w.log.String(), "setting=Listener.HTTP from=:8080 to=none user=root")
}

// TestListenerRefused: each mistake has a fault of its own, and nothing changes.
func TestListenerRefused(t *testing.T) {
	const create, put = wsman.ActionCreate, wsman.ActionPut
	for name, test := range map[string]struct {
		ask   ask
		code  wsman.FaultCode
		parts []string
	}{
		"no selectors":      {ask{action: create, resource: wsman.ResourceConfigListener}, wsman.CodeInsufficientSelectors, []string{"Address", "Transport"}},
		"one selector":      {ask{action: create, resource: wsman.ResourceConfigListener, selectors: []wsman.Selector{{Name: "Address", Value: "*"}}}, wsman.CodeInsufficientSelectors, nil},
		"another selector":  {ask{action: create, resource: wsman.ResourceConfigListener, selectors: []wsman.Selector{{Name: "Port", Value: "1"}}}, wsman.CodeUnexpectedSelectors, []string{"Port"}},
		"transport":         {listener(create, "*", "FTP", ""), wsman.CodeUnexpectedSelectors, []string{"FTP"}},
		"MAC":               {listener(create, "MAC:00-11-22-33-44-55", "HTTPS", ""), wsman.CodeListenerAddress, []string{"MAC:00-11-22-33-44-55"}},
		"bare address":      {listener(create, "192.0.2.1", "HTTPS", ""), wsman.CodeListenerAddress, []string{"192.0.2.1"}},
		"no address":        {listener(create, "IP:", "HTTPS", ""), wsman.CodeListenerAddress, nil},
		"name":              {listener(create, "IP:localhost", "HTTPS", ""), wsman.CodeListenerAddress, nil},
		"port 0":            {listener(create, "*", "HTTPS", "<cfg:Port>0</cfg:Port>"), wsman.CodeConfigPort, []string{"1 to 65535", `"0"`}},
		"port 65536":        {listener(put, "*", "HTTP", "<cfg:Port>65536</cfg:Port>"), wsman.CodeConfigPort, []string{"65536"}},
		"port, text":        {listener(put, "*", "HTTP", "<cfg:Port>http</cfg:Port>"), wsman.CodeConfigPort, nil},
		"switched off":      {listener(put, "*", "HTTP", "<cfg:Enabled>false</cfg:Enabled>"), wsman.CodeInvalidValues, []string{"Enabled", "Delete it"}},
		"created off":       {listener(create, "*", "HTTPS", "<cfg:Enabled>False</cfg:Enabled>"), wsman.CodeInvalidValues, []string{"Enabled"}},
		"prefix":            {listener(put, "*", "HTTP", "<cfg:URLPrefix>wsman2</cfg:URLPrefix>"), wsman.CodeConfigReadOnly, []string{"URLPrefix", "wsman2"}},
		"listening on":      {listener(put, "*", "HTTP", "<cfg:ListeningOn>192.0.2.1</cfg:ListeningOn>"), wsman.CodeConfigReadOnly, []string{"ListeningOn"}},
		"address":           {listener(put, "*", "HTTP", "<cfg:Address>IP:192.0.2.1</cfg:Address>"), wsman.CodeSelectorsInputDiffer, nil},
		"other transport":   {listener(put, "*", "HTTP", "<cfg:Transport>HTTPS</cfg:Transport>"), wsman.CodeSelectorsInputDiffer, nil},
		"HTTP, thumbprint":  {listener(put, "*", "HTTP", "<cfg:CertificateThumbprint>AB</cfg:CertificateThumbprint>"), wsman.CodeThumbprintNotEmpty, nil},
		"HTTP, host name":   {listener(put, "*", "HTTP", "<cfg:Hostname>elsewhere</cfg:Hostname>"), wsman.CodeConfigReadOnly, []string{"Hostname", "elsewhere"}},
		"HTTPS, thumbprint": {listener(create, "*", "HTTPS", "<cfg:CertificateThumbprint>AB</cfg:CertificateThumbprint>"), wsman.CodeConfigReadOnly, []string{"AB", "certificate.pem"}},
		"HTTPS, host name":  {listener(create, "*", "HTTPS", "<cfg:Hostname>elsewhere.example</cfg:Hostname>"), wsman.CodeCertificateHostname, []string{"elsewhere.example"}},
		"unknown element":   {listener(put, "*", "HTTP", "<cfg:Ports>1</cfg:Ports>"), wsman.CodeSchemaValidation, []string{"Ports"}},
		"twice":             {listener(put, "*", "HTTP", "<cfg:Port>1</cfg:Port><cfg:port>2</cfg:port>"), wsman.CodeSchemaValidation, []string{"Port", "twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := listeningAt(t, ":5985", "none")
			w.serve(test.ask).refused(test.code, test.parts...)
			assert.Equal(t, configuration.Listener{HTTP: ":5985", HTTPS: "none"}, w.settings.Service().Listener)
			assert.Zero(t, w.listeners.applied)
		})
	}
}

// TestListenerWithoutCertificate: HTTPS needs one.
func TestListenerWithoutCertificate(t *testing.T) {
	w := listeningAt(t, "none", "none")
	w.listeners.certificate = nil
	w.serve(listener(wsman.ActionCreate, "*", "HTTPS", "")).refused(wsman.CodeInternalError, "certificate")
	w.serve(listener(wsman.ActionCreate, "*", "HTTP", "")).first()
}

// TestListenerNotOpened: where it cannot be opened, the setting is put back.
func TestListenerNotOpened(t *testing.T) {
	w := listeningAt(t, ":5985", "none")
	w.listeners.fail = errors.New("cannot assign requested address")
	w.serve(listener(wsman.ActionPut, "*", "HTTP", "<cfg:Port>80</cfg:Port>")).refused(wsman.CodeInvalidValues, ":80", "cannot assign requested address")
	assert.Equal(t, ":5985", w.settings.Service().Listener.HTTP)
}

// TestListenerFixed: what the settings have no say in cannot be changed.
func TestListenerFixed(t *testing.T) {
	w := listeningAt(t, ":5985", "none")
	w.listeners.fixed = "was opened by systemd"
	for _, a := range []ask{
		listener(wsman.ActionPut, "*", "HTTP", "<cfg:Port>80</cfg:Port>"), listener(wsman.ActionDelete, "*", "HTTP", ""),
		listener(wsman.ActionCreate, "*", "HTTPS", ""),
	} {
		w.serve(a).refused(wsman.CodeConfigReadOnly, "was opened by systemd")
	}
	assert.Equal(t, configuration.Listener{HTTP: ":5985", HTTPS: "none"}, w.settings.Service().Listener)
}

// TestListenerFilter: an enumeration may be of one transport or address.
func TestListenerFilter(t *testing.T) {
	w := listeningAt(t, ":5985", "192.0.2.1:5986")
	count := func(name, value string) int {
		e := w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceConfigListener, body: `<n:Enumerate><w:OptimizeEnumeration/><w:Filter Dialect="` +
			wsman.SelectorFilterDialect + `"><w:SelectorSet><w:Selector Name="` + name + `">` + value + `</w:Selector></w:SelectorSet></w:Filter></n:Enumerate>`}).first()
		return len(e.FindElements("./Items/Listener"))
	}
	assert.Equal(t, 1, count("Transport", "HTTP"))
	assert.Equal(t, 1, count("Address", "ip:192.0.2.1"))
	assert.Equal(t, 0, count("Address", "IP:192.0.2.2"))
	assert.Equal(t, 0, count("Anything", "x"))
}

// TestListeningOn are the addresses of this machine that the filters leave.
func TestListeningOn(t *testing.T) {
	limits := &configuration.ServiceLimits{IPv4Filter: "*", IPv6Filter: "*"}
	assert.Empty(t, listeningOn(netip.AddrPort{}, limits))
	assert.Equal(t, []string{"192.0.2.1"}, listeningOn(netip.MustParseAddrPort("[::ffff:192.0.2.1]:1"), limits))
	all := listeningOn(netip.MustParseAddrPort("[::]:1"), limits)
	assert.Contains(t, all, "127.0.0.1")
	for _, a := range listeningOn(netip.MustParseAddrPort("0.0.0.0:1"), limits) {
		assert.True(t, netip.MustParseAddr(a).Is4(), a)
	}
	limits.IPv4Filter = ""
	assert.Empty(t, listeningOn(netip.MustParseAddrPort("192.0.2.1:1"), limits))
	assert.Contains(t, listeningOn(netip.MustParseAddrPort("[::]:1"), limits), "127.0.0.1", "which is always taken")
}
