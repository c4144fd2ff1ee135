package psrp

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCaptures takes every captured piece apart, as text and as bytes, and
// puts the messages together again: each in its own direction and stream.
func TestCaptures(t *testing.T) {
	type stream struct {
		file, shell, command, stream string
		toServer                     bool
	}
	type state struct {
		assembler            Assembler
		fromText, fromBinary Defragmenter
	}
	streams := map[stream]*state{}
	count := map[string]int{}
	for _, p := range capturedPieces(t) {
		key := stream{p.file, p.shell, p.command, p.stream, p.toServer}
		if streams[key] == nil || p.opens {
			streams[key] = &state{}
		}
		s := streams[key]
		require.True(t, ValidText(p.text), p.file)
		fragments := slices.Collect(values(t, Fragments(decode(t, p.text))))
		texts, err := SplitText(p.text, 1000)
		require.NoError(t, err, p.file)
		require.Len(t, texts, len(fragments), p.file)
		for i, f := range texts {
			sameFragment(t, fragments[i], f)
			whole, err := s.assembler.Add(f.Header)
			require.NoError(t, err, "%+v", key)
			m, complete, err := s.fromText.AddText(f)
			require.NoError(t, err, "%+v", key)
			again, _, err := s.fromBinary.Add(fragments[i].Header, fragments[i].Blob)
			require.NoError(t, err)
			assert.Equal(t, whole, complete)
			assert.Equal(t, m, again)
			if complete {
				count[direction(p.toServer)+m.Type.String()]++
				checkCaptured(t, p, m)
			}
		}
	}
	for key, s := range streams {
		assert.False(t, s.assembler.Pending(), "%+v", key)
		assert.False(t, s.fromText.Pending(), "%+v", key)
	}
	assert.Equal(t, wantCaptured, count)
}

func direction(toServer bool) string {
	if toServer {
		return "> "
	}
	return "< "
}

// sameFragment checks that both walks saw the same.
func sameFragment(t *testing.T, want Fragment, got FragmentText) {
	t.Helper()
	require.Equal(t, want.Header, got.Header)
	require.Equal(t, want.HasMessage, got.HasMessage)
	require.Equal(t, want.Message, got.Message)
	plain := decode(t, got.Text) // reserved flags may be set, and stay
	h, err := ParseFragmentHeader(plain)
	require.NoError(t, err)
	require.Equal(t, want.Header, h)
	require.True(t, bytes.Equal(want.Blob, plain[FragmentHeaderSize:]))
	blob, err := got.AppendBlob(nil)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want.Blob, blob))
}

// checkCaptured reads the control messages.
func checkCaptured(t *testing.T, p piece, m Message) {
	t.Helper()
	want := DestinationClient
	if p.toServer {
		want = DestinationServer
	}
	assert.Equal(t, want, m.Destination)
	require.NotContains(t, m.Type.String(), "(", "a type without a name")
	require.Equal(t, p.command == "" || m.Type == MessagePipelineHostResponse, m.PipelineID.IsZero() || p.stream == "pr")
	switch m.Type {
	case MessageSessionCapability:
		c, err := ParseCapability(m.Data)
		require.NoError(t, err)
		assert.Contains(t, []string{"2.1", "2.2", "2.3"}, c.ProtocolVersion)
		assert.Equal(t, "2.0", c.PSVersion)
		assert.Equal(t, "1.1.0.1", c.SerializationVersion)
	case MessageInitRunspacePool, MessageConnectRunspacePool, MessageRunspacePoolInitData:
		minimum, maximum, ok, err := RunspacePoolLimits(m.Data)
		require.NoError(t, err)
		assert.Equal(t, m.Type != MessageConnectRunspacePool, ok)
		assert.LessOrEqual(t, minimum, maximum)
	case MessageRunspacePoolState:
		n, err := ParseState(m.Data)
		require.NoError(t, err)
		assert.Equal(t, RunspacePoolOpened, RunspacePoolState(n))
	case MessagePipelineState:
		n, err := ParseState(m.Data)
		require.NoError(t, err)
		assert.True(t, PSInvocationState(n).Final())
	case MessageRunspaceAvailability:
		a, err := ParseAvailability(m.Data)
		require.NoError(t, err)
		assert.Equal(t, Availability{CallID: 0, Count: -1}, a)
	case MessageResetRunspaceState, MessagePipelineHostCall, MessagePipelineHostResponse:
		id, ok := CallID(m.Data)
		assert.True(t, ok)
		assert.True(t, id >= 0 || id == NoAnswer, "ci %d", id)
	}
}

// TestCapturedServerMessages checks that what a server makes itself is what
// Windows made.
func TestCapturedServerMessages(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range capturedPieces(t) {
		if p.toServer {
			continue
		}
		for f := range values(t, FragmentsText(p.text)) {
			if !f.HasMessage || !f.Header.End {
				continue
			}
			blob, err := f.AppendBlob(nil)
			require.NoError(t, err)
			m, err := ParseMessage(blob)
			require.NoError(t, err)
			if made := likeCaptured(t, m); made != nil {
				seen[m.Type.String()] = true
				require.Equal(t, string(blob), string(made), fmt.Sprint(m.Type))
				require.Equal(t, string(f.Text), string(SingleFragmentText(f.Header.ObjectID, made)))
			}
		}
	}
	assert.Equal(t, map[string]bool{
		"SESSION_CAPABILITY": true, "RUNSPACEPOOL_INIT_DATA": true,
		"RUNSPACEPOOL_STATE": true, "PIPELINE_STATE": true,
	}, seen)
}

// likeCaptured makes a message with the content of m; nil where a server
// leaves that to its engine.
func likeCaptured(t *testing.T, m Message) []byte {
	t.Helper()
	switch m.Type {
	case MessageSessionCapability:
		c, err := ParseCapability(m.Data)
		require.NoError(t, err)
		return SessionCapability(m.RunspacePoolID, c.ProtocolVersion)
	case MessageRunspacePoolInitData:
		minimum, maximum, _, err := RunspacePoolLimits(m.Data)
		require.NoError(t, err)
		return RunspacePoolInitData(m.RunspacePoolID, minimum, maximum)
	case MessageRunspacePoolState:
		return RunspacePoolStateMessage(m.RunspacePoolID, RunspacePoolOpened, "")
	case MessagePipelineState:
		if n, err := ParseState(m.Data); err == nil && PSInvocationState(n) == PSInvocationCompleted {
			return PipelineStateMessage(m.RunspacePoolID, m.PipelineID, PSInvocationCompleted, "")
		}
	}
	return nil
}

// wantCaptured is what the captures hold, > to the server and < from it.
var wantCaptured = map[string]int{
	"> SESSION_CAPABILITY":       36,
	"> INIT_RUNSPACEPOOL":        34,
	"> CONNECT_RUNSPACEPOOL":     2,
	"> PUBLIC_KEY":               2,
	"> RESET_RUNSPACE_STATE":     1,
	"> CREATE_PIPELINE":          28,
	"> GET_COMMAND_METADATA":     3,
	"> PIPELINE_INPUT":           27,
	"> END_OF_PIPELINE_INPUT":    9,
	"> PIPELINE_HOST_RESPONSE":   5,
	"< SESSION_CAPABILITY":       36,
	"< APPLICATION_PRIVATE_DATA": 34,
	"< RUNSPACEPOOL_STATE":       36,
	"< RUNSPACEPOOL_INIT_DATA":   2,
	"< ENCRYPTED_SESSION_KEY":    1,
	"< RUNSPACE_AVAILABILITY":    1,
	"< PIPELINE_OUTPUT":          106,
	"< ERROR_RECORD":             3,
	"< DEBUG_RECORD":             9,
	"< VERBOSE_RECORD":           3,
	"< WARNING_RECORD":           4,
	"< PROGRESS_RECORD":          20,
	"< INFORMATION_RECORD":       2,
	"< PIPELINE_HOST_CALL":       17,
	"< PIPELINE_STATE":           30,
}
