package shellresource

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/wsman"
)

// seedStep is one thing that a client does and what the session is after it:
// idle timeout in seconds, buffer mode and state, or "gone", or "refused" with
// the milliseconds that were asked for, the least and the most.
type seedStep struct{ do, then string }

// seedRules are the rules that Microsoft's documents have for idle timeout and
// output buffering mode, each under the sentence that says so. Without a name
// the sentence is from about_Remote_Disconnected_Sessions.
//
// Configuration Test is the one of that document: IdleTimeoutSec 172800,
// MaxIdleTimeoutSec 259200, OutputBufferingMode Drop. Plain has the defaults.
// A step is an operation and what its body says. A connect is that of a new
// client; what follows is the attached client's.
var seedRules = []struct {
	name  string
	steps []seedStep
}{
	// "The IdleTimeoutMs property of the session configuration determines the
	// default idle timeout of sessions that use the session configuration."
	{"default idle timeout", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"delete", "gone"},
		{"create Plain", "7200 Block Connected"},
	}},
	// "You can override the default value, but that value can't exceed the
	// MaxIdleTimeoutMs property of the session configuration."
	{"override at creation", []seedStep{
		{"create Test IdleTimeOut=PT60S", "60 Drop Connected"},
		{"delete", "gone"},
		{"create Test IdleTimeOut=PT259200S", "259200 Drop Connected"},
		{"delete", "gone"},
		{"create Test IdleTimeOut=PT172800.001S", "172800.001 Drop Connected"},
	}},
	// "If the idle time-out set in the session options exceeds the value of the
	// MaxIdleTimeoutMs property of the session configuration, the command to
	// create a session fails." (New-PSSessionOption)
	{"cap at creation", []seedStep{
		{"create Test IdleTimeOut=PT259200.001S", "refused 259200001 60000 259200000"},
		{"get", "gone"},
		{"create Test IdleTimeOut=P30D", "refused 2592000000 60000 259200000"},
		{"get", "gone"},
		{"create Plain IdleTimeOut=PT2147483.648S", "refused 2147483648 60000 2147483647"},
		{"get", "gone"},
		{"create Plain IdleTimeOut=PT2147483.647S", "2147483.647 Block Connected"},
	}},
	// "The minimum value is 60000 (1 minute)." (New-PSSessionOption)
	{"minimum", []seedStep{
		{"create Test IdleTimeOut=PT59.999S", "refused 59999 60000 259200000"},
		{"get", "gone"},
		{"create Test IdleTimeOut=PT60S", "60 Drop Connected"},
		{"disconnect IdleTimeOut=PT59.999S", "refused 59999 60000 259200000"},
		{"get", "60 Drop Connected"},
	}},
	// "To change the idle timeout of a PSSession when disconnecting, use the
	// IdleTimeoutSec parameter of the Disconnect-PSSession cmdlet."
	{"override at disconnect", []seedStep{
		{"create Test IdleTimeOut=PT3600S", "3600 Drop Connected"},
		{"disconnect IdleTimeOut=PT200000S", "200000 Drop Disconnected"},
		{"reconnect", "200000 Drop Connected"},
		{"disconnect IdleTimeOut=PT60S", "60 Drop Disconnected"},
		{"connect", "60 Drop Connected"},
		{"disconnect", "60 Drop Disconnected"},
	}},
	// "However, the client-side values cannot violate maximum values and quotas
	// set in the session configuration." (New-PSTransportOption)
	{"cap at disconnect", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT259200.001S", "refused 259200001 60000 259200000"},
		{"get", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT259200.001S BufferMode=Block", "refused 259200001 60000 259200000"},
		{"get", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT259200S", "259200 Drop Disconnected"},
	}},
	// "However, you can't change the IdleTimeout value when you connect to the
	// PSSession (Connect-PSSession) or get results (Receive-PSSession)."
	{"no change at connect", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"connect", "172800 Drop Connected"},
		{"receive", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"reconnect", "172800 Drop Connected"},
		{"receive", "172800 Drop Connected"},
	}},
	// "The IdleTimeout value in SessionOption object and the IdleTimeout value in
	// the $PSSessionOption preference variable don't change the value of the
	// IdleTimeout in a Connect-PSSession or Receive-PSSession command." Nor do
	// they make it fail, whatever they are.
	{"no change at connect by a value", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect IdleTimeOut=PT3600S", "3600 Drop Disconnected"},
		{"connect IdleTimeOut=PT7200S", "3600 Drop Connected"},
		{"receive IdleTimeOut=PT7200S", "3600 Drop Connected"},
		{"reconnect IdleTimeOut=PT7200S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"connect IdleTimeOut=PT259201S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"connect IdleTimeOut=PT1S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"reconnect IdleTimeOut=PT259201S", "3600 Drop Connected"},
		{"disconnect", "3600 Drop Disconnected"},
		{"reconnect IdleTimeOut=never", "3600 Drop Connected"},
		{"reconnect-command IdleTimeOut=PT7200S", "3600 Drop Connected"},
		{"connect-command IdleTimeOut=PT7200S", "3600 Drop Connected"},
	}},
	// "Disconnecting a session makes it idle and starts the IdleTimeout clock,
	// even if commands are still running in the disconnected session."
	{"the clock starts at disconnect", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"receive", "172800 Drop Connected"}, // which starts a command
		{"wait 47h", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"wait 47h59m59.999999999s", "172800 Drop Disconnected"},
		{"wait 1ns", "gone"},
	}},
	// "They're available for you to reconnect until you delete the PSSession, such
	// as by using the Remove-PSSession cmdlet, or until the idle timeout of the
	// PSSession expires."
	{"until the idle timeout that was set last", []seedStep{
		{"create Test IdleTimeOut=PT3600S", "3600 Drop Connected"},
		{"disconnect IdleTimeOut=PT60S", "60 Drop Disconnected"},
		{"wait 59.999999999s", "60 Drop Disconnected"},
		{"connect IdleTimeOut=PT7200S", "60 Drop Connected"},
		{"disconnect", "60 Drop Disconnected"},
		{"wait 60s", "gone"},
		{"create Test", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"delete", "gone"},
	}},
	// "The OutputBufferingMode property of the session configuration determines
	// the default buffering mode of sessions that use the session configuration."
	{"default buffer mode", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"disconnect", "172800 Drop Disconnected"},
		{"delete", "gone"},
		{"create Plain", "7200 Block Connected"},
	}},
	// "You can override the default value in the session configuration and set
	// the output buffering mode of a PSSession when you create a PSSession, when
	// you disconnect, and when you reconnect."
	{"override of the buffer mode", []seedStep{
		{"create Test BufferMode=Block", "172800 Block Connected"},
		{"disconnect BufferMode=Drop", "172800 Drop Disconnected"},
		{"reconnect BufferMode=Block", "172800 Block Connected"},
		{"disconnect", "172800 Block Disconnected"},
		{"connect BufferMode=Drop", "172800 Drop Connected"},
		{"reconnect BufferMode=Block", "172800 Block Connected"},
		{"delete", "gone"},
		{"create Plain BufferMode=Drop", "7200 Drop Connected"},
	}},
	// "No output buffering mode specified. Output buffering mode on server will
	// default to Block if a new session is created, or will retain its current
	// mode for non-creation scenarios." (OutputBufferingMode.None)
	{"buffer mode without a wish", []seedStep{
		{"create Plain", "7200 Block Connected"},
		{"disconnect BufferMode=Drop", "7200 Drop Disconnected"},
		{"reconnect", "7200 Drop Connected"},
		{"disconnect", "7200 Drop Disconnected"},
		{"connect", "7200 Drop Connected"},
	}},
	// "To change the output buffering mode of a PSSession when reconnecting, use
	// the OutputBufferingMode parameter of the New-PSSessionOption cmdlet." What is
	// not one of these moments changes nothing.
	{"buffer mode at other moments", []seedStep{
		{"create Test", "172800 Drop Connected"},
		{"receive BufferMode=Block", "172800 Drop Connected"},
		{"reconnect-command BufferMode=Block", "172800 Drop Connected"},
		{"connect-command BufferMode=Block", "172800 Drop Connected"},
	}},
}

func TestSeedRules(t *testing.T) {
	for _, rule := range seedRules {
		t.Run(rule.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &seedSession{world: newWorld(t, seedConfigurations), client: "uuid:first"}
				for _, step := range rule.steps {
					require.Equal(t, step.then, s.take(step.do), step.do)
				}
			})
		})
	}
}

// seedConfigurations has Test for JEARole, and Plain for Microsoft.PowerShell.
func seedConfigurations(w *world) {
	test := *w.configs[strings.ToLower(uriJEA)]
	test.IdleTimeout, test.MaxIdleTimeout, test.BufferMode = 172800*time.Second, 259200*time.Second, shell.Drop
	w.configs[strings.ToLower(uriJEA)] = &test
}

// seedSession is a session and its clients.
type seedSession struct {
	*world
	resource string
	client   string // SessionId of the attached client
	clients  int
	command  bool // commandA runs
}

// take takes a step and says what the session is then.
func (s *seedSession) take(step string) string {
	s.t.Helper()
	words := strings.Fields(step)
	operation, rest := words[0], words[1:]
	switch operation {
	case "get":
		return s.now()
	case "wait":
		d, err := time.ParseDuration(rest[0])
		require.NoError(s.t, err)
		time.Sleep(d)
		synctest.Wait()
		return s.now()
	case "create":
		s.resource = map[string]string{"Test": uriJEA, "Plain": uriPowerShell}[rest[0]]
		s.command, rest = false, rest[1:]
	case "receive":
		s.output()
	case "connect":
		s.clients++
		s.client = "uuid:client" + strconv.Itoa(s.clients)
	}
	a := s.request(operation, elementsOf(rest))
	r := s.serve(a)
	if r.fault == nil {
		return s.now()
	}
	require.ErrorIs(s.t, r.fault, wsman.CodeIdleTimeoutOutOfBounds, step)
	assert.Equal(s.t, wsman.FaultCode(0x803381F2), r.fault.WSMan.Code)
	var asked, least, most int
	_, err := fmt.Sscanf(r.fault.Message(), "An idle timeout of %d ms was asked for; it must be from %d to %d ms.", &asked, &least, &most)
	require.NoError(s.t, err, r.fault.Message())
	return fmt.Sprintf("refused %d %d %d", asked, least, most)
}

// request is an operation with some elements in its body.
func (s *seedSession) request(operation, elements string) ask {
	a := ask{resource: s.resource, shell: shellA, session: s.client}
	switch operation {
	case "create":
		a.action, a.shell, a.body = wsman.ActionCreate, "", psShell(shellA, elements)
	case "disconnect":
		a.action, a.body = wsman.ActionDisconnect, "<r:Disconnect>"+elements+"</r:Disconnect>"
	case "reconnect":
		a.action, a.body = wsman.ActionReconnect, "<r:Reconnect>"+elements+"</r:Reconnect>"
	case "reconnect-command":
		a.action, a.body = wsman.ActionReconnect, "<r:Reconnect"+commandAttr(commandA)+">"+elements+"</r:Reconnect>"
	case "connect":
		a.action, a.body = wsman.ActionConnect, connectBody(elements)
	case "connect-command":
		a.action, a.body = wsman.ActionConnect, "<r:Connect"+commandAttr(commandA)+">"+elements+"</r:Connect>"
	case "receive":
		a.action = wsman.ActionReceive
		a.body = strings.Replace(receiveRequest(commandA, "stdout"), "<r:Receive>", "<r:Receive>"+elements, 1)
	case "delete":
		a.action = wsman.ActionDelete
	default:
		require.Fail(s.t, "no such operation", operation)
	}
	return a
}

// output puts out something, of a command that is started if none runs.
func (s *seedSession) output() {
	s.t.Helper()
	if !s.command {
		start := ask{action: wsman.ActionCommand, resource: s.resource, shell: shellA, session: s.client, body: commandBody(commandA, "YQ==")}
		require.NoError(s.t, s.serve(start).err())
		s.command = true
	}
	s.lastCommand(s.powershell).Stream("stdout").Put(keep("x"))
}

// elementsOf writes words as elements.
func elementsOf(words []string) string {
	var b strings.Builder
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		fmt.Fprintf(&b, "<r:%s>%s</r:%[1]s>", name, value)
	}
	return b.String()
}

// now says what the session is, as a Get tells it: that changes nothing.
func (s *seedSession) now() string {
	s.t.Helper()
	r := s.serve(ask{action: wsman.ActionGet, resource: wsman.ResourceShell, shell: shellA, session: "uuid:onlooker"})
	if r.fault != nil {
		require.ErrorIs(s.t, r.fault, wsman.CodeUnexpectedSelectors)
		return "gone"
	}
	idle := strings.TrimSuffix(strings.TrimPrefix(r.text("rsp:IdleTimeOut"), "PT"), "S")
	return strings.Join([]string{strings.TrimSuffix(idle, ".000"), r.text("rsp:BufferMode"), r.text("rsp:State")}, " ")
}
