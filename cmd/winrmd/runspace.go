package main

import (
	"log/slog"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
)

// runspaceSettings are those of a configuration of kind runspace, as a daemon
// hands them to a host.
type runspaceSettings struct {
	MaxObjectSize, MaxDataSize int
}

// plugin makes the plug-in: winrmd's own commands, which are those of package
// commands. Programs that embed winrmd have others.
func (s *runspaceSettings) plugin(log *slog.Logger) (shell.Plugin, error) {
	return runspace.New(runspace.Config{
		Commands: commands.Demo(), Product: "winrmd", Version: release,
		MaxObjectSize: s.MaxObjectSize, MaxDataSize: s.MaxDataSize, Logger: log,
	})
}

// runspace is a configuration whose commands are written in Go.
func (c *catalogue) runspace(service configuration.Service, session configuration.Session) (*shell.Configuration, plugin) {
	cfg := base(service)
	common(cfg, session)
	cfg.Traits = runspace.Traits()
	cfg.RobustConnectionTimeout = service.Shell.RobustConnectionTimeout()
	return cfg, plugin{Runspace: &runspaceSettings{
		MaxObjectSize: session.MaximumReceivedObjectSizeMB << 20,
		MaxDataSize:   session.MaximumReceivedDataSizePerCommandMB << 20,
	}}
}
