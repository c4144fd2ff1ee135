package psremoting_test

import (
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// configuration is that of the scripted pool.
const configuration = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"

// scripted is a server with one runspace pool, in which every pipeline puts out
// the same.
type scripted struct {
	objects uint64
	output  []clixml.Value
}

// object is one object of the server, as fragments.
func (s *scripted) object(message []byte) string {
	s.objects++
	return string(psrp.AppendFragments(nil, s.objects, message, 0))
}

func (s *scripted) message(kind psrp.MessageType, v clixml.Value) string {
	data, _ := clixml.Append(nil, v) // of the test's own
	return s.object(psrp.Message{MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationClient, Type: kind}, Data: data}.Append(nil))
}

// ofPool reports whether a Receive is for the pool's own messages.
func ofPool(r *wsmantest.Request) bool { return !strings.Contains(r.Body(), "CommandId=") }

func ofCommand(r *wsmantest.Request) bool { return !ofPool(r) }

func shellID(r *wsmantest.Request) string {
	body := r.Body()
	_, rest, _ := strings.Cut(body, `ShellId="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func commandID(r *wsmantest.Request) string {
	_, rest, _ := strings.Cut(r.Body(), `CommandId="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// steps are what the server does.
func (s *scripted) steps() []wsmantest.Option {
	opened := s.object(psrp.SessionCapability(psrp.GUID{}, "2.3")) +
		s.message(psrp.MessageApplicationPrivateData, &clixml.Object{}) +
		s.object(psrp.RunspacePoolStateMessage(psrp.GUID{}, psrp.RunspacePoolOpened, ""))
	output := ""
	for _, v := range s.output {
		output += s.message(psrp.MessagePipelineOutput, v)
	}
	ended := s.object(psrp.PipelineStateMessage(psrp.GUID{}, psrp.GUID{}, psrp.PSInvocationCompleted, ""))
	return []wsmantest.Option{
		wsmantest.On(wsman.ActionCreate).AnswerFunc(func(r *wsmantest.Request) string {
			return wsmantest.ShellCreated(configuration, shellID(r), wsmantest.Disconnectable()...)
		}),
		wsmantest.On(wsman.ActionReceive).When(ofPool).Answer(wsmantest.Received(wsmantest.Stream("stdout", "", opened))),
		wsmantest.On(wsman.ActionReceive).When(ofPool).Fault(wsman.CodeOperationTimedOut).Always(),
		wsmantest.On(wsman.ActionCommand).AnswerFunc(func(r *wsmantest.Request) string {
			return wsmantest.CommandStarted(commandID(r))
		}).Always(),
		wsmantest.On(wsman.ActionReceive).When(ofCommand).AnswerFunc(func(r *wsmantest.Request) string {
			id := commandID(r)
			return wsmantest.Received(wsmantest.Stream("stdout", id, output+ended), wsmantest.Done(id, 0))
		}).Always(),
		wsmantest.On(wsman.ActionSignal).Answer("<rsp:SignalResponse/>").Always(),
		wsmantest.On(wsman.ActionDisconnect).Answer("<rsp:DisconnectResponse/>").Always(),
		wsmantest.On(wsman.ActionDelete).Answer("").Always(),
	}
}

func replacer(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}
