package starter

import (
	"context"
	"errors"
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration/account"
	"github.com/winrmd/winrmd/shell/process"
	"github.com/winrmd/winrmd/shell/unit"
)

// TestNoUnit: where systemd makes no unit, or says that it has and there is none, a
// session is in a group of winrmd's own, under its limits.
func TestNoUnit(t *testing.T) {
	for name, answer := range map[string]error{"refused": errors.New("not today"), "it is not there": nil} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			var asked unit.Scope
			s := &server{log: slog.New(slog.NewTextHandler(&log, nil)), makeUnit: func(_ context.Context, s unit.Scope) error {
				asked = s
				return answer
			}}
			r := &request{ShellID: strings.ToUpper(uuid.NewString()), Limits: process.Limits{MemoryMB: 100, Processes: 5, OpenFiles: 20}}
			group := s.newGroup(r.ShellID)
			require.NotNil(t, group)
			defer group.Close()
			cmd := exec.CommandContext(t.Context(), "/bin/sleep", "1000")
			group.Attach(cmd)
			require.NoError(t, cmd.Start())
			defer func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				assert.NoError(t, process.Release(r.ShellID))
			}()
			assert.Empty(t, s.confine(r, &account.Account{Name: "alice", UID: 1001}, cmd.Process.Pid, group))
			want := process.Limits{MemoryMB: 100, Processes: 5}
			assert.Equal(t, unit.Scope{ShellID: r.ShellID, Account: "alice", UID: 1001, PID: cmd.Process.Pid, Limits: want}, asked)
			use, err := process.UseOf(r.ShellID)
			require.NoError(t, err)
			assert.Equal(t, 1, use.Processes)
			assert.Contains(t, log.String(), "the session is in no unit of systemd")
		})
	}
}
