package shellresource

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/shelltest"
	"github.com/winrmd/winrmd/wsman"
)

// TestReplay plays every recorded conversation to a Resource whose plug-ins
// put out what Windows' did, and compares the answers with Windows' ones. One
// that has left nothing is played again, with the same MessageIDs: it makes new
// shells.
func TestReplay(t *testing.T) {
	for _, c := range captures(t) {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &player{t: t, capture: c.name}
				p.world = newWorld(t, p.plugins)
				opened := 0
				for round := 1; round <= 2; round++ {
					p.ids, p.renamed, p.last = strings.NewReplacer(), nil, ""
					for i, x := range c.exchanges {
						p.play(i+1, x)
					}
					shells := len(p.world.powershell.Instances()) + len(p.world.cmd.Instances())
					if round == 1 {
						opened = shells
					}
					assert.Equal(t, round*opened, shells)
					if len(p.world.dir.List(shell.Client{Administrator: true})) > 0 {
						break // it does not end with a Delete
					}
				}
			})
		})
	}
}

// player plays one capture.
type player struct {
	t       *testing.T
	capture string
	world   *world

	recorded *etree.Element // s:Body of the answer that is due
	ids      *strings.Replacer
	renamed  []string // identifiers that Windows chose, and ours
	last     string   // action before
}

// plugins makes the plug-ins answer what the recording has.
func (p *player) plugins(w *world) {
	w.powershell.ConnectFunc = func(context.Context, *shelltest.Instance, shell.Data) (shell.Data, error) {
		return base64Content(descendants(p.recorded, "ps:connectResponseXml")[0]), nil
	}
	w.cmd.CommandFunc = func(context.Context, *shelltest.Instance, *shell.Command, *shell.CommandRequest) error {
		if f := descendants(p.recorded, "f:WSManFault"); len(f) > 0 {
			code, err := strconv.ParseUint(f[0].SelectAttrValue("Code", ""), 10, 32)
			require.NoError(p.t, err)
			return &shell.PluginError{Code: uint32(code), Message: "The system cannot find the file specified. "}
		}
		return nil
	}
}

// handmade are answers that people made to test a client; and what a server
// does in their place.
var handmade = map[string]wsman.FaultCode{
	"test_psrp_key_exchange_timeout 5": wsman.CodeOperationTimedOut, // an empty ReceiveResponse
}

// play has one request served.
func (p *player) play(number int, x exchange) {
	t := p.t
	time.Sleep(time.Millisecond) // in a bubble: each has a time of its own
	name := p.capture + " " + strconv.Itoa(number)
	request := p.ids.Replace(x.Request)
	header := parseXML(t, request)
	action := descendants(header, "a:Action")[0].Text()
	if strings.HasSuffix(descendants(header, "w:ResourceURI")[0].Text(), "/config") {
		return // configresource's
	}
	if x.Response == "" {
		p.world.serveRaw(t.Context(), []byte(request), ask{limits: wsman.Limits{MaxEnvelopeSize: 1 << 20}})
		return // the connection broke: what there was to answer is not known
	}
	answer := parseXML(t, x.Response)
	p.recorded = wsman.FindChild(answer, wsman.NamespaceSOAP, "Body")
	windows, err := wsman.ParseFault([]byte(x.Response))
	faulted := err == nil
	switch {
	case action == wsman.ActionReceive && !faulted && p.last != wsman.ActionConnect:
		p.put(header)
	case action == wsman.ActionGet && faulted && windows.WSMan.Code == wsman.CodeUnexpectedSelectors:
		time.Sleep(idleTimeout) // its idle timeout ran out
	}
	p.last = action

	r := p.world.serveRaw(t.Context(), []byte(request), ask{limits: wsman.Limits{MaxEnvelopeSize: 1 << 20}})
	if code, ok := handmade[name]; ok {
		require.ErrorIs(t, r.err(), code, name)
		return
	}
	assert.Equal(t, descendants(answer, "a:Action")[0].Text(), r.headerText("a:Action"), name)
	assert.Equal(t, descendants(answer, "a:RelatesTo")[0].Text(), r.headerText("a:RelatesTo"), name)
	if faulted {
		p.compareFault(name, windows, r)
		return
	}
	require.NoError(t, r.err(), name)
	p.rename(r)
	if name == "test_client_copy_file_warning 6" {
		return // made of the answers of two servers
	}
	p.compare(name, r)
}

// put gives the shell the output that the recorded answer has. The first
// Receive after a Connect gets what was not confirmed before.
func (p *player) put(request *etree.Element) {
	sh, err := p.world.dir.Shell(descendants(request, "w:Selector")[0].Text())
	require.NoError(p.t, err)
	id, _ := attributeOf(descendants(request, "rsp:DesiredStream")[0], "CommandId")
	var cmd *shell.Command
	for _, plugin := range []*shelltest.Plugin{p.world.cmd, p.world.powershell} {
		for _, i := range plugin.Instances() {
			for _, c := range i.Calls() {
				if c.Method == "Command" && c.Command.ID() == id {
					cmd = c.Command
				}
			}
		}
	}
	stream := sh.Stream
	if id != "" {
		require.NotNil(p.t, cmd, id)
		stream = cmd.Stream
	}
	for _, e := range descendants(p.recorded, "rsp:Stream") {
		if e.Text() != "" {
			stream(e.SelectAttrValue("Name", "")).Put(shell.Piece{Data: base64Content(e)})
		}
	}
	for _, e := range descendants(p.recorded, "rsp:CommandState") {
		switch e.SelectAttrValue("State", "") {
		case wsman.CommandStateDone:
			code, err := strconv.Atoi(descendants(e, "rsp:ExitCode")[0].Text())
			require.NoError(p.t, err)
			cmd.Finish(code)
		case wsman.CommandStatePending:
			cmd.SetPending(true)
		}
	}
}

// rename learns the identifiers that a server chooses.
func (p *player) rename(r *reply) {
	for _, name := range []string{"w:Selector", "rsp:CommandId"} {
		theirs, ours := descendants(p.recorded, name), r.all(name)
		if len(theirs) == 1 && len(ours) == 1 && theirs[0].Text() != ours[0].Text() {
			p.renamed = append(p.renamed, theirs[0].Text(), ours[0].Text())
			p.ids = strings.NewReplacer(p.renamed...)
		}
	}
}

// compareFault compares what clients decide by.
func (p *player) compareFault(name string, windows *wsman.Fault, r *reply) {
	require.NotNil(p.t, r.fault, "%s: Windows answered %s", name, windows)
	ours, err := wsman.ParseFault(r.envelope)
	require.NoError(p.t, err)
	assert.Equal(p.t, windows.WSMan.Code, ours.WSMan.Code, name)
	assert.Equal(p.t, windows.Code, ours.Code, name)
	assert.Equal(p.t, windows.Subcode, ours.Subcode, name)
	assert.Equal(p.t, windows.Detail, ours.Detail, name)
	assert.Equal(p.t, windows.Reason, ours.Reason, name)
	if windows.WSMan.Provider == nil {
		assert.Nil(p.t, ours.WSMan.Provider, name)
		return
	}
	require.NotNil(p.t, ours.WSMan.Provider, name)
	assert.Equal(p.t, windows.WSMan.Provider.Provider, ours.WSMan.Provider.Provider, name)
	assert.Equal(p.t, windows.WSMan.Provider.Path, ours.WSMan.Provider.Path, name)
	assert.Equal(p.t, windows.WSMan.Provider.Nested == nil, ours.WSMan.Provider.Nested == nil, name)
}

// compare compares the bodies element by element.
func (p *player) compare(name string, r *reply) {
	theirs, ours := p.outline(p.recorded), p.outline(r.body)
	if len(descendants(p.recorded, "rsp:Shell")) == 0 && len(descendants(p.recorded, "x:ResourceCreated")) > 0 {
		// Windows before 8 says only where the shell is.
		ours = ours[:len(theirs)]
	}
	assert.Equal(p.t, theirs, ours, name)
}

// free are the elements whose text is each server's own.
var free = map[string]bool{
	"Owner": true, "ClientIP": true, "ProcessId": true, "ShellRunTime": true, "ShellInactivity": true,
	"MemoryUsed": true, "ChildProcesses": true,
}

// outline is a tree in lines, with its identifiers made ours.
func (p *player) outline(e *etree.Element) []string {
	var lines []string
	for _, c := range e.ChildElements() {
		if usage := c.Tag == "MemoryUsed" || c.Tag == "ChildProcesses"; usage && runtime.GOOS != "linux" {
			continue // not known there
		}
		line := c.NamespaceURI() + " " + c.Tag
		for _, name := range []string{"Name", "CommandId", "End", "State"} {
			if v := c.SelectAttrValue(name, ""); v != "" {
				line += " " + name + "=" + v
			}
		}
		if text := brief(strings.TrimSpace(c.Text())); len(c.ChildElements()) == 0 && !free[c.Tag] {
			line += ": " + text
		}
		// Windows loses a backslash in the names of variables.
		line = strings.ReplaceAll(p.ids.Replace(line), `Name=_-(){}[]<>*+-/\?`, `Name=_-(){}[]<>*+-/?`)
		lines = append(append(lines, line), p.outline(c)...)
	}
	return lines
}

// brief is a long text by its length and sum: enough to compare, and short
// enough for a message.
func brief(text string) string {
	if len(text) <= 80 {
		return text
	}
	return fmt.Sprintf("%d bytes %x", len(text), sha256.Sum256([]byte(text)))
}
