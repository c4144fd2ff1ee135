package shellresource

import (
	"net/netip"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// annHere is ann on the server's own machine.
var annHere = wsman.Principal{User: ann.User, Scheme: "Basic", Source: netip.MustParseAddr("127.0.0.1"), Loopback: true}

// wish is the header by which a client asks for an interactive token.
func wish(value string) string {
	return `<t:UseInteractiveToken xmlns:t="` + wsman.NamespaceSession + `" e:mustUnderstand="false">` + value + `</t:UseInteractiveToken>`
}

// seedLoopbackRules are the rules of about_Remote_Disconnected_Sessions for
// loopback sessions: who makes one, how, and whether it is then kept from the
// same user elsewhere.
var seedLoopbackRules = []struct {
	name   string
	who    wsman.Principal
	header string
	kept   bool
}{
	// "By default, loopback sessions are created with a network security token
	// [...]. You can reconnect to loopback sessions that have a network security
	// token from any session on the local computer or a remote computer."
	{"loopback by default", annHere, "", false},
	{"loopback that wants none", annHere, wish("false"), false},
	{"loopback that wants none, as a number", annHere, wish("0"), false},
	// "However, if you use the EnableNetworkAccess parameter [...], the loopback
	// session is created with an interactive security token. [...] However, to
	// prevent malicious access, you can reconnect to loopback sessions with
	// interactive tokens only from the computer on which they were created."
	{"loopback that wants one", annHere, wish("true"), true},
	{"loopback that wants one, as a number", annHere, wish("1"), true},
	// "Loopback sessions, or local sessions, are PSSessions that originate and
	// terminate on the same computer." Others have no interactive token.
	{"remote", ann, "", false},
	{"remote that wants one", ann, wish("true"), false},
}

func TestSeedLoopbackRules(t *testing.T) {
	for _, rule := range seedLoopbackRules {
		for name, o := range onShell {
			t.Run(rule.name+"/"+name, func(t *testing.T) {
				w := newWorld(t)
				s := &loopback{world: w, first: rule.who}
				s.make(rule.header, name == "Connect" || name == "Reconnect")
				again := "uuid:" + uuid.NewString()
				// First the same client elsewhere, under its own SessionId and with a
				// message of its own; then it is served where it was made.
				remote := s.serve(ask{action: o.action, shell: shellA, body: o.body, who: ann, id: again})
				if !rule.kept || name == "Get" || name == "Delete" {
					require.NoError(t, remote.err())
					return
				}
				s.refused(remote)
				require.NoError(t, s.serve(ask{action: o.action, shell: shellA, body: o.body, who: annHere, id: again}).err())
				// What was answered there is not answered here.
				s.refused(s.serve(ask{action: o.action, shell: shellA, body: o.body, who: ann, id: again}))
			})
		}
	}
}

// loopback is a session and who made it.
type loopback struct {
	*world
	first wsman.Principal
}

// make makes the session, with a command that has output.
func (s *loopback) make(header string, disconnect bool) {
	s.t.Helper()
	do := func(action, body, header string) {
		a := ask{action: action, body: body, header: header, who: s.first, shell: shellA}
		if action == wsman.ActionCreate {
			a.shell = ""
		}
		require.NoError(s.t, s.serve(a).err())
	}
	do(wsman.ActionCreate, psShell(shellA, ""), header)
	do(wsman.ActionCommand, commandBody(commandA, "YQ=="), "")
	s.lastCommand(s.powershell).Stream("stdout").Put(keep("x"))
	if disconnect {
		do(wsman.ActionDisconnect, "<r:Disconnect/>", "")
	}
}

// refused checks that an operation was refused, with a reason that helps.
func (s *loopback) refused(r *reply) {
	s.t.Helper()
	require.ErrorIs(s.t, r.err(), wsman.CodeAccessDenied)
	assert.Equal(s.t, wsman.FaultCode(5), r.fault.WSMan.Code)
	assert.Equal(s.t, wsman.QName{Space: wsman.NamespaceWSMan, Local: "AccessDenied"}, r.fault.Subcode)
	assert.Equal(s.t, "Access is denied. Shell "+shellA+" was created with an interactive token on the machine that it is on; "+
		"connect to it from there, or remove it.", r.fault.Message())
}

// TestSeedLoopbackCommands: what holds for a session holds for its commands.
func TestSeedLoopbackCommands(t *testing.T) {
	w := newWorld(t)
	s := &loopback{world: w, first: annHere}
	s.make(wish("1"), true)
	const other = "uuid:22222222-2222-4222-8222-222222222222"
	do := func(action, body string, who wsman.Principal) *reply {
		return s.serve(ask{action: action, shell: shellA, body: body, who: who, session: other})
	}
	require.NoError(t, do(wsman.ActionConnect, connectBody(""), annHere).err())
	reconnect := "<r:Reconnect" + commandAttr(commandA) + "/>"
	connect := "<r:Connect" + commandAttr(commandA) + "/>"
	s.refused(do(wsman.ActionReconnect, reconnect, ann))
	s.refused(do(wsman.ActionConnect, connect, ann))
	require.NoError(t, do(wsman.ActionReconnect, reconnect, annHere).err())
	require.NoError(t, do(wsman.ActionConnect, connect, annHere).err())

	// It is listed to its owner everywhere, with its commands.
	for _, who := range []wsman.Principal{ann, annHere} {
		list := Local{w.dir}.List(t.Context(), ClientOf(&wsman.Request{Principal: who}))
		require.Len(t, list, 1)
		commands, err := Local{w.dir}.Commands(t.Context(), ClientOf(&wsman.Request{Principal: who}), shellA)
		require.NoError(t, err)
		assert.Equal(t, []shell.CommandInfo{{ID: commandA, Line: "dir"}}, commands)
	}
}

// TestSeedLoopbackOnlyAtCreate: the wish means nothing at any other operation.
func TestSeedLoopbackOnlyAtCreate(t *testing.T) {
	w := newWorld(t)
	s := &loopback{world: w, first: annHere}
	s.make("", false)
	for _, a := range []ask{
		{action: wsman.ActionGet},
		{action: wsman.ActionDisconnect, body: "<r:Disconnect/>"},
		{action: wsman.ActionReconnect},
		{action: wsman.ActionDisconnect, body: "<r:Disconnect/>"},
		{action: wsman.ActionConnect, body: connectBody("")},
		{action: wsman.ActionReceive, body: receiveRequest(commandA, "stdout")},
		{action: wsman.ActionDisconnect, body: "<r:Disconnect/>"},
	} {
		a.shell, a.who, a.header = shellA, annHere, wish("true")
		require.NoError(t, w.serve(a).err(), a.action)
	}
	require.NoError(t, w.serve(ask{action: wsman.ActionReconnect, shell: shellA, who: ann}).err())
}

// TestSeedLoopbackMalformed: a wish that cannot be understood makes no session.
func TestSeedLoopbackMalformed(t *testing.T) {
	for _, who := range []wsman.Principal{ann, annHere} {
		w := newWorld(t)
		r := w.serve(ask{action: wsman.ActionCreate, body: psShell(shellA, ""), header: wish("perhaps"), who: who})
		require.ErrorIs(t, r.err(), wsman.CodeInvalidHeader)
		assert.Contains(t, r.fault.Message(), "UseInteractiveToken must be true, false, 1 or 0: perhaps.")
		assert.Empty(t, w.powershell.Instances())
	}
}
