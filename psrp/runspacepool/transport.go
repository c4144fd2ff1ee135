package runspacepool

import (
	"context"
	"errors"
	"time"
)

// Transport is a shell at a server, as a runspace pool needs it: WS-Management's
// (MS-WSMV 3.1.4), or anything else that keeps its rules. What is called content
// or fragments are whole fragments (MS-PSRP 2.2.4), one after the other.
//
// Every method may be called while others run. When a context ends, a method
// returns; what the server does then is not known. Where the server says, or the
// client must assume, that the shell is disconnected from this client, the error
// is one for which errors.Is(err, ErrDisconnected).
type Transport interface {
	// Create creates the shell with content as its creationXml.
	Create(ctx context.Context, content []byte) error
	// Connect comes to the shell as a new client, with content as its connectXml,
	// and returns the connectResponseXml.
	Connect(ctx context.Context, content []byte) ([]byte, error)
	// Disconnect leaves the shell at the server.
	Disconnect(ctx context.Context, o DisconnectOptions) error
	// Reconnect comes back to it, as the client that has left.
	Reconnect(ctx context.Context) error
	// Delete ends the shell with all that runs in it.
	Delete(ctx context.Context) error
	// Send sends to a stream of the shell, "stdin" or "pr".
	Send(ctx context.Context, stream string, fragments []byte) error
	// Receiver begins to receive what is the pool's own.
	Receiver() Receiver
	// Commands lists the commands of the shell.
	Commands(ctx context.Context) ([]CommandInfo, error)
	// Command starts a command. id is a GUID in upper case, line is for people.
	Command(ctx context.Context, id, line string, fragments []byte) (CommandTransport, error)
	// ConnectCommand comes to a command of the shell, after Connect.
	ConnectCommand(ctx context.Context, id string) (CommandTransport, error)
}

// CommandTransport is a command of a shell, which carries one pipeline. Its
// methods keep the rules of Transport's.
type CommandTransport interface {
	// Send sends to a stream of the command, "stdin" or "pr".
	Send(ctx context.Context, stream string, fragments []byte) error
	// Receiver begins to receive the command's output.
	Receiver() Receiver
	// Stop asks for the command to be stopped; its output still comes, and its
	// state.
	Stop(ctx context.Context) error
	// Close releases the command, and ends it if it runs.
	Close(ctx context.Context) error
	// Reconnect comes back to it after Transport.Reconnect.
	Reconnect(ctx context.Context) error
}

// Receiver is one Receive operation. It is used by one goroutine at a time.
type Receiver interface {
	// Receive waits for output, for as long as it takes. What a Receive has
	// returned counts as received when the next one is called.
	Receive(ctx context.Context) (Received, error)
	// Poll is a Receive that does not wait longer than it must, and returns nothing
	// where there is nothing.
	Poll(ctx context.Context) (Received, error)
}

// Received is what one Receive has brought.
type Received struct {
	Fragments []byte // the pool's from then on
	// Done says that the command has ended and nothing more comes.
	Done bool
}

// CommandInfo is what a server says of a command.
type CommandInfo struct {
	ID   string // a GUID
	Line string // for people; may be empty
}

// DisconnectOptions are what a pool is to be while no client is attached.
type DisconnectOptions struct {
	// IdleTimeout is for how long the server keeps it, in whole milliseconds; 0
	// leaves it as it was said when the pool was opened.
	IdleTimeout time.Duration
	// BufferMode is "Block", where pipelines wait when nobody takes their output,
	// or "Drop", where the oldest output goes; "" leaves it as it was.
	BufferMode string
}

// The streams of a shell of PowerShell (MS-PSRP 3.1.5.3.9).
const (
	streamInput          = "stdin"
	streamPromptResponse = "pr"
)

// ErrDisconnected says that the pool is disconnected: by Disconnect, since its
// network is lost, or since another client has taken it.
var ErrDisconnected = errors.New("the runspace pool is disconnected")

// ErrTooLate is an ErrDisconnected, too: the server has refused a request since
// the shell was disconnected when it came. A Receive that is refused has confirmed
// nothing.
var ErrTooLate = errors.New("the request came when the shell was disconnected")
