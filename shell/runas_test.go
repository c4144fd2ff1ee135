package shell_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
)

func runAs(account string) func(*shell.Configuration) {
	return func(c *shell.Configuration) { c.RunAs = account }
}

// TestRunAsTakesOver: whoever is logged on as the account that the shell runs as
// connects, gets the output and is the attached client then. The shell stays its
// owner's, who takes it back.
func TestRunAsTakesOver(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		cmd := w.command()
		w.disconnect()
		cmd.Stream("stdout").Put(whole("output"))
		w.connect(deploy)
		w.assertTexts(w.receive(deploy, cmd), "output")
		info := w.info()
		assert.Equal(t, owner.User, info.Owner)
		assert.Equal(t, deploy.Address, info.ClientIP)
		_, err := w.sh.Connect(t.Context(), owner, nil, shell.Data{})
		assertReason(t, err, shell.ReasonOtherClient)
		require.NoError(t, w.sh.Disconnect(t.Context(), deploy, shell.DisconnectRequest{}))
		w.connect(owner)
		require.NoError(t, w.sh.Close(deploy))
	}, runAs("deploy"))
}

// TestRunAsLists: who is told of a shell.
func TestRunAsLists(t *testing.T) {
	for _, test := range []struct {
		name  string
		runAs string
		c     shell.Client
		want  int
	}{
		{"owner", "deploy", owner, 1}, {"the account", "deploy", deploy, 1}, {"a third", "deploy", bob, 0},
		{"an administrator", "deploy", admin, 1}, {"the account, of no configuration", "", deploy, 0},
		{"nobody's account, of no configuration", "", shell.Client{User: `HOST\eve`}, 0},
		{"the name of the user is not the account's", "HOST\\bob", bob, 0},
		{"in other letters", "deploy", shell.Client{User: "eve", Account: "Deploy"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, runAs(test.runAs))
			list := w.dir.List(test.c)
			assert.Len(t, list, test.want)
			info := w.info()
			assert.Equal(t, test.runAs, info.RunAs)
			assert.Equal(t, test.want == 1, info.VisibleTo(test.c))
		})
	}
}

// TestRunAsCommandShell: a command shell is every session's of who may use it.
func TestRunAsCommandShell(t *testing.T) {
	w := newWorld(t, console, runAs("deploy"))
	_, err := w.sh.Command(t.Context(), deploy, "", &shell.CommandRequest{Line: "x"})
	require.NoError(t, err)
	var access *shell.AccessError
	_, err = w.sh.Command(t.Context(), bob, "", &shell.CommandRequest{Line: "x"})
	require.ErrorAs(t, err, &access)
}

// TestRunAsInteractiveToken: what keeps a shell to one machine keeps it from the
// account elsewhere, too.
func TestRunAsInteractiveToken(t *testing.T) {
	w := newWorld(t, runAs("deploy"))
	spec := w.spec()
	spec.ShellID, spec.InteractiveToken = "22222222-aaaa-4bbb-8ccc-222222222222", true
	sh, err := w.dir.Create(t.Context(), spec)
	require.NoError(t, err)
	var token *shell.InteractiveTokenError
	require.ErrorAs(t, sh.Disconnect(t.Context(), deploy, shell.DisconnectRequest{}), &token)
	require.NoError(t, sh.Close(deploy))
}
