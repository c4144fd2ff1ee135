//go:build unix

package powershell

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
)

// TestConnectToDeadEngine checks that a client that comes too late gets what
// was put out, and then the truth.
func TestConnectToDeadEngine(t *testing.T) {
	w, c := open(t)
	done, cut := c.start(t, "'done'"), c.start(t, "'one'; 'two'; $input", withInput...)
	done.buffered(t, 450) // all
	l := c.leave(t)
	w.kill(t)
	<-w.session.engine.dead

	second := l.connects(t)
	rest := second.greeted(t)
	require.Equal(t, []psrp.MessageType{psrp.MessageRunspacePoolState}, types(rest))
	assert.Equal(t, psrp.RunspacePoolBroken, poolState(rest[0]))
	assert.Contains(t, string(rest[0].Data), "killed")
	second.connectCommand(t, done).completes(t, "done")
	cut = second.connectCommand(t, cut)
	_, messages, err := cut.receive(t, cut.command, patience)
	require.NoError(t, err)
	got := &results{}
	got.add(t, messages)
	assert.Equal(t, []string{"one", "two"}, got.output)
	cut.refusesAll(t, "killed")
}
