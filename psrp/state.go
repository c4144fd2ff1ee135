package psrp

import "fmt"

// RunspacePoolState is the state of a runspace pool (2.2.3.4). The numbers
// from 6 on are PowerShell's own and mean something else in MS-PSRP; a server
// sends none of them.
type RunspacePoolState int

// The states of a runspace pool.
const (
	RunspacePoolBeforeOpen    RunspacePoolState = 0
	RunspacePoolOpening       RunspacePoolState = 1
	RunspacePoolOpened        RunspacePoolState = 2
	RunspacePoolClosed        RunspacePoolState = 3
	RunspacePoolClosing       RunspacePoolState = 4
	RunspacePoolBroken        RunspacePoolState = 5
	RunspacePoolDisconnecting RunspacePoolState = 6
	RunspacePoolDisconnected  RunspacePoolState = 7
	RunspacePoolConnecting    RunspacePoolState = 8
)

var runspacePoolStates = [...]string{"BeforeOpen", "Opening", "Opened", "Closed", "Closing", "Broken",
	"Disconnecting", "Disconnected", "Connecting"}

// String returns PowerShell's name of the state.
func (s RunspacePoolState) String() string {
	if s < 0 || int(s) >= len(runspacePoolStates) {
		return fmt.Sprintf("RunspacePoolState(%d)", int(s))
	}
	return runspacePoolStates[s]
}

// Final reports whether the pool has ended.
func (s RunspacePoolState) Final() bool { return s == RunspacePoolClosed || s == RunspacePoolBroken }

// PSInvocationState is the state of a pipeline (2.2.3.5).
type PSInvocationState int

// The states of a pipeline.
const (
	PSInvocationNotStarted   PSInvocationState = 0
	PSInvocationRunning      PSInvocationState = 1
	PSInvocationStopping     PSInvocationState = 2
	PSInvocationStopped      PSInvocationState = 3
	PSInvocationCompleted    PSInvocationState = 4
	PSInvocationFailed       PSInvocationState = 5
	PSInvocationDisconnected PSInvocationState = 6
)

var psInvocationStates = [...]string{"NotStarted", "Running", "Stopping", "Stopped", "Completed", "Failed",
	"Disconnected"}

// String returns the name of the state.
func (s PSInvocationState) String() string {
	if s < 0 || int(s) >= len(psInvocationStates) {
		return fmt.Sprintf("PSInvocationState(%d)", int(s))
	}
	return psInvocationStates[s]
}

// Final reports whether the pipeline has ended: no message follows.
func (s PSInvocationState) Final() bool {
	return s == PSInvocationStopped || s == PSInvocationCompleted || s == PSInvocationFailed
}
