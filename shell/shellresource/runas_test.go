package shellresource

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

// carl is logged on as the account that shells run as.
var carl = wsman.Principal{User: `HOST\carl`, Account: "deploy", Scheme: "Basic", Source: bob.Source}

// TestRunAs: what an operation does for whoever is logged on as the account of
// the configuration, and for others.
func TestRunAs(t *testing.T) {
	for name, test := range map[string]struct {
		runAs string
		who   wsman.Principal
		may   bool
	}{
		"the account":                   {"deploy", carl, true},
		"another account":               {"ann", carl, false},
		"the account, without a run as": {"", carl, false},
		"somebody without an account":   {"deploy", bob, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachOperation(t, func(t *testing.T, w *world, a ask, _ string) {
				w.configuration(uriPowerShell).RunAs = test.runAs
				ids, _ := listed(w.serve(ask{action: wsman.ActionEnumerate, resource: wsman.ResourceShell,
					body: "<n:Enumerate>" + optimized + "</n:Enumerate>", who: test.who}))
				assert.Len(t, ids, map[bool]int{true: 1}[test.may])
				a.who = test.who
				r := w.serve(a)
				if !test.may {
					require.ErrorIs(t, r.err(), wsman.CodeAccessDenied)
					assert.NotContains(t, string(r.envelope), ann.User)
					return
				}
				switch a.action {
				case wsman.ActionGet:
					require.NoError(t, r.err())
					assert.Equal(t, ann.User, r.text("rsp:Owner"), "it stays hers")
				case wsman.ActionConnect, wsman.ActionDelete:
					require.NoError(t, r.err())
				default: // it is connected to her
					require.ErrorIs(t, r.err(), wsman.CodeShellConnectedToDifferentClient)
				}
			})
		})
	}
}

// TestRunAsFromConnectToDelete: the account uses a session as its owner would.
func TestRunAsFromConnectToDelete(t *testing.T) {
	w := newWorld(t, func(w *world) { w.configuration(uriPowerShell).RunAs = "deploy" })
	w.createPowerShell()
	w.command().Stream("stdout").Put(keep("hello"))
	require.NoError(t, w.serve(ask{action: wsman.ActionDisconnect, shell: shellA, body: "<r:Disconnect/>"}).err())
	for _, step := range []ask{
		{action: wsman.ActionConnect, body: connectBody("")},
		{action: wsman.ActionConnect, body: `<r:Connect` + commandAttr(commandA) + `/>`},
	} {
		step.shell, step.who = shellA, carl
		require.NoError(t, w.serve(step).err())
	}
	r := w.serve(ask{action: wsman.ActionReceive, shell: shellA, who: carl, body: receiveRequest(commandA, "stdout")})
	require.NoError(t, r.err())
	assert.Equal(t, "aGVsbG8=", r.text("rsp:Stream"))
	require.ErrorIs(t, w.serve(ask{action: wsman.ActionReceive, shell: shellA, body: receiveRequest(commandA, "stdout")}).err(),
		wsman.CodeShellConnectedToDifferentClient, "it is carl who is attached now")
	require.NoError(t, w.serve(ask{action: wsman.ActionDelete, shell: shellA, who: carl}).err())
	require.ErrorIs(t, w.serve(ask{action: wsman.ActionGet, shell: shellA}).err(), wsman.CodeUnexpectedSelectors)
}
