package powershell

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// fragmentsOf cuts a message of the server.
func fragmentsOf(t *testing.T, id uint64, message []byte) []psrp.FragmentText {
	t.Helper()
	f, err := psrp.SplitText(base64Text(psrp.AppendFragments(nil, id, message, 0)), 1000)
	require.NoError(t, err)
	return f
}

// TestControl checks what is collected of a stream's messages.
func TestControl(t *testing.T) {
	large := strings.Repeat("x", 100<<10)
	c := control{}
	see := func(m []byte) (got psrp.Message, collected bool) {
		for _, f := range fragmentsOf(t, 1, m) {
			p := c.piece(f)
			assert.Equal(t, f.Header.End, p.End)
			var err error
			got, collected, err = c.message(f)
			require.NoError(t, err)
			assert.False(t, collected && !f.Header.End)
		}
		return got, collected
	}
	state := psrp.PipelineStateMessage(psrp.GUID{1}, psrp.GUID{2}, psrp.PSInvocationFailed, large)
	output := psrp.Message{MessageHeader: psrp.MessageHeader{Type: psrp.MessagePipelineOutput}, Data: []byte(large)}.Append(nil)
	huge := psrp.PipelineStateMessage(psrp.GUID{1}, psrp.GUID{2}, psrp.PSInvocationFailed, strings.Repeat("y", maxWatched+1))
	for n := range 2 {
		m, collected := see(state)
		require.True(t, collected)
		assert.True(t, bytes.Equal(state, m.Append(nil)))
		assert.False(t, c.cut)
		_, collected = see(output)
		assert.False(t, collected)
		if n > 0 {
			continue
		}
		m, collected = see(huge)
		require.True(t, collected)
		assert.True(t, c.cut)
		assert.LessOrEqual(t, len(m.Data), maxWatched)
		assert.True(t, final(m))
		n, err := psrp.ParseState(m.Data)
		require.NoError(t, err)
		assert.Equal(t, psrp.PSInvocationFailed, psrp.PSInvocationState(n))
	}
}

func TestControlOrder(t *testing.T) {
	c := control{}
	f := fragmentsOf(t, 1, psrp.PipelineStateMessage(psrp.GUID{}, psrp.GUID{}, psrp.PSInvocationFailed, strings.Repeat("x", 100<<10)))
	c.piece(f[0])
	_, _, err := c.message(f[0])
	require.NoError(t, err)
	c.piece(f[2])
	_, _, err = c.message(f[2])
	var order *psrp.OrderError
	assert.ErrorAs(t, err, &order)
}

// TestTail checks what is kept of stderr and when it raises the alarm.
func TestTail(t *testing.T) {
	tests := map[string]struct {
		writes []string
		alarms int
		last   string
	}{
		"nothing":         {nil, 0, ""},
		"lines":           {[]string{"one\n", "two\r\nthree"}, 0, "one two three"},
		"error":           {[]string{"Remote transport error: no"}, 1, "Remote transport error: no"},
		"in parts":        {[]string{"Remote tran", "sport error:"}, 1, "Remote transport error:"},
		"twice":           {[]string{"Remote transport error:", "Remote transport error:"}, 2, "Remote transport error:Remote transport error:"},
		"and much behind": {[]string{"Remote transport error:" + strings.Repeat("x", 2*maxTail)}, 1, strings.Repeat("x", maxTail)},
		"once is once":    {[]string{"Remote transport error:", strings.Repeat("x", maxTail), "y"}, 1, strings.Repeat("x", maxTail-1) + "y"},
		"much":            {[]string{strings.Repeat("x", 3*maxTail), "y"}, 0, strings.Repeat("x", maxTail-1) + "y"},
		"no text":         {[]string{"a\xff\x00b"}, 0, "a?\x00b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			alarms := 0
			last := tail{alarm: func() { alarms++ }}
			for _, w := range tt.writes {
				n, err := last.Write([]byte(w))
				require.NoError(t, err)
				assert.Equal(t, len(w), n)
			}
			assert.Equal(t, tt.alarms, alarms)
			assert.Equal(t, tt.last, last.String())
		})
	}
}

func TestCalls(t *testing.T) {
	var c calls
	call := func(id string) psrp.Message {
		return psrp.Message{Data: []byte(`<Obj RefId="0"><MS><I64 N="ci">` + id + `</I64></MS></Obj>`)}
	}
	for _, id := range []string{"1", "-100", "x", "2"} {
		c.add(call(id), 7)
	}
	require.Len(t, c, 2)
	c.answered(call("3"))
	c.answered(psrp.Message{})
	require.Len(t, c, 2)
	c.answered(call("1"))
	require.Len(t, c, 1)
	assert.Equal(t, int64(2), c[0].id)
	for range 2 * maxCalls {
		c.add(call("4"), 7)
	}
	assert.Len(t, c, maxCalls)
}

// TestCut checks that the plug-in cuts fragments into fragments.
func TestCut(t *testing.T) {
	text := base64Text(psrp.AppendFragments(nil, 1, make([]byte, 1000), 1000))
	var got []byte
	for from, shift := 0, 0; ; shift++ {
		part, next := (&session{}).Cut(shell.Base64Data(text), from, shift, 300)
		require.False(t, part.Empty())
		assert.LessOrEqual(t, part.EncodedLen(), 300)
		f, err := psrp.SplitText(part.Raw(), 1)
		require.NoError(t, err)
		assert.Equal(t, uint64(shift), f[0].Header.FragmentID)
		got, err = f[0].AppendBlob(got)
		require.NoError(t, err)
		if from = next; next == 0 {
			assert.True(t, f[0].Header.End)
			break
		}
	}
	assert.Equal(t, make([]byte, 1000), got)
}
