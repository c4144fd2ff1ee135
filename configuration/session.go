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
	// SessionConfigurationFile is the absolute path of a .pssc file; empty if
	// there is none.
	SessionConfigurationFile string

	MaxShells                     int
	MaxShellsPerUser              int
	MaxConcurrentUsers            int
	MaxConcurrentCommandsPerShell int

	// The limits on what a client may send: one object, and all data of one
	// command, in MiB.
	MaximumReceivedObjectSizeMB         int
	MaximumReceivedDataSizePerCommandMB int
}

// IdleTimeout is IdleTimeoutMs as a duration.
func (s *Session) IdleTimeout() time.Duration { return milliseconds(s.IdleTimeoutMs) }

// MaxIdleTimeout is MaxIdleTimeoutMs as a duration.
func (s *Session) MaxIdleTimeout() time.Duration { return milliseconds(s.MaxIdleTimeoutMs) }
