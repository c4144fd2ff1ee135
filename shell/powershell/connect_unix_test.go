//go:build unix

package powershell

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	require.Empty(t, second.greeted(t))
	second.connectCommand(t, done).completes(t, "done")
	cut = second.connectCommand(t, cut)
	_, messages, err := cut.receive(t, cut.command, patience)
	require.NoError(t, err)
	got := &results{}
	got.add(t, messages)
	assert.Equal(t, []string{"one", "two"}, got.output)
	second.isBroken(t, "killed")
	cut.refusesAll(t, "killed")
}
