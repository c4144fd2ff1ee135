package wsmanclient_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
	"github.com/winrmd/winrmd/wsman/wsmantest"
)

// alone are answers of Windows that were recorded without their requests: the
// operation that each answers, and what the client does.
var alone = map[string]struct {
	action string
	do     func(*play) error
}{
	"others/masterzen-winrm/createShellResponse.xml":      {wsman.ActionCreate, (*play).createAny},
	"others/masterzen-winrm/executeCommandResponse.xml":   {wsman.ActionCommand, (*play).commandAny},
	"others/masterzen-winrm/operationTimeoutResponse.xml": {wsman.ActionReceive, (*play).receiveAny},
	"others/pywinrm/fault_timedout_server2022.xml":        {wsman.ActionReceive, (*play).receiveAny},
	"others/winrb/open_shell_v1.xml":                      {wsman.ActionCreate, (*play).createAny},
	"others/winrb/open_shell_v2.xml":                      {wsman.ActionCreate, (*play).createAny},
	"others/winrb/soap_fault_v1.xml":                      {wsman.ActionEnumerate, (*play).enumerateAny},
}

// text are the files that hold no answer.
var text = map[string]string{
	"README.md": "about the captures", "facts.md": "about the captures", "pypsrp/LICENSE": "a licence",
	"others/masterzen-winrm/LICENSE": "a licence", "others/pywinrm/LICENSE": "a licence",
	"others/winrb/LICENSE": "a licence", "others/winrm4j/LICENSE": "a licence",
}

// TestCapturesAlone plays the recorded answers without a request: the client makes
// the operation, takes the answer and has to come to what it says.
func TestCapturesAlone(t *testing.T) {
	captures(t) // says what is missing where there are none
	for name, one := range alone {
		t.Run(name, func(t *testing.T) {
			answer, err := os.ReadFile(filepath.Join(captureDir, filepath.FromSlash(name)))
			require.NoError(t, err)
			root := parse(t, answer)
			p := &play{
				t:      t,
				header: wsman.FindChild(root, wsman.NamespaceSOAP, "Header"), answer: wsman.FindChild(root, wsman.NamespaceSOAP, "Body"),
			}
			step := wsmantest.On(one.action).Envelope(string(answer))
			if p.fault() != nil {
				step.Code(500)
			}
			p.server = wsmantest.NewServer(t, step)
			p.client = client(t, p.server, wsmanclient.Config{})
			p.result(one.do(p))
			assert.Len(t, p.server.Requests(), 1, "it asks once")
		})
	}
}

// TestCapturesComplete checks that every file of the captures is played, by
// TestCaptures or by TestCapturesAlone, or holds nothing to play.
func TestCapturesComplete(t *testing.T) {
	played := captures(t)
	for name, exchanges := range played {
		assert.NotEmpty(t, exchanges, name)
	}
	files := 0
	require.NoError(t, filepath.WalkDir(captureDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(captureDir, path)
		require.NoError(t, err)
		name = filepath.ToSlash(name)
		_, isAlone := alone[name]
		if played[filepath.Base(name)] == nil && !isAlone {
			assert.NotEmpty(t, text[name], "%s is not played", name)
			return nil
		}
		files++
		return nil
	}))
	assert.Equal(t, len(played)+len(alone), files)
}

func (p *play) createAny() error {
	shell, err := p.client.CreateShell(within(p.t), wsmanclient.ShellConfig{
		ResourceURI: wsman.ResourceCmd, InputStreams: "stdin", OutputStreams: "stdout stderr",
	})
	if err != nil {
		return err
	}
	assert.Equal(p.t, trimmed(p.answer.FindElement("ResourceCreated/ReferenceParameters/SelectorSet/Selector")), shell.ID())
	described := wsman.FindChild(p.answer, wsman.NamespaceShell, "Shell")
	require.Equal(p.t, described == nil, shell.Info() == nil)
	if described != nil {
		p.compareShell(described, shell.Info())
	}
	return nil
}

func (p *play) someShell() *wsmanclient.Shell {
	return p.client.Shell(wsman.ResourceCmd, shellID, wsmanclient.ShellOptions{})
}

func (p *play) commandAny() error {
	command, err := p.someShell().Command(within(p.t), wsmanclient.CommandConfig{Line: "ipconfig"})
	if err == nil {
		assert.Equal(p.t, trimmed(p.answer.FindElement("CommandResponse/CommandId")), command.ID())
	}
	return err
}

func (p *play) receiveAny() error {
	_, err := p.someShell().CommandByID(commandID).Receiver("stdout", "stderr").Ask(within(p.t))
	return err
}

func (p *play) enumerateAny() error {
	_, err := p.client.Shells(within(p.t))
	return err
}
