package shell

// State is where a shell stands (MS-WSMV 3.1.1).
//
//	            Disconnect                      idle, Delete
//	Connected ─────────────► Disconnected ─────────────────► Closed
//	  ▲  │ ▲                     │                              ▲
//	  │  │ └──Reconnect, Connect─┘                              │
//	  │  └─silence─► Lost ──────────────────────────────────────┘
//	  └──any use by its own client, Reconnect, Connect──Lost
type State int

// The states. On the wire Lost is Disconnected too.
const (
	// Connected: a client is attached.
	Connected State = iota
	// Disconnected: its client asked for it.
	Disconnected
	// Lost: nothing was heard of its client for the robust-connection time.
	// Its own client is attached again by whatever it does next.
	Lost
	// Closed: the shell is gone.
	Closed
)

// String is the state as rsp:State has it.
func (s State) String() string {
	switch s {
	case Connected:
		return "Connected"
	case Disconnected, Lost:
		return "Disconnected"
	default:
		return "Closed"
	}
}

// event is what may happen to a shell's state.
type event int

const (
	eventUse        event = iota // Command, Send, Receive, Signal
	eventDisconnect              // Disconnect
	eventReconnect               // Reconnect
	eventConnect                 // Connect
	eventSilence                 // the robust-connection time has run out
	eventClose                   // Delete, idle timeout
)

// outcome is the next state, or the reason why there is none.
type outcome struct {
	to      State
	refused StateReason // 0: allowed
}

// rule is what an event does when the attached (or last) client causes it, and
// when another client session of the same user does.
type rule struct{ own, other outcome }

func to(s State) outcome            { return outcome{to: s} }
func refuse(r StateReason) outcome  { return outcome{refused: r} }
func both(o outcome) rule           { return rule{own: o, other: o} }
func rules(own, other outcome) rule { return rule{own: own, other: other} }
func (o outcome) allowed() bool     { return o.refused == 0 }
func (r rule) pick(own bool) outcome {
	if own {
		return r.own
	}
	return r.other
}

// transitions is the whole machine. A pair that is not in it is refused by
// everything that looks it up; a closed shell is in no directory any more.
var transitions = map[State]map[event]rule{
	Connected: {
		eventUse:        rules(to(Connected), refuse(ReasonOtherClient)),
		eventDisconnect: rules(to(Disconnected), refuse(ReasonOtherClient)),
		// A client that believes itself disconnected may say so at no cost.
		eventReconnect: rules(to(Connected), refuse(ReasonOtherClient)),
		eventConnect:   both(refuse(ReasonOtherClient)),
		eventSilence:   both(to(Lost)),
		eventClose:     both(to(Closed)),
	},
	Disconnected: {
		eventUse:        both(refuse(ReasonDisconnected)),
		eventDisconnect: both(refuse(ReasonAlreadyDisconnected)),
		eventReconnect:  rules(to(Connected), refuse(ReasonOtherSession)),
		eventConnect:    both(to(Connected)),
		eventSilence:    both(to(Disconnected)),
		eventClose:      both(to(Closed)),
	},
	Lost: {
		eventUse:        rules(to(Connected), refuse(ReasonDisconnected)),
		eventDisconnect: rules(to(Disconnected), refuse(ReasonAlreadyDisconnected)),
		eventReconnect:  rules(to(Connected), refuse(ReasonOtherSession)),
		eventConnect:    both(to(Connected)),
		eventSilence:    both(to(Lost)),
		eventClose:      both(to(Closed)),
	},
}

// step applies an event. It changes nothing when it refuses. The caller holds
// the shell's lock.
func (s *Shell) step(e event, own bool) error {
	r, ok := transitions[s.state][e]
	if !ok {
		return &NotFoundError{ShellID: s.spec.ShellID}
	}
	o := r.pick(own)
	if !o.allowed() {
		return &StateError{ShellID: s.spec.ShellID, Reason: o.refused}
	}
	if before := s.state; before != o.to {
		s.state = o.to
		s.noteRemains()
		if s.cfg.Unattended != nil {
			s.cfg.Unattended(o.to == Disconnected || o.to == Lost)
		}
	}
	return nil
}
