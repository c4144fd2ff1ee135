package main

import (
	"path/filepath"
	"time"

	"github.com/winrmd/winrmd/configuration/certmapping"
	"github.com/winrmd/winrmd/configuration/configresource"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// enumerations keep what is not yet pulled, with the limits as they are now.
func (d *daemon) enumerations() *enumeration.Contexts {
	return enumeration.New(enumeration.Config{
		Timeout: func() time.Duration {
			service := d.settings.Service()
			return service.Limits.EnumerationTimeout()
		},
		MaxItems: func() int { return d.settings.Service().Limits.MaxBatchItems },
	})
}

// routeConfiguration enters winrm/config with its parts into a table.
func (d *daemon) routeConfiguration(m *wsman.Mux, contexts *enumeration.Contexts) {
	configresource.New(configresource.Config{
		Settings: d.settings, Enumerations: contexts, Listeners: listening{d},
		Mappings: certmapping.Open(filepath.Join(d.options.state, mappingFile)), Machine: machine(), Log: d.log,
	}).Route(m)
	configresource.NewPlugins(d.store, contexts, d.log).Route(m)
}

// operationsPerUser is how many operations one user may have under way.
func (d *daemon) operationsPerUser() int {
	return d.settings.Service().Limits.MaxConcurrentOperationsPerUser
}
