package winapi

// Flags of a Completion (WSMAN_FLAG_CALLBACK_…).
const (
	FlagEndOfOperation               uint32 = 0x1
	FlagEndOfStream                  uint32 = 0x8
	FlagShellSupportsDisconnect      uint32 = 0x20
	FlagShellAutoDisconnected        uint32 = 0x40
	FlagNetworkFailureDetected       uint32 = 0x100
	FlagRetryingAfterNetworkFailure  uint32 = 0x200
	FlagReconnectedAfterNetwork      uint32 = 0x400
	FlagShellAutoDisconnecting       uint32 = 0x800
	FlagRetryAborted                 uint32 = 0x1000
	FlagReceiveDelayRequestProcessed uint32 = 0x2000
)

// Event is what a Completion is told.
type Event struct {
	Flags uint32
	// Err is nil where nothing went wrong.
	Err *Error
	// Shell, Command and Operation are whose event it is; 0 where there is none.
	Shell, Command, Operation Handle
	// Text is what a CreateShell or ConnectShell got: XML.
	Text string
	// Output is what a Receive got; nil for other operations.
	Output *Output
}

// Output is a piece of a stream, or the state of a command, or both.
type Output struct {
	// Stream is "" where there is no data.
	Stream string
	Data   []byte
	// CommandState is the URI of a state, ExitCode a command's at its end.
	CommandState string
	ExitCode     uint32
}

// Completion is who is told how an operation went. It must not call API.Close or
// Session.Close, and may call anything else.
type Completion func(Event)
