package wsmanclient_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../../shared/captures"

// recorded is a recorded request and its answer.
type recorded struct {
	Request  string `yaml:"request"`
	Response string `yaml:"response"` // "" where the connection broke
}

// captures reads recorded exchanges by file name.
func captures(t *testing.T) map[string][]recorded {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(captureDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no captures in %s", captureDir)
		}
		t.Skipf("no captures in %s", captureDir)
	}
	all := map[string][]recorded{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		var file struct {
			Messages []recorded `yaml:"messages"`
		}
		require.NoError(t, yaml.Unmarshal(text, &file), name)
		all[filepath.Base(name)] = file.Messages
	}
	winrm4j := etree.NewDocument()
	require.NoError(t, winrm4j.ReadFromFile(filepath.Join(captureDir, "others", "winrm4j", "win7.xml")))
	for _, item := range winrm4j.Root().ChildElements() {
		all["win7.xml"] = append(all["win7.xml"], recorded{
			Request: document(t, item.ChildElements()[0].ChildElements()[0]), Response: document(t, item.ChildElements()[1].ChildElements()[0]),
		})
	}
	return all
}

// document is an element as a document of its own.
func document(t *testing.T, e *etree.Element) string {
	t.Helper()
	doc := etree.NewDocument()
	doc.SetRoot(e.Copy())
	text, err := doc.WriteToString()
	require.NoError(t, err)
	return text
}

// TestCaptures plays every recorded answer of Windows to the client, which is made
// to ask what was asked then. What it sends has to be what was sent, and what it
// comes to has to be what another parser finds in the answer.
func TestCaptures(t *testing.T) {
	operations := map[string]int{}
	for file, exchanges := range captures(t) {
		t.Run(file, func(t *testing.T) {
			for i, x := range exchanges {
				p := newPlay(t, x)
				p.run()
				operations[p.action()]++
				if t.Failed() {
					t.Fatalf("exchange %d: %s", i, p.action())
				}
			}
		})
	}
	for _, action := range []string{
		wsman.ActionCreate, wsman.ActionGet, wsman.ActionDelete, wsman.ActionEnumerate, wsman.ActionCommand, wsman.ActionSend,
		wsman.ActionReceive, wsman.ActionSignal, wsman.ActionDisconnect, wsman.ActionReconnect, wsman.ActionConnect,
	} {
		assert.Positive(t, operations[action], action)
	}
}

// play is one recorded exchange with a server that plays Windows.
type play struct {
	t              *testing.T
	request        *wsman.Request
	asked          *etree.Element // the first element of the request's body; nil if there is none
	header, answer *etree.Element // header and body of the answer; nil where the connection broke
	server         *wsmantest.Server
	client         *wsmanclient.Client
}

func newPlay(t *testing.T, x recorded) *play {
	t.Helper()
	// A wrong timeout in one of them is what it is there for.
	request, _ := wsman.ParseRequest([]byte(x.Request), wsman.Limits{MaxEnvelopeSize: 10 << 20})
	asked, err := request.BodyElement()
	require.NoError(t, err)
	p := &play{t: t, request: request, asked: asked}
	step := wsmantest.On(request.Header.Action).CutBeforeAnswer()
	if x.Response != "" {
		root := parse(t, []byte(x.Response))
		p.header, p.answer = wsman.FindChild(root, wsman.NamespaceSOAP, "Header"), wsman.FindChild(root, wsman.NamespaceSOAP, "Body")
		step = wsmantest.On(request.Header.Action).Envelope(x.Response)
		if p.fault() != nil {
			step.Code(500)
		}
	}
	p.server = wsmantest.NewServer(t, step)
	p.client = client(t, p.server, wsmanclient.Config{SessionID: request.Header.SessionID})
	return p
}

func (p *play) action() string { return p.request.Header.Action }

func (p *play) fault() *etree.Element {
	return wsman.FindChild(p.answer, wsman.NamespaceSOAP, "Fault")
}

// shell is the shell that is asked for.
func (p *play) shell() *wsmanclient.Shell {
	id, _ := p.request.Header.Selector("ShellId")
	return p.client.Shell(p.request.Header.ResourceURI, id, wsmanclient.ShellOptions{})
}

// run asks, and looks at both sides.
func (p *play) run() {
	ask := map[string]func() error{
		wsman.ActionCreate: p.create, wsman.ActionCommand: p.command, wsman.ActionSend: p.send, wsman.ActionReceive: p.receive,
		wsman.ActionSignal: p.signal, wsman.ActionDisconnect: p.disconnect, wsman.ActionReconnect: p.reconnect, wsman.ActionConnect: p.connect,
		wsman.ActionGet: p.get, wsman.ActionEnumerate: p.enumerate, wsman.ActionDelete: func() error { return p.shell().Delete(within(p.t)) },
	}[p.action()]
	require.NotNil(p.t, ask, p.action())
	p.result(ask())
	p.sent()
}

// result compares an operation's error with the answer.
func (p *play) result(err error) {
	switch fault := p.fault(); {
	case p.answer == nil:
		var broken *wsmanclient.NetworkError
		require.ErrorAs(p.t, err, &broken)
	case fault != nil:
		var got *wsman.Fault
		require.ErrorAs(p.t, err, &got)
		code := fault.FindElement("Detail//WSManFault").SelectAttrValue("Code", "")
		assert.Equal(p.t, code, decimal(got.WSMan.Code))
		assert.Contains(p.t, fault.FindElement("Code/Subcode/Value").Text(), ":"+got.Subcode.Local)
		assert.Equal(p.t, trimmed(fault.FindElement("Reason/Text")), got.Reason)
		assert.NotEmpty(p.t, got.Message())
	default:
		require.NoError(p.t, err)
	}
}

// sent compares what the client sent with the recorded request.
func (p *play) sent() {
	requests := p.server.Requests()
	if p.answer == nil && len(requests) == 0 {
		return
	}
	require.Len(p.t, requests, 1)
	got := requests[0]
	assert.Equal(p.t, p.request.Header.Selectors, got.Header.Selectors)
	assert.Equal(p.t, p.request.Header.ResourceURI, got.Header.ResourceURI)
	if p.request.Header.SessionID != "" {
		assert.Equal(p.t, p.request.Header.SessionID, got.Header.SessionID)
	}
	for _, o := range p.request.Header.Options {
		if o.MustComply {
			assert.Contains(p.t, got.Header.Options, o)
		}
	}
	e, err := got.Parsed().BodyElement()
	require.NoError(p.t, err)
	assert.Equal(p.t, alike(p.asked), alike(e))
}
