package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/account"
)

// runAsFailed is ERROR_WSMAN_CREATESHELL_RUNAS_FAILED.
const runAsFailed = 0x803381DF

// sharedListing is what psrp_list.py says of sessions that others may see.
type sharedListing struct {
	Shells []struct {
		ShellID   string `json:"ShellId"`
		ProcessID string `json:"ProcessId"`
		Owner     string
		State     string
		Commands  []struct {
			CommandID string `json:"CommandId"`
		}
	}
}

// ownerOf is the number of the account that a process runs as.
func ownerOf(t *testing.T, pid string) int {
	t.Helper()
	info, err := os.Stat(filepath.Join("/proc", pid))
	require.NoError(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// TestRunAs: who may use the sessions of a configuration with a RunAsUser. The
// owner and whoever is logged on as that account, and nobody else.
func TestRunAs(t *testing.T) {
	t.Parallel()
	deploy, third := account.New(t), account.New(t)
	// pypsrp connects to sessions of this configuration only.
	s := start(t, setup{configurations: map[string]string{
		"Microsoft.PowerShell": fmt.Sprintf("Plugin = 'runspace'\nRunAsUser = '%s'\n", deploy.Name),
	}})
	s.addUser(t, deploy.Name)
	s.addUser(t, third.Name)
	s.addUser(t, "operator", "--account", deploy.Name)
	leave := func(c client, script any) departure { return c.leave(t, args{"scripts": []any{script}}) }
	alice, others := s.client(), s.client().as(third.Name)
	left := leave(alice, "1; 2; 'end'")
	id := left.ids()[0]

	var command string
	for _, user := range []string{"alice", deploy.Name, "operator"} {
		shells := run[sharedListing](t, s.client().as(user), "psrp_list.py", nil).Shells
		require.Len(t, shells, 1, user)
		assert.Equal(t, id, shells[0].ShellID)
		assert.Equal(t, "alice", shells[0].Owner, "as %s sees it", user)
		assert.Equal(t, "Disconnected", shells[0].State)
		assert.Equal(t, deploy.UID, ownerOf(t, shells[0].ProcessID))
		require.Len(t, shells[0].Commands, 1)
		command = shells[0].Commands[0].CommandID
	}

	assert.Empty(t, run[sharedListing](t, others, "psrp_list.py", nil).Shells)
	for operation, code := range run[access](t, others, "psrp_access.py", args{"shell_id": id, "command_id": command, "delete": true}).Codes {
		assert.Equal(t, uint32(accessDenied), code, operation)
	}

	// The account connects, receives and removes.
	pipeline := s.client().as(deploy.Name).comeBack(t, left, nil).onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, []any{1.0, 2.0, "end"}, pipeline.Output)
	assert.Empty(t, s.sessions(t))

	// A user with that account removes another's; the owner's are the owner's still.
	left = leave(alice, "3")
	removed := leave(alice, nil)
	type result struct{ Delete, Get uint32 }
	assert.Equal(t, result{Get: unexpectedSelectors},
		run[result](t, s.client().as("operator"), "shell_delete.py", args{"shell_id": removed.ids()[0]}))
	pipeline = alice.comeBack(t, left, nil).onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, []any{3.0}, pipeline.Output)

	// Who only opens a session with it is not logged on as its account.
	leave(others, nil)
	assert.Empty(t, run[sharedListing](t, alice, "psrp_list.py", nil).Shells)
	assert.Len(t, run[sharedListing](t, s.client().as("operator"), "psrp_list.py", nil).Shells, 1)
	assert.Len(t, run[sharedListing](t, others, "psrp_list.py", nil).Shells, 1)
}

// TestLocalAccounts: whose account a command shell has, and the faults where there
// is none.
func TestLocalAccounts(t *testing.T) {
	t.Parallel()
	ann := account.New(t)
	s := start(t, setup{configurations: map[string]string{"Lost": "Plugin = 'runspace'\nRunAsUser = 'no-such-account'\n"}})
	s.addUser(t, ann.Name)
	s.addUser(t, "operator", "--account", ann.Name)
	s.addUser(t, "lost", "--account", "no-such-account")
	type result struct {
		Stdout string
		Status int
	}
	for _, user := range []string{ann.Name, "operator"} {
		got := run[result](t, s.client().as(user), "winrs_run.py", args{"command": "id", "arguments": []string{"-u"}})
		assert.Equal(t, strconv.Itoa(ann.UID)+"\n", got.Stdout, user)
	}
	opened := args{"script": "1", "configuration": "winrmd.demo"}
	refused := s.client().as("lost").fails(t, "psrp_invoke.py", opened)
	assert.Equal(t, uint32(runAsFailed), refused.Code, refused.Text)
	assert.Contains(t, refused.Text, "there is no account no-such-account on this machine")
	refused = s.client().fails(t, "psrp_invoke.py", args{"script": "1", "configuration": "Lost"})
	assert.Equal(t, uint32(runAsFailed), refused.Code, refused.Text)

	// Alice, who has none, is the server's own until that is not allowed any more.
	run[outcome](t, s.client(), "psrp_invoke.py", opened)
	require.NoError(t, os.WriteFile(filepath.Join(s.state, "winrmd.toml"), []byte("RequireLocalAccount = true\n"), 0o600))
	refused = s.client().fails(t, "psrp_invoke.py", opened)
	assert.Equal(t, uint32(runAsFailed), refused.Code, refused.Text)
	assert.Contains(t, refused.Text, "RequireLocalAccount")
	run[outcome](t, s.client().as(ann.Name), "psrp_invoke.py", opened)
	assert.Empty(t, s.sessions(t))
}
