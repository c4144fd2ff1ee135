package configresource

import (
	"context"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
)

// Settings gives the service's settings as they are now.
type Settings interface{ Service() configuration.Service }

// Resource serves winrm/config.
type Resource struct{ settings Settings }

// New makes a Resource.
func New(s Settings) *Resource { return &Resource{settings: s} }

// parts are the elements that have a resource of their own, by the last part
// of its URI in lower case.
var parts = map[string][]string{
	"":                     nil,
	"/client":              {"Client"},
	"/client/auth":         {"Client", "Auth"},
	"/client/defaultports": {"Client", "DefaultPorts"},
	"/service":             {"Service"},
	"/service/auth":        {"Service", "Auth"},
	"/service/defaultports": {
		"Service", "DefaultPorts",
	},
	"/winrs": {"Winrs"},
}

// Route enters the resource into a table.
func (res *Resource) Route(m *wsman.Mux) {
	for part := range parts {
		m.Handle(wsman.ResourceConfig+part, []string{wsman.ActionGet}, wsman.HandlerFunc(res.get))
	}
}

// get gives the configuration or a part of it. A part is in a namespace of its
// own, which is its URI.
func (res *Resource) get(_ context.Context, r *wsman.Request) (*wsman.Response, error) {
	e := configElement(res.settings.Service())
	part := strings.TrimPrefix(strings.ToLower(r.Header.ResourceURI), strings.ToLower(wsman.ResourceConfig))
	for _, name := range parts[part] {
		e = e.SelectElement("cfg:" + name)
	}
	e.CreateAttr("xmlns:cfg", wsman.ResourceConfig+part)
	return &wsman.Response{Body: wsman.ElementBody(e)}, nil
}

// configElement is the cfg:Config, its elements in Windows' order. What winrmd
// has no setting for has the value that Windows has in its place.
func configElement(s configuration.Service) *etree.Element {
	e := etree.NewElement("cfg:Config")
	set(e, "MaxEnvelopeSizekb", s.Limits.MaxEnvelopeSizekb)
	set(e, "MaxTimeoutms", s.Limits.MaxTimeoutms)
	set(e, "MaxBatchItems", 32000)
	set(e, "MaxProviderRequests", 4294967295)
	addClient(e.CreateElement("cfg:Client"))
	addService(e.CreateElement("cfg:Service"), s)
	addWinrs(e.CreateElement("cfg:Winrs"), s.Winrs)
	return e
}

func addClient(e *etree.Element) {
	set(e, "NetworkDelayms", 5000)
	set(e, "URLPrefix", "wsman")
	set(e, "AllowUnencrypted", false)
	authElement := e.CreateElement("cfg:Auth")
	for _, scheme := range []string{"Basic", "Digest", "Kerberos", "Negotiate", "Certificate"} {
		set(authElement, scheme, true)
	}
	set(authElement, "CredSSP", false)
	addPorts(e)
	set(e, "TrustedHosts", "")
}

func addService(e *etree.Element, s configuration.Service) {
	set(e, "RootSDDL", "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)")
	set(e, "MaxConcurrentOperations", 4294967295)
	set(e, "MaxConcurrentOperationsPerUser", 1500)
	set(e, "EnumerationTimeoutms", s.Limits.EnumerationTimeoutms)
	set(e, "MaxConnections", s.Limits.MaxConnections)
	set(e, "MaxPacketRetrievalTimeSeconds", 120)
	set(e, "AllowUnencrypted", s.AllowUnencrypted)
	authElement := e.CreateElement("cfg:Auth")
	set(authElement, "Basic", true)
	for _, scheme := range []string{"Kerberos", "Negotiate", "Certificate", "CredSSP"} {
		set(authElement, scheme, false)
	}
	set(authElement, "CbtHardeningLevel", "Relaxed")
	addPorts(e)
	set(e, "IPv4Filter", "*")
	set(e, "IPv6Filter", "*")
	set(e, "EnableCompatibilityHttpListener", false)
	set(e, "EnableCompatibilityHttpsListener", false)
	set(e, "CertificateThumbprint", "")
	set(e, "AllowRemoteAccess", true)
}

func addWinrs(e *etree.Element, w configuration.Winrs) {
	set(e, "AllowRemoteShellAccess", true)
	set(e, "IdleTimeout", w.IdleTimeout)
	set(e, "MaxConcurrentUsers", w.MaxConcurrentUsers)
	set(e, "MaxShellRunTime", configuration.Unlimited)
	set(e, "MaxProcessesPerShell", configuration.Unlimited)
	set(e, "MaxMemoryPerShellMB", configuration.Unlimited)
	set(e, "MaxShellsPerUser", w.MaxShellsPerUser)
}

func addPorts(e *etree.Element) {
	ports := e.CreateElement("cfg:DefaultPorts")
	set(ports, "HTTP", 5985)
	set(ports, "HTTPS", 5986)
}

// set adds an element with a value.
func set[V int | bool | string](e *etree.Element, name string, value V) {
	text := ""
	switch v := any(value).(type) {
	case int:
		text = strconv.Itoa(v)
	case bool:
		text = strconv.FormatBool(v)
	case string:
		text = v
	}
	e.CreateElement("cfg:" + name).SetText(text)
}
