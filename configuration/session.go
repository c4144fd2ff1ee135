package configuration

import "time"

// The output buffering modes (MS-WSMV 2.2.5.10).
const (
	// BufferBlock suspends the command while the buffer is full.
	BufferBlock = "Block"
	// BufferDrop throws away the oldest output.
	BufferDrop = "Drop"
)

// Session is a session configuration, what WinRM calls a plug-in's: what a
// client gets that opens a PowerShell session by this name. Quotas of Unlimited
// do not limit.
type Session struct {
	// Name is the configuration's name in the spelling of its file.
	Name string `toml:"-"`
	// Enabled is false where nobody may open a session with it.
	Enabled bool
	// Plugin is the kind of what is opened: PluginPowerShell, PluginRunspace or
	// PluginWinrs.
	Plugin string
	// Permission are the users and groups who may open sessions; none means
	// everybody who can log on.
	Permission []string
	// RunAsUser is the local account that sessions run as; empty means that of the
	// user who opens one.
	RunAsUser string
	// IdleTimeoutMs is the idle timeout of a session whose client asked for
	// none, MaxIdleTimeoutMs the longest that a client may ask for.
	IdleTimeoutMs    int
	MaxIdleTimeoutMs int
	// OutputBufferingMode is BufferBlock or BufferDrop.
	OutputBufferingMode string
	// EnginePath is an absolute path or a name found on PATH; empty means the
	// service's. EngineArguments come before the server's own.
	EnginePath      string
	EngineArguments []string
	// PSVersion is the version of the engine as major.minor; empty means any.
	PSVersion string
	// SessionConfigurationFile is the absolute path of a .pssc file; empty if
	// there is none.
	SessionConfigurationFile string
	// StartupScript is the absolute path of a script that runs when a session is
	// opened, ModulesToImport the modules that are imported before it. Neither
	// goes together with SessionConfigurationFile.
	StartupScript   string
	ModulesToImport []string

	MaxShells                     int
	MaxShellsPerUser              int
	MaxConcurrentUsers            int
	MaxConcurrentCommandsPerShell int
	MaxProcessesPerShell          int
	// MaxMemoryPerShellMB is in MiB.
	MaxMemoryPerShellMB int
	// ProcessorWeight is 1 to 10000, and 100 for who has no weight.
	ProcessorWeight int
	// MaxOpenFilesPerShell is for each process of a session.
	MaxOpenFilesPerShell int

	// The limits on what a client may send: one object, and all data of one
	// command, in MiB.
	MaximumReceivedObjectSizeMB         int
	MaximumReceivedDataSizePerCommandMB int

	// UseSharedProcess and ProcessIdleTimeoutSec (in seconds) are kept for
	// Windows: each session has a process of its own.
	UseSharedProcess      bool
	ProcessIdleTimeoutSec int

	// Environment are variables of the engine's environment, by name.
	Environment map[string]string
	// Windows is what the plug-in's XML on Windows has and winrmd makes no use
	// of, by name; it is kept for export.
	Windows map[string]string
}

// The kinds of plug-in.
const (
	// PluginPowerShell runs a PowerShell engine in a process of its own.
	PluginPowerShell = "powershell"
	// PluginRunspace is a PowerShell endpoint whose commands are written in Go.
	PluginRunspace = "runspace"
	// PluginWinrs is a command shell.
	PluginWinrs = "winrs"
)

// NewSession is a session configuration with every setting at its default.
func NewSession(name string) Session {
	t := sessionSchema(name).defaults()
	t.Name = name
	return t
}

// ResourceURI is what clients name when they open a session with it.
func (s *Session) ResourceURI() string {
	if s.Plugin == PluginWinrs {
		return "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/" + s.Name
	}
	return "http://schemas.microsoft.com/powershell/" + s.Name
}

// IdleTimeout is IdleTimeoutMs as a duration.
func (s *Session) IdleTimeout() time.Duration { return milliseconds(s.IdleTimeoutMs) }

// MaxIdleTimeout is MaxIdleTimeoutMs as a duration.
func (s *Session) MaxIdleTimeout() time.Duration { return milliseconds(s.MaxIdleTimeoutMs) }
