package interop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostProcess is the process that holds a session.
func (s *server) hostProcess(t *testing.T, shellID string) *os.Process {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(s.state, "shells", shellID, "host.json"))
	require.NoError(t, err)
	var record struct{ PID int }
	require.NoError(t, json.Unmarshal(content, &record))
	require.NotZero(t, record.PID)
	process, err := os.FindProcess(record.PID)
	require.NoError(t, err)
	return process
}

// TestFinishedOutlivesHost: what a pipeline had put out when it was finished is
// given to whoever connects, also when the process of the session was killed.
func TestFinishedOutlivesHost(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	for name, serverRuns := range map[string]bool{"server runs": true, "server is down": false} {
		t.Run(name, func(t *testing.T) {
			left := s.client().leave(t, args{"scripts": []string{"1..1000; Write-Warning 'a warning'"}})
			id := left.ids()[0]
			s.waitHeld(t, id, completed)
			require.Eventually(t, func() bool {
				_, err := os.Stat(filepath.Join(s.state, "shells", id, "spool", "index"))
				return err == nil
			}, patience, 50*time.Millisecond)
			if !serverRuns {
				s.kill(t)
			}
			require.NoError(t, s.hostProcess(t, id).Kill())
			if !serverRuns {
				s.restart(t)
			}
			s.waitSession(t, id, patience, func(row sessionRow, exists bool) bool { return exists && row.State == "Disconnected" })

			got := s.client().comeBack(t, left, nil).onlyPipeline(t)
			got.completed(t)
			assert.Equal(t, numbers(1, 1000), got.Output)
			assert.Equal(t, []string{"a warning"}, got.Warnings)
			assert.NotContains(t, s.sessions(t), id, "sessions after it was deleted")
		})
	}
}

// TestSessionsWithoutServer: sessions are listed and removed while no server
// runs.
func TestSessionsWithoutServer(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{"scripts": []string{"Start-Sleep 300", "Start-Sleep 301"}})
	s.kill(t)
	rows := s.sessions(t)
	require.Len(t, rows, 2)
	for _, id := range left.ids() {
		assert.Equal(t, "Disconnected", rows[id].State)
		assert.Equal(t, "alice", rows[id].Owner)
	}
	gone, kept := left.ids()[0], left.ids()[1]
	s.command(t, "", "session", "remove", "--state", s.state, gone)
	rows = s.sessions(t)
	assert.NotContains(t, rows, gone)
	assert.Contains(t, rows, kept)
	s.restart(t)
	assert.Contains(t, s.sessions(t), kept)
}
