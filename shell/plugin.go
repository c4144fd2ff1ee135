package shell

import (
	"context"
	"time"
)

// Plugin is a kind of shell: what runs in it and how it is talked to.
type Plugin interface {
	// Open starts what the shell runs and returns when it takes commands. It
	// must end when ctx does, and leave nothing behind when it fails. What it
	// starts lives until Instance.Close, not until ctx ends.
	Open(ctx context.Context, r *OpenRequest, host Host) (Instance, error)
}

// Instance is one running shell of a Plugin. Its methods may be called at the
// same time by several goroutines.
type Instance interface {
	// Command starts a command whose output goes to cmd. A command that ends
	// calls cmd.Finish.
	Command(ctx context.Context, cmd *Command, r *CommandRequest) error
	// Send gives input to a command, or to the shell itself if cmd is nil.
	Send(ctx context.Context, cmd *Command, in Input) error
	// Signal acts on a running command; cmd is nil where a client names none,
	// which has no effect. The shell forgets a command after
	// SignalTerminate; the plug-in must end it and free what it holds.
	Signal(ctx context.Context, cmd *Command, s Signal) error
	// ProcessID is the process that the shell runs in; 0 where there is none.
	ProcessID() int
	// Close ends every command and the shell's processes and waits for them.
	// It returns by the end of ctx at the latest, having killed what was left.
	Close(ctx context.Context) error
}

// Connector is implemented by an Instance that a new client can connect to.
type Connector interface {
	// Connect makes the instance ready for a new client: in is what the client
	// sent (connectXml), the result what it is answered (connectResponseXml).
	// Called with the shell already attached to the new client.
	Connect(ctx context.Context, in Data) (Data, error)
	// ConnectCommand makes one command ready for a new client.
	ConnectCommand(ctx context.Context, cmd *Command) error
}

// Cutter is implemented by an Instance whose pieces must be cut by rules of
// its own where they do not fit an answer. Without it pieces are cut anywhere.
type Cutter interface {
	// Cut returns the part of d that begins at offset from (0, or what Cut
	// returned as next before) and takes at most max bytes as base64 text, and
	// where the rest begins (next == 0: there is none). shift is the number of
	// cuts made in earlier pieces of the same object, plus those made in d so
	// far: by it fragment ids are renumbered.
	Cut(d Data, from, shift, max int) (part Data, next int)
}

// Host is the shell as its Instance sees it.
type Host interface {
	// Stream is a stream of the shell itself.
	Stream(name string) *Stream
	// Ended reports that the instance ended by itself, for example because its
	// process died. The shell and its commands end with err as the reason.
	Ended(err error)
	// WaitRoom blocks while the shell's buffers are full and nobody waits for
	// anything that only reading on can bring. On a closed shell it never
	// blocks: what is read then is thrown away.
	WaitRoom()
	// Expect says that something is awaited from the instance's process (an
	// acknowledgement), so that reading must go on; the result takes it back.
	Expect() (done func())
}

// OpenRequest is what a client asks for at Create.
type OpenRequest struct {
	ShellID          string // upper case GUID
	Name             string
	Owner            string // canonical user name
	Account          string // local account that it runs as; empty: the server's own
	Environment      []Variable
	WorkingDirectory string
	Options          map[string]string // by upper case name
	InputStreams     []string
	OutputStreams    []string
	// Creation is the plug-in's own content of the request (creationXml).
	Creation Data `json:"-"`
}

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// CommandRequest is what a client asks to run.
type CommandRequest struct {
	Line      string            // the command line's first element
	Arguments []Data            // the elements after it, in order
	Options   map[string]string // by upper case name
}

// Input is a piece of input.
type Input struct {
	Stream string
	Data   Data
	End    bool // no more input on this stream
}

// Signal is what may be signalled to a command (MS-WSMV 2.2.4.38).
type Signal int

// The signals. A code that is none of these acts as SignalTerminate on a
// PowerShell pipeline and is refused by a command shell.
const (
	SignalTerminate Signal = iota + 1
	SignalCtrlC
	SignalCtrlBreak
	SignalStop // PowerShell's own: stop the pipeline, keep its output
)

// CloseTimeout is how long Instance.Close may take before it kills.
const CloseTimeout = 5 * time.Second
