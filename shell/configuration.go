package shell

import "time"

// Mode is what happens to output that nobody fetches (MS-WSMV 2.2.5.10).
type Mode int

// The modes.
const (
	// Block keeps all output; the command waits while the buffers are full.
	Block Mode = iota
	// Drop lets the command go on and throws the oldest output away.
	Drop
)

// String is the mode as rsp:BufferMode has it.
func (m Mode) String() string {
	if m == Drop {
		return "Drop"
	}
	return "Block"
}

// MinIdleTimeout is the smallest idle timeout that a client may ask for. No
// setting lowers it.
const MinIdleTimeout = 60 * time.Second

// Configuration is what all shells of one kind share: a session configuration
// with its plug-in, defaults and quotas. It is not changed once it is in use;
// a new value applies to shells made later. As JSON it has everything but the
// plug-in.
type Configuration struct {
	Name   string
	Plugin Plugin `json:"-"`
	Traits Traits

	// Account is the local account that shells run as; empty means the server's
	// own. RunAs is that of the configuration, by its name, and empty where shells
	// run as their owner: whoever is logged on as that account may use them too.
	Account, RunAs string `json:",omitempty"`

	// IdleTimeout is used where the client names none; MaxIdleTimeout is the
	// most that it may name.
	IdleTimeout, MaxIdleTimeout time.Duration
	// BufferMode is used where the client names none.
	BufferMode Mode
	// RobustConnectionTimeout is how long a client may be silent before its
	// shell counts as disconnected; 0 means for ever.
	RobustConnectionTimeout time.Duration

	// BufferSize is how many bytes of output a shell holds before Block stops
	// its engine or Drop starts to drop. SpoolSize is how many it may hold
	// beyond that, on disk where its Spec names a Spool, while something other
	// than output is awaited. TotalSpoolSize is how much all shells of a server
	// may hold on disk together; 0 means no limit.
	BufferSize, SpoolSize, TotalSpoolSize int

	// Quotas of this configuration; 0 means without limit.
	MaxShells                     int
	MaxShellsPerUser              int
	MaxConcurrentUsers            int
	MaxConcurrentCommandsPerShell int
	// Limits are those of what runs in one shell together. Who starts that obeys
	// them; package shell does not.
	Limits Limits `json:",omitzero"`
	// Unattended, if not nil, is called with true when no client is attached any
	// more, and with false when one is. It must not block, or call the shell.
	Unattended func(bool) `json:"-"`
	// Service are the quotas that count the shells of all configurations.
	Service ServiceQuotas
}

// Limits bound what the processes of one shell use; 0 means without limit.
type Limits struct {
	MaxMemoryPerShellMB  int `json:",omitempty"`
	MaxProcessesPerShell int `json:",omitempty"`
	// ProcessorWeight is 1 to 10000, where others have 100.
	ProcessorWeight int `json:",omitempty"`
	// MaxOpenFilesPerShell is for each process.
	MaxOpenFilesPerShell int `json:",omitempty"`
	// ReclaimMemoryAfter is how long a shell is without its client before its
	// memory is given back to the system; 0 means that it is not.
	ReclaimMemoryAfter time.Duration `json:",omitempty"`
}

// ServiceQuotas are quotas over the shells of all configurations (those of
// winrm/config/winrs); 0 means without limit.
type ServiceQuotas struct{ MaxShellsPerUser, MaxConcurrentUsers int }

// Traits is how a kind of shell behaves on the wire.
type Traits struct {
	// ShellStreams are the output streams of the shell itself, CommandStreams
	// those of each command.
	ShellStreams, CommandStreams []string
	// Console shells report CommandState Running with output and end each
	// stream with End="true"; PowerShell's do neither.
	Console bool
	// AnySession lets every client session of the owner use a connected shell.
	// Command shells do: clients of theirs send no or changing SessionIds.
	AnySession bool
}
