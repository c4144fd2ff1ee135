package interop

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sessionRow is what "winrmd session list --output json" says of a session.
type sessionRow struct {
	ShellID         string `json:"ShellId"`
	Name            string
	Owner           string
	State           string
	ClientIP        string
	IdleTimeOut     any
	ShellInactivity any
	BufferMode      string
	BufferedBytes   int64
	DroppedMessages int64
}

// sessions lists the server's sessions by shell id.
func (s *server) sessions(t *testing.T) map[string]sessionRow {
	t.Helper()
	var rows []sessionRow
	output := s.command(t, "", "session", "list", "--state", s.state, "--output", "json")
	require.NoError(t, json.Unmarshal([]byte(output), &rows), "%s", output)
	byID := map[string]sessionRow{}
	for _, row := range rows {
		byID[row.ShellID] = row
	}
	return byID
}

// waitSession waits until wanted is true of a session, or of its absence.
func (s *server) waitSession(t *testing.T, id string, limit time.Duration, wanted func(row sessionRow, exists bool) bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(500 * time.Millisecond) {
		row, exists := s.sessions(t)[id]
		if wanted(row, exists) {
			return
		}
		if time.Now().After(deadline) {
			require.FailNow(t, "the session is not as it should be", "exists: %v\n%+v", exists, row)
		}
	}
}
