package configresource

import (
	"context"
	"log/slog"

	"github.com/winrmd/winrmd/configuration"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/enumeration"
)

// Settings are the service's settings. *configuration.Store has them.
type Settings interface {
	// Service gives them as they are now.
	Service() configuration.Service
	// ChangeService changes them as edit says, and returns them. The error is
	// edit's, or holds *configuration.FileErrors.
	ChangeService(edit func(*configuration.Service) error) (configuration.Service, error)
}

// Config is what a Resource is made from.
type Config struct {
	Settings Settings
	// Enumerations keep what is not yet pulled.
	Enumerations *enumeration.Contexts
	// Listeners are those of the service.
	Listeners Listeners
	// Mappings say whom client certificates stand for; nil: nobody may ask.
	Mappings Mappings
	// Machine is the name of this computer.
	Machine string
	// Log is told of every change; nil: nobody is.
	Log *slog.Logger
}

// Resource serves winrm/config. It may be used by several goroutines.
type Resource struct{ config Config }

// New makes a Resource.
func New(c Config) *Resource {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Resource{config: c}
}

// Route enters the resource with its parts into a table.
func (res *Resource) Route(m *wsman.Mux) {
	for part := range parts {
		m.Handle(wsman.ResourceConfig+part, []string{wsman.ActionGet}, wsman.HandlerFunc(res.get))
		m.Handle(wsman.ResourceConfig+part, []string{wsman.ActionPut}, administrators(res.put))
	}
	res.routeListeners(m)
	if res.config.Mappings != nil {
		res.routeMappings(m)
	}
}

// administrators is a Handler that serves nobody else.
func administrators(h wsman.HandlerFunc) wsman.Handler {
	return wsman.HandlerFunc(func(ctx context.Context, r *wsman.Request) (*wsman.Response, error) {
		if !r.Principal.Administrator() {
			return nil, wsman.NewFault(wsman.CodeAccessDenied,
				"Access is denied. Only those who are in Administrators of winrmd.toml may change the configuration.")
		}
		return h(ctx, r)
	})
}
