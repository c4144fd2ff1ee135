package powershell

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// answer is the answer to a host call that asks for a line.
func (r *run) answer(t testing.TB, call int, line string) []byte {
	return r.fragment(r.message(psrp.MessagePipelineHostResponse, r.id, strings.NewReplacer(
		`"ci">1<`, fmt.Sprintf(`"ci">%d<`, call), "ReadLine response", escape(line),
	).Replace(document(t, "host_response.xml"))))
}

// called checks that an answer is exactly one host call and returns its id.
func called(t *testing.T, a *shell.Answer, messages []psrp.Message) int {
	t.Helper()
	assert.Equal(t, shell.CommandPending, a.State)
	require.Equal(t, []psrp.MessageType{psrp.MessagePipelineHostCall}, types(messages))
	id, ok := psrp.CallID(messages[0].Data)
	require.True(t, ok)
	return int(id)
}

// isCalled receives exactly one host call.
func (r *run) isCalled(t *testing.T) int {
	t.Helper()
	a, messages, err := r.receive(t, r.command, patience)
	require.NoError(t, err)
	return called(t, a, messages)
}

const asks = "$host.UI.ReadLine(); $host.UI.Write('no answer is wanted'); $host.UI.ReadLine()"

func TestHostCalls(t *testing.T) {
	_, c := open(t)
	r := c.start(t, asks)
	first := r.isCalled(t)
	r.nothing(t, r.command)
	require.NoError(t, r.send(t.Context(), "", "pr", r.answer(t, first, "one")), "captured clients name no command")
	var second int
	for got := (&results{}); ; {
		a, messages, err := r.receive(t, r.command, patience)
		require.NoError(t, err)
		got.add(t, messages)
		if a.State != shell.CommandPending {
			continue
		}
		assert.Equal(t, []string{"one"}, got.output)
		last := len(messages) - 1
		second = called(t, a, messages[last:])
		break
	}
	assert.NotEqual(t, first, second)
	require.NoError(t, r.send(t.Context(), r.command, "pr", r.answer(t, second, "two")))
	r.completes(t, "two")
}

// TestHostCallAgain hands one host call from client to client.
func TestHostCallAgain(t *testing.T) {
	_, c := open(t)
	r := c.start(t, "$host.UI.ReadLine(); 'end'")
	call := r.isCalled(t)

	// The first client has not said that it has it, so it comes again, once.
	second := c.leave(t).connects(t)
	r = second.connectCommand(t, r)
	assert.Equal(t, call, r.isCalled(t))
	r.nothing(t, r.command)

	// The second has, but has not answered.
	third := second.leave(t).connects(t)
	r = third.connectCommand(t, r)
	r = third.connectCommand(t, r)
	assert.Equal(t, call, r.isCalled(t))
	r.nothing(t, r.command)

	// Its own session comes back: it knows the call.
	require.NoError(t, third.sh.Disconnect(t.Context(), third.who, shell.DisconnectRequest{}))
	require.NoError(t, third.sh.Reconnect(t.Context(), third.who, nil))
	r.nothing(t, r.command)

	// A client that leaves before it has asked changes nothing.
	fourth := third.leave(t).connects(t)
	r = fourth.connectCommand(t, r)
	fifth := fourth.leave(t).connects(t)
	r = fifth.connectCommand(t, r)
	assert.Equal(t, call, r.isCalled(t))
	require.NoError(t, r.send(t.Context(), "", "pr", r.answer(t, call, "answered")))
	r.completes(t, "answered", "end")

	// What is answered is not asked again.
	last := fifth.leave(t).connects(t)
	last.nothingButGreeting(t)
}

// TestHostCallAnsweredInPart checks that half an answer is none.
func TestHostCallAnsweredInPart(t *testing.T) {
	_, c := open(t)
	r := c.start(t, "$host.UI.ReadLine()")
	call := r.isCalled(t)
	r.nothing(t, r.command)
	answer := psrp.AppendFragments(nil, 1000, r.answer(t, call, "of the old client")[psrp.FragmentHeaderSize:], 200)
	require.NoError(t, r.send(t.Context(), "", "pr", answer[:200+psrp.FragmentHeaderSize]))
	second := c.leave(t).connects(t)
	r = second.connectCommand(t, r)
	assert.Equal(t, call, r.isCalled(t))
	require.NoError(t, r.send(t.Context(), "", "pr", r.answer(t, call, "of the new one")))
	r.completes(t, "of the new one")
}

func (c *connected) nothingButGreeting(t *testing.T) {
	t.Helper()
	assert.Empty(t, c.greeted(t))
	c.nothing(t, "")
}
