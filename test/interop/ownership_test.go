package interop

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listing is the result of psrp_list.py.
type listing struct {
	Shells []struct {
		ShellID         string `json:"ShellId"`
		ResourceURI     string `json:"ResourceUri"`
		Owner           string
		ClientIP        string
		State           string
		IdleTimeOut     string
		MaxIdleTimeOut  string
		BufferMode      string
		CompressionMode string
		ShellRunTime    string
		ShellInactivity string
		Commands        []struct {
			CommandID    string `json:"CommandId"`
			CommandState string
		}
	}
}

// attached starts a process that opens a pool and stays attached to it.
func attached(t *testing.T, c client) (holder *process, shellID string) {
	t.Helper()
	holder = c.begin(t, "psrp_hold.py", nil)
	opened := next[struct {
		ShellID string `json:"shellId"`
	}](t, holder)
	return holder, opened.ShellID
}

func TestListShowsState(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	_, held := attached(t, s.client())
	left := s.client().leave(t, args{"scripts": []string{"Start-Sleep 300"}})

	states := map[string]string{}
	for _, shell := range run[listing](t, s.client(), "psrp_list.py", nil).Shells {
		states[shell.ShellID] = shell.State
		assert.Equal(t, "http://schemas.microsoft.com/powershell/Microsoft.PowerShell", shell.ResourceURI)
		assert.Equal(t, "alice", shell.Owner)
		assert.Equal(t, "127.0.0.1", shell.ClientIP)
		assert.Equal(t, "PT7200.000S", shell.IdleTimeOut)
		assert.Equal(t, "PT2147483.647S", shell.MaxIdleTimeOut)
		assert.Equal(t, "Block", shell.BufferMode)
		assert.Regexp(t, `^P\d+DT\d+H\d+M\d+S$`, shell.ShellRunTime)
		assert.Regexp(t, `^P\d+DT\d+H\d+M\d+S$`, shell.ShellInactivity)
		if shell.ShellID == held {
			assert.Empty(t, shell.Commands)
			continue
		}
		require.Len(t, shell.Commands, 1)
		assert.Equal(t, "Running", shell.Commands[0].CommandState)
	}
	assert.Equal(t, map[string]string{held: "Connected", left.ids()[0]: "Disconnected"}, states)

	rows := s.sessions(t)
	require.Len(t, rows, 2)
	assert.Equal(t, "Connected", rows[held].State)
	assert.Equal(t, "alice", rows[held].Owner)
	assert.Equal(t, "127.0.0.1", rows[held].ClientIP)
	assert.Equal(t, "Disconnected", rows[left.ids()[0]].State)
}

func TestConnectWhileAnotherIsAttached(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	holder, shellID := attached(t, s.client())
	for _, script := range []string{"psrp_connect_pool.py", "psrp_return.py"} {
		parameters := args{"shell_id": shellID}
		if script == "psrp_return.py" {
			parameters = args{"shells": []string{shellID}}
		}
		got := s.client().fails(t, script, parameters)
		assert.Equal(t, pypsrpFault, got.Type)
		assert.Equal(t, uint32(connectedToDifferentClient), got.Code, got.Text)
	}
	holder.say(t)
	got := finish[struct{ After []any }](t, holder)
	assert.Equal(t, []any{"still attached"}, got.After)
}

// access is the result of psrp_access.py.
type access struct{ Codes map[string]uint32 }

func TestOtherUserHasNoAccess(t *testing.T) {
	t.Parallel()
	s := start(t, setup{settings: `Administrators = ["admin"]` + "\n"})
	s.addUser(t, "bob") // while the server runs
	s.addUser(t, "admin")
	left := s.client().leave(t, args{"scripts": []string{counting(5, 10, "end")}})
	shells := run[listing](t, s.client(), "psrp_list.py", nil).Shells
	require.Len(t, shells, 1)
	require.Len(t, shells[0].Commands, 1)
	names := args{"shell_id": left.ids()[0], "command_id": shells[0].Commands[0].CommandID}
	refused := map[string]uint32{
		"Get": accessDenied, "Connect": accessDenied, "Reconnect": accessDenied, "Disconnect": accessDenied,
		"Receive": accessDenied, "Send": accessDenied, "Signal": accessDenied,
	}

	bob := s.client().as("bob")
	assert.Empty(t, run[listing](t, bob, "psrp_list.py", nil).Shells)
	denied := bob.fails(t, "psrp_connect_pool.py", args{"shell_id": left.ids()[0]})
	assert.Equal(t, uint32(accessDenied), denied.Code, denied.Text)
	refused["Delete"] = accessDenied
	names["delete"] = true
	assert.Equal(t, refused, run[access](t, bob, "psrp_access.py", names).Codes)

	// An administrator sees it and may delete it, but may not use it.
	admin := s.client().as("admin")
	assert.Len(t, run[listing](t, admin, "psrp_list.py", nil).Shells, 1)
	refused["Get"] = 0
	delete(refused, "Delete")
	delete(names, "delete")
	assert.Equal(t, refused, run[access](t, admin, "psrp_access.py", names).Codes)

	// None of that has touched the session.
	pipeline := s.client().comeBack(t, left, nil).onlyPipeline(t)
	pipeline.completed(t)
	assert.Equal(t, append(numbers(1, 5), "end"), pipeline.Output)

	left = s.client().leave(t, args{"scripts": []any{nil}})
	type result struct{ Delete, Get uint32 }
	deleted := run[result](t, admin, "shell_delete.py", args{"shell_id": left.ids()[0]})
	assert.Equal(t, result{Delete: 0, Get: unexpectedSelectors}, deleted)
	assert.Empty(t, s.sessions(t))
}

func TestSessionRemove(t *testing.T) {
	t.Parallel()
	s := start(t, setup{})
	left := s.client().leave(t, args{"scripts": []string{"Start-Sleep 300"}})
	require.Contains(t, s.sessions(t), left.ids()[0])
	s.command(t, "", "session", "remove", "--state", s.state, left.ids()[0])
	assert.Empty(t, s.sessions(t))
	assert.Empty(t, run[listing](t, s.client(), "psrp_list.py", nil).Shells)
}
