package runspacepool

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp"
)

// State is the state of a runspace pool at the client (MS-PSRP 3.1.1.2 and
// 2.2.3.4; the last three are PowerShell's).
type State int

// The states. NegotiationSent and NegotiationSucceeded are parts of PowerShell's
// Opening.
const (
	BeforeOpen State = iota
	Opening
	NegotiationSent
	NegotiationSucceeded
	Opened
	Closing
	Closed
	Broken
	Disconnecting
	Disconnected
	Connecting
)

var stateNames = [...]string{
	"BeforeOpen", "Opening", "NegotiationSent", "NegotiationSucceeded", "Opened", "Closing", "Closed", "Broken",
	"Disconnecting", "Disconnected", "Connecting",
}

// String returns the name of the state.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return fmt.Sprintf("State(%d)", int(s))
	}
	return stateNames[s]
}

// Final reports whether the pool has ended.
func (s State) Final() bool { return s == Closed || s == Broken }

// RunspacePoolState returns the state with PowerShell's number and name.
func (s State) RunspacePoolState() psrp.RunspacePoolState {
	switch s {
	case BeforeOpen:
		return psrp.RunspacePoolBeforeOpen
	case Opening, NegotiationSent, NegotiationSucceeded:
		return psrp.RunspacePoolOpening
	case Opened:
		return psrp.RunspacePoolOpened
	case Closing:
		return psrp.RunspacePoolClosing
	case Closed:
		return psrp.RunspacePoolClosed
	case Disconnecting:
		return psrp.RunspacePoolDisconnecting
	case Disconnected:
		return psrp.RunspacePoolDisconnected
	case Connecting:
		return psrp.RunspacePoolConnecting
	}
	return psrp.RunspacePoolBroken
}

// event is something that changes the state.
type event int

const (
	eventOpen         event = iota // Open is called
	eventSent                      // the shell is created
	eventNegotiated                // SESSION_CAPABILITY came
	eventOpened                    // RUNSPACEPOOL_STATE Opened, or the way back is done
	eventConnect                   // Connect or Reconnect is called
	eventDisconnect                // Disconnect is called
	eventDisconnected              // the server has let go, or the network
	eventClose                     // Close is called
	eventClosed                    // the shell is gone
	eventBroken                    // the pool is of no use any more
)

// next is what an event makes of a state. What is not here must not happen, but
// for eventBroken and eventDisconnected, which come from outside at any time.
//
//	BeforeOpen → Opening → NegotiationSent → NegotiationSucceeded → Opened → Closing → Closed
//	     └─────────────→ Connecting ──────────────────────────────────↑↓
//	                         ↑───────── Disconnected ←──── Disconnecting
var next = map[State]map[event]State{
	BeforeOpen:           {eventOpen: Opening, eventConnect: Connecting, eventBroken: Broken, eventClose: Closing},
	Opening:              {eventSent: NegotiationSent, eventBroken: Broken, eventClose: Closing},
	NegotiationSent:      {eventNegotiated: NegotiationSucceeded, eventBroken: Broken, eventDisconnected: Broken, eventClose: Closing},
	NegotiationSucceeded: {eventOpened: Opened, eventBroken: Broken, eventDisconnected: Broken, eventClose: Closing},
	Opened:               {eventDisconnect: Disconnecting, eventDisconnected: Disconnected, eventBroken: Broken, eventClose: Closing},
	Disconnecting:        {eventDisconnected: Disconnected, eventOpened: Opened, eventBroken: Broken, eventClose: Closing},
	Disconnected:         {eventConnect: Connecting, eventBroken: Broken, eventClose: Closing},
	Connecting:           {eventOpened: Opened, eventDisconnected: Disconnected, eventBroken: Broken, eventClose: Closing},
	Closing:              {eventClosed: Closed},
}
