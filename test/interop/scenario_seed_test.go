package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// shellValues is what a server says of a shell.
type shellValues struct{ State, IdleTimeOut, MaxIdleTimeOut, BufferMode string }

// TestSeedScenario goes the way of about_Remote_Disconnected_Sessions with a
// session configuration of its own: registered on the command line, read over
// the protocol, opened with and without values of the client's, exceeded,
// disconnected, listed and connected to.
func TestSeedScenario(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: "Administrators = ['alice']\n"})
	s.command(t, "", "configuration", "register", "--state", s.state, "Test",
		"--max-idle-timeout-sec", "259200", "--idle-timeout-sec", "172800", "--output-buffering-mode", "Drop")
	type listed [2]string
	got := run[struct {
		Plugin                                              map[string]string
		Default, Override, Maximum, Disconnected, Connected shellValues
		Exceeded                                            scriptError
		ExceededAtDisconnect                                uint32
		Listed                                              []listed
		Output                                              []any
		IDs                                                 struct{ Plain, Own string } `json:"ids"`
	}](t, s.client(), "psrp_seed.py", args{"configuration": "Test", "maximum": 259200, "above": 259201})

	assert.Equal(t, map[string]string{
		"Name": "Test", "Enabled": "true", "OutputBufferingMode": "Drop", "IdleTimeoutms": "172800000", "MaxIdleTimeoutms": "259200000",
	}, got.Plugin, "over the protocol")
	const limit = "PT259200.000S"
	assert.Equal(t, shellValues{"Connected", "PT172800.000S", limit, "Drop"}, got.Default, "the configuration's")
	assert.Equal(t, shellValues{"Connected", "PT3600.000S", limit, "Drop"}, got.Override, "the client's")
	assert.Equal(t, shellValues{"Connected", limit, limit, "Drop"}, got.Maximum, "the longest")
	assert.EqualValues(t, 0x803381F2, got.Exceeded.Code)
	for _, number := range []string{"259201000", "60000", "259200000"} {
		assert.Contains(t, got.Exceeded.Text, number)
	}
	assert.Equal(t, shellValues{"Disconnected", "PT1800.000S", limit, "Block"}, got.Disconnected, "what was said at Disconnect")
	assert.EqualValues(t, 0x803381F2, got.ExceededAtDisconnect)
	assert.ElementsMatch(t, []listed{{got.IDs.Plain, "Disconnected"}, {got.IDs.Own, "Disconnected"}}, got.Listed)
	assert.Equal(t, shellValues{"Connected", "PT1800.000S", limit, "Block"}, got.Connected, "Connect changes nothing")
	assert.Equal(t, []any{"back"}, got.Output)
}
