package configuration

import (
	"slices"
	"strings"
	"time"
)

// ListenerOff is the address of a listener that is switched off.
const ListenerOff = "none"

// Service holds the settings of the service, as winrmd.toml has them. Fields
// are in the units that their names say. A Service that a Store gave is never
// changed, neither by the Store nor by who has it.
type Service struct {
	// Administrators are the users who may list, get and delete all shells.
	Administrators []string
	// AllowUnencrypted allows Basic authentication and clear messages over HTTP.
	AllowUnencrypted bool
	// Listener says where requests are waited for.
	Listener Listener
	// Limits are those of WS-Management itself, from table [Service].
	Limits ServiceLimits `toml:"Service"`
	// Shell holds what every kind of shell obeys.
	Shell Shell
	// Winrs holds the settings of command shells, and quotas over all shells.
	Winrs Winrs
	// PowerShell holds the settings of PowerShell sessions.
	PowerShell PowerShell
}

// Listener holds the addresses to listen at: "host:port", ":port" for every
// address of the machine, or ListenerOff.
type Listener struct {
	HTTP  string
	HTTPS string
}

// ServiceLimits are the limits of winrm/config and winrm/config/service.
type ServiceLimits struct {
	MaxEnvelopeSizekb    int
	MaxTimeoutms         int
	EnumerationTimeoutms int
	// MaxConnections is 0 for no limit.
	MaxConnections int
}

// MaxEnvelopeSize is the largest envelope in bytes.
func (l ServiceLimits) MaxEnvelopeSize() int { return l.MaxEnvelopeSizekb << 10 }

// MaxTimeout is the longest OperationTimeout that a request gets.
func (l ServiceLimits) MaxTimeout() time.Duration { return milliseconds(l.MaxTimeoutms) }

// EnumerationTimeout is how long an enumeration waits for the next Pull.
func (l ServiceLimits) EnumerationTimeout() time.Duration {
	return milliseconds(l.EnumerationTimeoutms)
}

// Shell holds the settings that every kind of shell obeys.
type Shell struct {
	RobustConnectionTimeoutMs int
	OutputBufferSizeMB        int
	MaxSpoolMB                int
}

// RobustConnectionTimeout is how long a silent client keeps its shell.
func (s Shell) RobustConnectionTimeout() time.Duration {
	return milliseconds(s.RobustConnectionTimeoutMs)
}

// OutputBufferSize is how much output of one shell is buffered, in bytes.
func (s Shell) OutputBufferSize() int { return s.OutputBufferSizeMB << 20 }

// MaxSpool is how much output of one shell is kept beyond that, in bytes.
func (s Shell) MaxSpool() int { return s.MaxSpoolMB << 20 }

// Winrs holds the settings of winrm/config/winrs: those of command shells, and
// the quotas that count the shells of all kinds.
type Winrs struct {
	// IdleTimeout is in milliseconds.
	IdleTimeout                   int
	MaxConcurrentUsers            int
	MaxShellsPerUser              int
	MaxConcurrentCommandsPerShell int
}

// IdleTimeoutDuration is the idle timeout of a command shell whose client
// asked for none.
func (w Winrs) IdleTimeoutDuration() time.Duration { return milliseconds(w.IdleTimeout) }

// PowerShell holds the settings of PowerShell sessions.
type PowerShell struct {
	// Path is the engine: an absolute path, or a name found on PATH; empty
	// means DefaultEngine.
	Path string
}

// DefaultEngine is the engine where no setting names one, found on PATH.
const DefaultEngine = "pwsh"

// Administrator reports whether a user is in the list of administrators.
func (s *Service) Administrator(user string) bool {
	return slices.ContainsFunc(s.Administrators, func(a string) bool { return strings.EqualFold(a, user) })
}

// Engine is the engine of a session configuration: its own, else the
// service's, else DefaultEngine.
func (s *Service) Engine(of Session) string {
	switch {
	case of.EnginePath != "":
		return of.EnginePath
	case s.PowerShell.Path != "":
		return s.PowerShell.Path
	}
	return DefaultEngine
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
