package wsman

import "strings"

// Resource URIs. They are compared without regard to case.
const (
	// ResourceShell is all shells, for Enumerate, Get and Delete.
	ResourceShell = NamespaceShell
	// ResourceCommand is the commands of one shell, for Enumerate.
	ResourceCommand = NamespaceShell + "/Command"
	// ResourceCmd is the command shell of WinRS.
	ResourceCmd = NamespaceShell + "/cmd"
	// ResourcePowerShellPrefix is followed by the name of a session
	// configuration.
	ResourcePowerShellPrefix = NamespacePowerShell + "/"

	// ResourceConfig is the root of the service's configuration; parts of it
	// have URIs below it.
	ResourceConfig            = NamespaceConfig
	ResourceConfigClient      = NamespaceConfig + "/client"
	ResourceConfigService     = NamespaceConfig + "/service"
	ResourceConfigServiceAuth = NamespaceConfig + "/service/auth"
	ResourceConfigWinRS       = NamespaceConfig + "/winrs"
	ResourceConfigListener    = NamespaceConfig + "/listener"
	ResourceConfigCertMapping = NamespaceConfig + "/service/certmapping"
	ResourceConfigPlugin      = NamespaceConfig + "/plugin"
)

// ShellConfiguration returns the name of the kind of command shell that a
// resource URI names, and whether it names one.
func ShellConfiguration(resourceURI string) (name string, ok bool) {
	return after(ResourceShell+"/", resourceURI)
}

// PowerShellConfiguration returns the name of the session configuration that
// a resource URI names, and whether it names one.
func PowerShellConfiguration(resourceURI string) (name string, ok bool) {
	return after(ResourcePowerShellPrefix, resourceURI)
}

// after is what comes after a prefix in any case of letters, if something does.
func after(prefix, resourceURI string) (string, bool) {
	n := len(prefix)
	if len(resourceURI) <= n || !strings.EqualFold(resourceURI[:n], prefix) {
		return "", false
	}
	return resourceURI[n:], true
}
