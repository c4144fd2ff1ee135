package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/powershell"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/shellresource"
	"github.com/winrmd/winrmd/shell/winrs"
	"github.com/winrmd/winrmd/wsman"
)

// maxIdleTimeout is the longest idle timeout of a command shell, for which
// Windows has no setting.
const maxIdleTimeout = 2147483647 * time.Millisecond

// catalogue turns settings into the configurations that shells are made from.
// It implements shellhost.Launcher.
type catalogue struct {
	store  *configuration.Store
	engine string // that of the command line; it wins over winrmd.toml
	demo   bool   // the commands written in Go stand in for PowerShell
	local  *account.System
	own    func() (*account.Account, error) // that of this process
	others bool                             // sessions can run as other accounts,

	admission account.Admission // of which this says which
	service   string            // this process's name to a starter that starts its hosts too; empty: it does not
}

func newCatalogue(store *configuration.Store, engine string) *catalogue {
	names := account.Service{Start: process.StartOwn}
	return &catalogue{
		store: store, engine: engine, local: account.NewSystem(names),
		own: sync.OnceValues(func() (*account.Account, error) { return names.Own(context.Background()) }),
	}
}

// Launch implements shellhost.Launcher.
func (c *catalogue) Launch(resourceURI string, client *wsman.Principal) (*shell.Configuration, json.RawMessage, error) {
	service := c.store.Service()
	cfg, plugin, err := c.configuration(service, resourceURI, client)
	if err == nil {
		err = c.setAccount(service, cfg, client)
	}
	if err != nil {
		return nil, nil, err
	}
	return cfg, plugin.encode(), nil
}

// configuration is what a resource URI stands for, if it is for this client.
func (c *catalogue) configuration(service configuration.Service, resourceURI string, client *wsman.Principal) (*shell.Configuration, *plugin, error) {
	session, ok := c.session(resourceURI)
	switch {
	case !service.Winrs.AllowRemoteShellAccess: // MS-WSMV 2.2.4.42
		return nil, nil, wsman.NewFault(wsman.CodeRemoteShellsNotAllowed,
			"Remote shells are switched off on this server: AllowRemoteShellAccess is false in winrm/config/winrs.")
	case !ok && strings.EqualFold(resourceURI, wsman.ResourceCmd):
		cfg, plugin := c.commandShell(service)
		return cfg, &plugin, nil
	case !ok || !session.Enabled || !strings.EqualFold(session.ResourceURI(), resourceURI):
		return nil, nil, shellresource.NoConfiguration(resourceURI)
	case !service.May(client.User, client.Administrator(), &session):
		return nil, nil, wsman.NewFault(wsman.CodeAccessDenied, "")
	}
	switch session.Plugin {
	case configuration.PluginPowerShell:
		cfg, plugin := c.powerShell(service, session)
		return cfg, &plugin, nil
	case configuration.PluginWinrs:
		cfg, plugin := c.commandShell(service)
		common(cfg, session)
		plugin.Winrs.Engine, plugin.Winrs.Environment = c.enginePath(service, session), environment(session)
		return cfg, &plugin, nil
	}
	cfg, plugin := c.runspace(service, session)
	return cfg, &plugin, nil
}

// demoConfiguration is the session configuration that is always there: the
// commands written in Go. A file of that name says more of it, or disables it.
const demoConfiguration = "winrmd.demo"

// standIn is the session configuration that --demo has in Go.
const standIn = "Microsoft.PowerShell"

// session is the session configuration that a resource URI names.
func (c *catalogue) session(resourceURI string) (configuration.Session, bool) {
	name, ok := wsman.PowerShellConfiguration(resourceURI)
	if !ok {
		name, ok = wsman.ShellConfiguration(resourceURI)
	}
	if !ok {
		return configuration.Session{}, false
	}
	session, ok := c.store.Session(name)
	if !ok && strings.EqualFold(name, demoConfiguration) {
		session, ok = configuration.NewSession(demoConfiguration), true
		session.Plugin = configuration.PluginRunspace
	}
	if c.demo && ok && strings.EqualFold(name, standIn) {
		session.Plugin = configuration.PluginRunspace
	}
	return session, ok
}

// enginePath is the engine that a session configuration uses.
func (c *catalogue) enginePath(service configuration.Service, session configuration.Session) string {
	if c.engine != "" && session.EnginePath == "" {
		return c.engine
	}
	return service.Engine(session)
}

// common are the settings that mean the same for every kind of shell.
func common(cfg *shell.Configuration, session configuration.Session) {
	cfg.Name, cfg.RunAs = session.Name, session.RunAsUser
	cfg.IdleTimeout, cfg.MaxIdleTimeout = session.IdleTimeout(), session.MaxIdleTimeout()
	if session.OutputBufferingMode == configuration.BufferDrop {
		cfg.BufferMode = shell.Drop
	}
	cfg.MaxShells, cfg.MaxShellsPerUser = session.MaxShells, session.MaxShellsPerUser
	cfg.MaxConcurrentUsers = session.MaxConcurrentUsers
	cfg.MaxConcurrentCommandsPerShell = session.MaxConcurrentCommandsPerShell
	cfg.Limits.MaxMemoryPerShellMB = limited(session.MaxMemoryPerShellMB)
	cfg.Limits.MaxProcessesPerShell = limited(session.MaxProcessesPerShell)
	cfg.Limits.MaxOpenFilesPerShell = limited(session.MaxOpenFilesPerShell)
	if session.ProcessorWeight != configuration.DefaultProcessorWeight {
		cfg.Limits.ProcessorWeight = session.ProcessorWeight
	}
}

// limited is a limit as package shell has it.
func limited(quota int) int {
	if quota == configuration.Unlimited {
		return 0
	}
	return quota
}

// base are the settings of the service that every shell obeys.
func base(service configuration.Service) *shell.Configuration {
	return &shell.Configuration{
		BufferSize: service.Shell.OutputBufferSize(), SpoolSize: service.Shell.MaxSpool(), TotalSpoolSize: service.Shell.MaxTotalSpool(),
		Limits: shell.Limits{ReclaimMemoryAfter: service.Shell.ReclaimMemoryAfter()},
		Service: shell.ServiceQuotas{
			MaxShellsPerUser: service.Winrs.MaxShellsPerUser, MaxConcurrentUsers: service.Winrs.MaxConcurrentUsers,
		},
	}
}

func (c *catalogue) powerShell(service configuration.Service, session configuration.Session) (*shell.Configuration, plugin) {
	cfg := base(service)
	common(cfg, session)
	cfg.Traits = powershell.Traits()
	cfg.RobustConnectionTimeout = service.Shell.RobustConnectionTimeout()
	return cfg, plugin{PowerShell: &powershell.Config{
		Engine:            c.enginePath(service, session),
		Arguments:         session.EngineArguments,
		ConfigurationFile: session.SessionConfigurationFile,
		StartupScript:     session.StartupScript,
		ModulesToImport:   session.ModulesToImport,
		Environment:       environment(session),
		MaxObjectSize:     session.MaximumReceivedObjectSizeMB << 20,
		MaxDataSize:       session.MaximumReceivedDataSizePerCommandMB << 20,
	}}
}

// environment are a session configuration's variables, in one order always.
func environment(session configuration.Session) []shell.Variable {
	var all []shell.Variable
	for _, name := range slices.Sorted(maps.Keys(session.Environment)) {
		all = append(all, shell.Variable{Name: name, Value: session.Environment[name]})
	}
	return all
}

// commandShell is WinRS's own, which has no session configuration.
func (c *catalogue) commandShell(service configuration.Service) (*shell.Configuration, plugin) {
	cfg := base(service)
	cfg.Name, cfg.Traits = "cmd", winrs.Traits()
	cfg.IdleTimeout, cfg.MaxIdleTimeout = service.Winrs.IdleTimeoutDuration(), maxIdleTimeout
	cfg.MaxConcurrentCommandsPerShell = service.Winrs.MaxConcurrentCommandsPerShell
	cfg.Limits.MaxMemoryPerShellMB = limited(service.Winrs.MaxMemoryPerShellMB)
	cfg.Limits.MaxProcessesPerShell = limited(service.Winrs.MaxProcessesPerShell)
	return cfg, plugin{Winrs: &winrs.Config{Engine: c.enginePath(service, configuration.Session{})}}
}
