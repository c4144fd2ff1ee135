package replay

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/capture"
)

// playTo plays a conversation to a Player of another.
func playTo(t *testing.T, c, server *capture.Conversation) (report *Report, player *Player) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		player = NewPlayer(server)
		var err error
		report, err = Run(t.Context(), c, Config{Server: player, URL: "http://other:5985/wsman", Patience: time.Second})
		require.NoError(t, err)
	})
	return report, player
}

// TestRecordings: what was recorded, played to a player of the same, differs in
// nothing, and everything is asked.
func TestRecordings(t *testing.T) {
	for name, c := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			report, player := playTo(t, c, c)
			assert.Empty(t, report.Differences)
			assert.Equal(t, len(c.Exchanges), report.Exchanges+len(report.NotPlayed))
			asked, of, unknown := player.Asked()
			assert.Equal(t, of, asked)
			// Shells that a recording leaves behind are deleted.
			for _, u := range unknown {
				assert.Contains(t, u, "Delete of ")
			}
		})
	}
}

// slowServer says once of each Receive that nothing has come yet, and notes by
// what it knows requests.
type slowServer struct {
	*Player
	messages, steps map[string]int
	waited          bool
}

// RoundTrip implements Server.
func (s *slowServer) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) ([]byte, int, error) {
	header := openRequest(string(envelope)).root.Child(wsman.NamespaceSOAP, "Header")
	message := header.Child(wsman.NamespaceAddressing, "MessageID").Value()
	s.messages[message]++
	s.steps[header.Child(wsman.NamespaceWSManMS, "OperationID").Value()+" "+header.Child(wsman.NamespaceWSManMS, "SequenceId").Value()]++
	if header.Child(wsman.NamespaceAddressing, "Action").Value() == wsman.ActionReceive && !s.waited {
		s.waited = true
		fault := wsman.NewFault(wsman.CodeOperationTimedOut, "")
		return fault.AppendEnvelope(nil, &wsman.Request{Header: wsman.Header{MessageID: message}}, "server"), 500, nil
	}
	return s.Player.RoundTrip(ctx, envelope, timeout)
}

// TestAskAgain: a Receive that is sent once more is another request by all that
// a server knows one by.
func TestAskAgain(t *testing.T) {
	c, err := capture.ReadFile(filepath.Join("..", "testdata", "captures", "winrm-shell.yaml"))
	require.NoError(t, err)
	s := &slowServer{Player: NewPlayer(c), messages: map[string]int{}, steps: map[string]int{}}
	synctest.Test(t, func(t *testing.T) {
		report, err := Run(t.Context(), c, Config{Server: s, URL: "http://other:5985/wsman", Patience: time.Minute})
		require.NoError(t, err)
		assert.Empty(t, report.Differences)
	})
	assert.True(t, s.waited)
	assert.Len(t, s.messages, len(c.Exchanges)+1)
	assert.Len(t, s.steps, len(c.Exchanges)+1)
}

// TestUnaskedState: whether a server says that a pipeline's command is done
// together with its last state, and so to a client that would not have asked, is
// a matter of time. That it never says so is a difference.
func TestUnaskedState(t *testing.T) {
	c, err := capture.ReadFile(filepath.Join("..", "testdata", "captures", "pypsrp-pipeline.yaml"))
	require.NoError(t, err)
	without := &capture.Conversation{Exchanges: slices.Clone(c.Exchanges)}
	state := regexp.MustCompile(`(?s)<rsp:CommandState .*?</rsp:CommandState>`)
	for i := range without.Exchanges {
		body := &without.Exchanges[i].Response.Body
		*body = state.ReplaceAllString(*body, "")
	}
	unasked, _ := playTo(t, without, c)
	assert.Empty(t, unasked.Differences)
	missing, _ := playTo(t, c, without)
	require.Len(t, missing.Differences, 1)
	assert.Equal(t, "state Done with exit code 0", missing.Differences[0].Want)
}
