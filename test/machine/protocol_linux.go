package machine

// Port is the name of the virtual serial port that a Machine and its agent speak
// by: a JSON value a line, Request to the guest and Response back.
const Port = "winrmd.agent"

// Share is the guest's directory of what Config.Share has, read-only.
const Share = "/machine"

// A Request asks the agent to run a program as the superuser.
type Request struct {
	ID          int
	Arguments   []string // the program first, as execve(2) or PATH finds it
	Environment []string // in addition to the agent's
	Directory   string   // empty means /
	Input       string   // standard input
	// TimeoutMs, at least 1, is how long it may take. Then it is killed with its
	// process group.
	TimeoutMs int
}

// A Response is how a program has ended. The one with ID 0 says that the agent
// is ready.
type Response struct {
	ID int
	// Output is standard output and Errors standard error, each the last MaxOutput
	// bytes at most.
	Output, Errors string
	// Status is the exit status, or -1 for who was killed or did not start.
	Status int
	// Failure says why, where there is more to say than Status.
	Failure string
}

// MaxOutput is how many bytes the agent keeps of each stream.
const MaxOutput = 1 << 20
