package powershell

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// room is how much text one answer may have, as for an envelope of 500 KB.
const room = 480 << 10

// receive receives once from a command, or from the pool if command is empty.
func (c *client) receive(t testing.TB, command string, limit time.Duration) (*shell.Answer, []psrp.Message, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	a, err := c.sh.Receive(ctx, c.who, shell.ReceiveRequest{
		CommandID: command, Streams: []string{stdout}, Room: room, Overhead: 100,
		Key: shell.Key{MessageID: c.who.Session + "-" + strconv.FormatInt(c.keys.Add(1), 10)},
	})
	if err != nil {
		return nil, nil, err
	}
	var messages []psrp.Message
	for _, part := range a.Parts {
		assert.False(t, part.End, "PowerShell's streams have no end")
		messages = append(messages, c.take(t, command, part.Data)...)
	}
	return a, messages, nil
}

// take puts together what a part of an answer holds.
func (c *client) take(t testing.TB, command string, d shell.Data) []psrp.Message {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams[command] == nil {
		c.streams[command] = &psrp.Defragmenter{MaxObjectSize: 100 << 20}
	}
	var messages []psrp.Message
	for f, err := range psrp.FragmentsText(d.AppendBase64(nil)) {
		require.NoError(t, err)
		m, complete, err := c.streams[command].AddText(f)
		require.NoError(t, err)
		if complete {
			assert.Equal(t, psrp.DestinationClient, m.Destination)
			messages = append(messages, m)
		}
	}
	return messages
}

// nothing checks that there is nothing to receive.
func (c *client) nothing(t testing.TB, command string) {
	t.Helper()
	_, messages, err := c.receive(t, command, 200*time.Millisecond)
	require.ErrorIs(t, err, shell.ErrTimedOut)
	require.Empty(t, messages)
}

// until receives until there is a message of which enough holds, and returns
// all of them.
func (c *client) until(t testing.TB, command string, enough func(psrp.Message) bool) []psrp.Message {
	t.Helper()
	var all []psrp.Message
	for end := time.Now().Add(patience); ; {
		_, messages, err := c.receive(t, command, time.Until(end))
		require.NoError(t, err, "after %v", types(all))
		all = append(all, messages...)
		for _, m := range messages {
			if enough(m) {
				return all
			}
		}
	}
}

func isOpened(m psrp.Message) bool { return poolState(m) == psrp.RunspacePoolOpened }

// poolState is the state that a message tells of; BeforeOpen if it tells none.
func poolState(m psrp.Message) psrp.RunspacePoolState {
	n, err := psrp.ParseState(m.Data)
	if m.Type != psrp.MessageRunspacePoolState || err != nil {
		return psrp.RunspacePoolBeforeOpen
	}
	return psrp.RunspacePoolState(n)
}

// isType is for until.
func isType(t psrp.MessageType) func(psrp.Message) bool {
	return func(m psrp.Message) bool { return m.Type == t }
}

func types(messages []psrp.Message) []psrp.MessageType {
	list := []psrp.MessageType{}
	for _, m := range messages {
		list = append(list, m.Type)
	}
	return list
}

// results is what a pipeline has put out.
type results struct {
	messages []psrp.Message
	output   []string // of PIPELINE_OUTPUT
	state    psrp.PSInvocationState
	reason   string // content of the state message
}

func (got *results) add(t testing.TB, messages []psrp.Message) {
	t.Helper()
	got.messages = append(got.messages, messages...)
	for _, m := range messages {
		switch m.Type {
		case psrp.MessagePipelineOutput:
			got.output = append(got.output, content(m))
		case psrp.MessagePipelineState:
			require.Zero(t, got.state, "a second state")
			n, err := psrp.ParseState(m.Data)
			require.NoError(t, err)
			got.state, got.reason = psrp.PSInvocationState(n), string(m.Data)
		}
	}
}

// content is the text of a message that holds one primitive value.
func content(m psrp.Message) string {
	text := strings.TrimPrefix(string(m.Data), "\xEF\xBB\xBF")
	_, text, _ = strings.Cut(text, ">")
	if i := strings.LastIndexByte(text, '<'); i >= 0 {
		text = text[:i]
	}
	return text
}

// finish receives until the command is done.
func (r *run) finish(t testing.TB) *results {
	t.Helper()
	got := &results{}
	for end := time.Now().Add(patience); ; {
		a, messages, err := r.receive(t, r.command, time.Until(end))
		require.NoError(t, err, "after %v", types(got.messages))
		for _, m := range messages {
			assert.Equal(t, r.id, m.PipelineID)
		}
		got.add(t, messages)
		if a.State == shell.CommandDone {
			assert.Zero(t, a.ExitCode)
			return got
		}
	}
}

// completes checks that a pipeline comes to its end and what it puts out.
func (r *run) completes(t testing.TB, want ...string) *results {
	t.Helper()
	got := r.finish(t)
	require.Equal(t, psrp.PSInvocationCompleted, got.state, got.reason)
	if len(want) > 0 {
		require.Equal(t, want, got.output)
	}
	return got
}

// works checks that the session can still run something.
func (c *client) works(t testing.TB) {
	t.Helper()
	c.start(t, "6 * 7").completes(t, "42")
}
