package endpoint

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanserver"
)

// DefaultConfiguration is the session configuration that clients ask for where
// they name none.
const DefaultConfiguration = "Microsoft.PowerShell"

// Config says what a Server is.
type Config struct {
	// Users are who may log on, with their passwords. At least one is needed,
	// unless Authenticator is set.
	Users map[string]string
	// Administrators are users who may list and end the sessions of others.
	Administrators []string
	// Authenticator, if not nil, says who a client is, in place of Users.
	Authenticator wsmanserver.Authenticator

	// Configurations are what clients may open sessions of, at least one.
	Configurations []Configuration
	// MaxShells is how many sessions there may be, and MaxShellsPerUser how many
	// of one user. 0 means 1000 and 100; less than 0 means no limit.
	MaxShells, MaxShellsPerUser int
	// MaxOperationsPerUser is how many requests of a user may be under way; 0
	// means 4294967295 as on Windows: no limit.
	MaxOperationsPerUser int
	// Limits returns the limits of the protocol as they are now; nil means those of
	// Windows.
	Limits func() wsman.Limits
	// AllowUnencrypted lets passwords and messages come in clear over HTTP. It is
	// for tests and for what stands behind a proxy that speaks TLS.
	AllowUnencrypted bool
	// Product and Version say what the program is.
	Product, Version string
	// Log gets what happens; nil means nobody.
	Log *slog.Logger
}

// Configuration is a session configuration: what a session has.
type Configuration struct {
	// Name is what clients name as ConfigurationName; "" means
	// DefaultConfiguration.
	Name string
	// Commands are the endpoint's. commands.Demo has some for first tries.
	Commands []*runspace.Command
	// WithoutSession leaves out what interactive sessions and implicit remoting
	// need beside them: commands.Session.
	WithoutSession bool
	// NoLanguage, Variables and Limits are runspace.Config's. Where there is a
	// language there is commands.Language.
	NoLanguage bool
	Variables  map[string]any
	Limits     runspace.Limits
	// Permit, if not nil, says who may open a session, by the canonical name of
	// the user.
	Permit func(user string) bool

	// IdleTimeout is how long a session lives without a client that asks for
	// nothing else, MaxIdleTimeout the longest that one may ask for. 0 means 2
	// hours and 12 hours, as on Windows.
	IdleTimeout, MaxIdleTimeout time.Duration
	// Drop lets pipelines of disconnected sessions go on when the buffer is full:
	// the oldest output is thrown away. Without it they wait.
	Drop bool
	// BufferSize is how many bytes of output a session keeps that its client has
	// not fetched; 0 means 10 MiB. What is over lies in memory too.
	BufferSize int
	// MaxConcurrentCommands is how many pipelines a session may run at a time; 0
	// means 1000.
	MaxConcurrentCommands int
}

// Defaults.
const (
	defaultShells        = 1000
	defaultShellsPerUser = 100
	defaultCommands      = 1000
	defaultIdle          = 2 * time.Hour
	defaultMaxIdle       = 12 * time.Hour
	robustConnection     = 3 * time.Minute
	defaultBuffer        = 10 << 20
)

// ConfigError says what of a Config cannot be.
type ConfigError struct {
	Configuration string // by name; "" for the Config itself
	Err           error
}

// Error implements error.
func (e *ConfigError) Error() string {
	if e.Configuration == "" {
		return "endpoint: " + e.Err.Error()
	}
	return fmt.Sprintf("endpoint: configuration %s: %v", e.Configuration, e.Err)
}

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

// configured is a Configuration in use.
type configured struct {
	shell  *shell.Configuration
	permit func(string) bool
}

// configurations makes them, by resource URI in lower case.
func (c *Config) configurations() (map[string]configured, error) {
	if len(c.Configurations) == 0 {
		return nil, &ConfigError{Err: errors.New("Configurations is empty")}
	}
	all := map[string]configured{}
	for _, one := range c.Configurations {
		if one.Name == "" {
			one.Name = DefaultConfiguration
		}
		uri := strings.ToLower(wsman.ResourcePowerShellPrefix + one.Name)
		if _, taken := all[uri]; taken {
			return nil, &ConfigError{one.Name, errors.New("there are two of that name")}
		}
		made, err := c.shell(one)
		if err != nil {
			return nil, &ConfigError{one.Name, err}
		}
		all[uri] = configured{made, one.Permit}
	}
	return all, nil
}

func (c *Config) shell(one Configuration) (*shell.Configuration, error) {
	var all []*runspace.Command
	if !one.WithoutSession {
		all = commands.Session()
	}
	if !one.NoLanguage {
		all = append(all, commands.Language()...)
	}
	plugin, err := runspace.New(runspace.Config{
		Commands: append(all, one.Commands...), NoLanguage: one.NoLanguage, Variables: one.Variables, Limits: one.Limits,
		Product: c.Product, Version: c.Version, Logger: c.Log,
	})
	if err != nil {
		return nil, err
	}
	made := &shell.Configuration{
		Name: one.Name, Plugin: plugin, Traits: runspace.Traits(),
		IdleTimeout: orElse(one.IdleTimeout, defaultIdle), MaxIdleTimeout: orElse(one.MaxIdleTimeout, defaultMaxIdle),
		RobustConnectionTimeout: robustConnection,
		BufferSize:              orElse(one.BufferSize, defaultBuffer),
		MaxShells:               quota(c.MaxShells, defaultShells), MaxShellsPerUser: quota(c.MaxShellsPerUser, defaultShellsPerUser),
		MaxConcurrentCommandsPerShell: quota(one.MaxConcurrentCommands, defaultCommands),
	}
	if one.Drop {
		made.BufferMode = shell.Drop
	}
	if made.MaxIdleTimeout < made.IdleTimeout || made.IdleTimeout < shell.MinIdleTimeout {
		return nil, fmt.Errorf("IdleTimeout must be at least %v and not more than MaxIdleTimeout", shell.MinIdleTimeout)
	}
	return made, nil
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// quota is a limit in which less than 0 means none.
func quota(n, standard int) int {
	switch {
	case n < 0:
		return 0
	case n == 0:
		return standard
	}
	return n
}
