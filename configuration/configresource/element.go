package configresource

import (
	"strconv"
	"strings"

	"github.com/winrmd/winrmd/configuration"
)

// element is an element of cfg:Config that has no others in it.
type element struct {
	// path is its place below cfg:Config, with slashes between.
	path string
	// key is the setting that it shows; empty where there is none.
	key string
	// fixed is the value of one that nobody can change: what Windows has.
	fixed string
}

// elements are all of cfg:Config in Windows' order (recorded).
var elements = []element{
	{path: "MaxEnvelopeSizekb", key: "Service.MaxEnvelopeSizekb"},
	{path: "MaxTimeoutms", key: "Service.MaxTimeoutms"},
	{path: "MaxBatchItems", key: "Service.MaxBatchItems"},
	{path: "MaxProviderRequests", fixed: "4294967295"},

	{path: "Client/NetworkDelayms", key: "Client.NetworkDelayms"},
	{path: "Client/URLPrefix", fixed: urlPrefix},
	{path: "Client/AllowUnencrypted", key: "Client.AllowUnencrypted"},
	{path: "Client/Auth/Basic", key: "Client.Auth.Basic"},
	{path: "Client/Auth/Digest", key: "Client.Auth.Digest"},
	{path: "Client/Auth/Kerberos", key: "Client.Auth.Kerberos"},
	{path: "Client/Auth/Negotiate", key: "Client.Auth.Negotiate"},
	{path: "Client/Auth/Certificate", key: "Client.Auth.Certificate"},
	{path: "Client/Auth/CredSSP", key: "Client.Auth.CredSSP"},
	{path: "Client/DefaultPorts/HTTP", fixed: defaultPortHTTP},
	{path: "Client/DefaultPorts/HTTPS", fixed: defaultPortHTTPS},
	{path: "Client/TrustedHosts", key: "Client.TrustedHosts"},

	{path: "Service/RootSDDL", fixed: "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)"},
	{path: "Service/MaxConcurrentOperations", fixed: "4294967295"},
	{path: "Service/MaxConcurrentOperationsPerUser", key: "Service.MaxConcurrentOperationsPerUser"},
	{path: "Service/EnumerationTimeoutms", key: "Service.EnumerationTimeoutms"},
	{path: "Service/MaxConnections", key: "Service.MaxConnections"},
	{path: "Service/MaxPacketRetrievalTimeSeconds", key: "Service.MaxPacketRetrievalTimeSeconds"},
	{path: "Service/AllowUnencrypted", key: "AllowUnencrypted"},
	{path: "Service/Auth/Basic", key: "Auth.Basic"},
	{path: "Service/Auth/Kerberos", key: "Auth.Kerberos"},
	{path: "Service/Auth/Negotiate", key: "Auth.Negotiate"},
	{path: "Service/Auth/Certificate", key: "Auth.Certificate"},
	{path: "Service/Auth/CredSSP", key: "Auth.CredSSP"},
	{path: "Service/Auth/CbtHardeningLevel", key: "Auth.CbtHardeningLevel"},
	{path: "Service/DefaultPorts/HTTP", fixed: defaultPortHTTP},
	{path: "Service/DefaultPorts/HTTPS", fixed: defaultPortHTTPS},
	{path: "Service/IPv4Filter", key: "Service.IPv4Filter"},
	{path: "Service/IPv6Filter", key: "Service.IPv6Filter"},
	{path: "Service/EnableCompatibilityHttpListener", fixed: "false"},
	{path: "Service/EnableCompatibilityHttpsListener", fixed: "false"},
	{path: "Service/CertificateThumbprint"},
	{path: "Service/AllowRemoteAccess", fixed: "true"},

	{path: "Winrs/AllowRemoteShellAccess", key: "Winrs.AllowRemoteShellAccess"},
	{path: "Winrs/IdleTimeout", key: "Winrs.IdleTimeout"},
	{path: "Winrs/MaxConcurrentUsers", key: "Winrs.MaxConcurrentUsers"},
	{path: "Winrs/MaxShellRunTime", fixed: "2147483647"},
	{path: "Winrs/MaxProcessesPerShell", key: "Winrs.MaxProcessesPerShell"},
	{path: "Winrs/MaxMemoryPerShellMB", key: "Winrs.MaxMemoryPerShellMB"},
	{path: "Winrs/MaxShellsPerUser", key: "Winrs.MaxShellsPerUser"},
}

const (
	urlPrefix        = "wsman"
	defaultPortHTTP  = "5985"
	defaultPortHTTPS = "5986"
)

// parts are the elements that have a resource of their own, by what its URI has
// after that of cfg:Config, in lower case. The value is the element's path.
var parts = map[string]string{
	"":                      "",
	"/client":               "Client",
	"/client/auth":          "Client/Auth",
	"/client/defaultports":  "Client/DefaultPorts",
	"/service":              "Service",
	"/service/auth":         "Service/Auth",
	"/service/defaultports": "Service/DefaultPorts",
	"/winrs":                "Winrs",
}

// below is what a path has after that of a part, and whether it is in the part.
func below(part, path string) (string, bool) {
	if part == "" {
		return path, true
	}
	return strings.CutPrefix(path, part+"/")
}

// elementName is the name of a part's own element.
func elementName(part string) string {
	if part == "" {
		return "Config"
	}
	return part[strings.LastIndexByte(part, '/')+1:]
}

// elementOf is the element that shows a setting.
func elementOf(key string) (element, bool) {
	for _, e := range elements {
		if e.key == key {
			return e, true
		}
	}
	return element{}, false
}

// values are the settings of the service by their keys.
func values(s *configuration.Service) map[string]configuration.Value {
	all := map[string]configuration.Value{}
	for _, v := range s.Values() {
		all[v.Key()] = v
	}
	return all
}

// text is the element's value.
func (e element) text(values map[string]configuration.Value) string {
	if e.key == "" {
		return e.fixed
	}
	return valueText(values[e.key].Value)
}

// valueText is a setting's value as XML Schema has it.
func valueText(value any) string {
	switch v := value.(type) {
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case string:
		return v
	}
	return ""
}
