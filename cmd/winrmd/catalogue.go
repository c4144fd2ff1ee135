package main

import (
	"log/slog"
	"strings"
	"time"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/powershell"
	"github.com/winrmd/winrmd/shell/winrs"
	"github.com/winrmd/winrmd/wsman"
)

// maxIdleTimeout is the longest idle timeout of a command shell, for which
// Windows has no setting.
const maxIdleTimeout = 2147483647 * time.Millisecond

// catalogue turns settings into the configurations that shells are made from.
// It implements shellresource.Configurations.
type catalogue struct {
	store  *configuration.Store
	engine string // that of the command line; it wins over winrmd.toml
	log    *slog.Logger
}

func newCatalogue(store *configuration.Store, engine string, log *slog.Logger) *catalogue {
	return &catalogue{store: store, engine: engine, log: log}
}

// Configuration implements shellresource.Configurations.
func (c *catalogue) Configuration(resourceURI string) *shell.Configuration {
	service := c.store.Service()
	if strings.EqualFold(resourceURI, wsman.ResourceCmd) {
		return c.commandShell(service)
	}
	name, ok := wsman.PowerShellConfiguration(resourceURI)
	if !ok {
		return nil
	}
	session, ok := c.store.Session(name)
	if !ok || !session.Enabled {
		return nil
	}
	return c.powerShell(service, session)
}

// enginePath is the engine that a session configuration uses.
func (c *catalogue) enginePath(service configuration.Service, session configuration.Session) string {
	if c.engine != "" && session.EnginePath == "" {
		return c.engine
	}
	return service.Engine(session)
}

func (c *catalogue) powerShell(service configuration.Service, session configuration.Session) *shell.Configuration {
	mode := shell.Block
	if session.OutputBufferingMode == configuration.BufferDrop {
		mode = shell.Drop
	}
	return &shell.Configuration{
		Name: session.Name,
		Plugin: powershell.New(powershell.Config{
			Engine:            c.enginePath(service, session),
			Arguments:         session.EngineArguments,
			ConfigurationFile: session.SessionConfigurationFile,
			MaxObjectSize:     session.MaximumReceivedObjectSizeMB << 20,
			MaxDataSize:       session.MaximumReceivedDataSizePerCommandMB << 20,
			Logger:            c.log,
		}),
		Traits:      powershell.Traits(),
		IdleTimeout: session.IdleTimeout(), MaxIdleTimeout: session.MaxIdleTimeout(),
		BufferMode:              mode,
		RobustConnectionTimeout: service.Shell.RobustConnectionTimeout(),
		BufferSize:              service.Shell.OutputBufferSize(), SpoolSize: service.Shell.MaxSpool(),
		MaxShells: session.MaxShells, MaxShellsPerUser: session.MaxShellsPerUser,
		MaxConcurrentUsers:            session.MaxConcurrentUsers,
		MaxConcurrentCommandsPerShell: session.MaxConcurrentCommandsPerShell,
	}
}

func (c *catalogue) commandShell(service configuration.Service) *shell.Configuration {
	return &shell.Configuration{
		Name: "cmd",
		Plugin: winrs.New(winrs.Config{
			Engine: c.enginePath(service, configuration.Session{}), Logger: c.log,
		}),
		Traits:      winrs.Traits(),
		IdleTimeout: service.Winrs.IdleTimeoutDuration(), MaxIdleTimeout: maxIdleTimeout,
		BufferSize: service.Shell.OutputBufferSize(), SpoolSize: service.Shell.MaxSpool(),
		MaxShellsPerUser:              service.Winrs.MaxShellsPerUser,
		MaxConcurrentUsers:            service.Winrs.MaxConcurrentUsers,
		MaxConcurrentCommandsPerShell: service.Winrs.MaxConcurrentCommandsPerShell,
	}
}
