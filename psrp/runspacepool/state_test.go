package runspacepool

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/psrp"
)

// TestStates walks all states and events.
func TestStates(t *testing.T) {
	states := []State{
		BeforeOpen, Opening, NegotiationSent, NegotiationSucceeded, Opened, Closing, Closed, Broken, Disconnecting, Disconnected, Connecting,
	}
	// rows are states, columns the events in their order; "." must not happen.
	const table = `
		BeforeOpen           Opening . . . Connecting . . Closing . Broken
		Opening              . NegotiationSent . . . . . Closing . Broken
		NegotiationSent      . . NegotiationSucceeded . . . Broken Closing . Broken
		NegotiationSucceeded . . . Opened . . Broken Closing . Broken
		Opened               . . . . . Disconnecting Disconnected Closing . Broken
		Closing              . . . . . . . . Closed .
		Closed               . . . . . . . . . .
		Broken               . . . . . . . . . .
		Disconnecting        . . . Opened . . Disconnected Closing . Broken
		Disconnected         . . . . Connecting . . Closing . Broken
		Connecting           . . . Opened . . Disconnected Closing . Broken`
	rows := strings.Split(strings.TrimSpace(table), "\n")
	assert.Len(t, rows, len(states))
	for i, row := range rows {
		fields := strings.Fields(row)
		assert.Equal(t, states[i].String(), fields[0])
		assert.Len(t, fields, int(eventBroken)+2)
		for e, want := range fields[1:] {
			p := newPool(nil, psrp.GUID{}, Config{})
			p.state = states[i]
			p.reason = ErrDisconnected
			err := p.step(event(e), "it", nil)
			if want == "." {
				assert.Error(t, err, "%s, event %d", fields[0], e)
				want = fields[0]
			} else {
				assert.NoError(t, err, "%s, event %d", fields[0], e)
			}
			state, _ := p.State()
			assert.Equal(t, want, state.String(), "%s, event %d", fields[0], e)
		}
	}
}

func TestRunspacePoolStates(t *testing.T) {
	for s, want := range map[State]string{
		BeforeOpen: "BeforeOpen", Opening: "Opening", NegotiationSent: "Opening", NegotiationSucceeded: "Opening", Opened: "Opened",
		Closing: "Closing", Closed: "Closed", Broken: "Broken", Disconnecting: "Disconnecting", Disconnected: "Disconnected", Connecting: "Connecting",
	} {
		assert.Equal(t, want, s.RunspacePoolState().String())
		assert.Equal(t, want == "Closed" || want == "Broken", s.Final())
	}
	assert.Equal(t, "State(99)", State(99).String())
	assert.Equal(t, "Stream(?)", Stream(99).String())
}
