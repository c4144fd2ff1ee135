package interop

import (
	"context"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// The CLIXML of a client's messages, as pypsrp was captured sending it.
const (
	goCapability = `<Obj RefId="0"><MS><Version N="protocolversion">2.3</Version>` +
		`<Version N="PSVersion">2.0</Version><Version N="SerializationVersion">1.1.0.1</Version></MS></Obj>`
	goEnum     = `<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN>`
	goHostInfo = `<Obj N="HostInfo" RefId="3"><MS><B N="_isHostNull">true</B><B N="_isHostUINull">true</B>` +
		`<B N="_isHostRawUINull">true</B><B N="_useRunspaceHost">true</B></MS></Obj>`
	goInitPool = `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32><I32 N="MaxRunspaces">4</I32>` +
		`<Obj N="PSThreadOptions" RefId="1"><TN RefId="0"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>` +
		goEnum + `<ToString>Default</ToString><I32>0</I32></Obj>` +
		`<Obj N="ApartmentState" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.ApartmentState</T>` +
		goEnum + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` + goHostInfo + `<Nil N="ApplicationArguments" /></MS></Obj>`
	goPipelineBegin = `<Obj RefId="0"><MS><B N="NoInput">true</B><Obj N="ApartmentState" RefId="1"><TN RefId="0">` +
		`<T>System.Management.Automation.Runspaces.ApartmentState</T>` + goEnum + `<ToString>UNKNOWN</ToString><I32>2</I32></Obj>` +
		`<Obj N="RemoteStreamOptions" RefId="2"><TN RefId="1"><T>System.Management.Automation.Runspaces.RemoteStreamOptions</T>` +
		goEnum + `<ToString>AddInvocationInfo</ToString><I32>15</I32></Obj><B N="AddToHistory">false</B>` + goHostInfo +
		`<Obj N="PowerShell" RefId="4"><MS><B N="IsNested">false</B><Nil N="ExtraCmds" /><Obj N="Cmds" RefId="5"><TN RefId="2">` +
		`<T>System.Object</T></TN><LST><Obj RefId="6"><MS><S N="Cmd">`
	goPipelineMiddle = `</S><B N="IsScript">true</B><Nil N="UseLocalScope" /><Obj N="MergeMyResult" RefId="7"><TN RefId="3">` +
		`<T>System.Management.Automation.Runspaces.PipelineResultTypes</T>` + goEnum + `<ToString>None</ToString><I32>0</I32></Obj>`
	goPipelineEnd = `<Obj N="Args" RefId="20"><TNRef RefId="2" /><LST /></Obj></MS></Obj></LST></Obj><Nil N="History" />` +
		`<B N="RedirectShellErrorOutputPipe">false</B></MS></Obj><B N="IsNested">false</B></MS></Obj>`
)

// goPipeline is the CREATE_PIPELINE of a script.
func goPipeline(script string) string {
	b := goPipelineBegin + string(wsman.AppendEscaped(nil, script)) + goPipelineMiddle
	for i, name := range strings.Fields("MergeToResult MergePreviousResults MergeError MergeWarning MergeVerbose MergeDebug MergeInformation") {
		b += `<Obj N="` + name + `" RefId="1` + string(rune('0'+i)) + `"><TNRef RefId="3" /><ToString>None</ToString><I32>0</I32></Obj>`
	}
	return b + goPipelineEnd
}

// goPool is a runspace pool, spoken to through package wsmanclient.
type goPool struct {
	shell  *wsmanclient.Shell
	id     psrp.GUID
	object uint64
}

func newGUID(t *testing.T) (string, psrp.GUID) {
	t.Helper()
	text := strings.ToUpper(uuid.NewString())
	id, err := psrp.ParseGUID(text)
	require.NoError(t, err)
	return text, id
}

// fragments makes the fragments of a message.
func (p *goPool) fragments(kind psrp.MessageType, pipeline psrp.GUID, clixml string) []byte {
	p.object++
	m := psrp.Message{
		MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: p.id, PipelineID: pipeline},
		Data:          []byte(clixml),
	}
	return psrp.AppendFragments(nil, p.object, m.Append(nil), 0)
}

var goVersion = []wsman.Option{{Name: "protocolversion", Value: "2.3", MustComply: true}}

const goPowerShell = wsman.ResourcePowerShellPrefix + "Microsoft.PowerShell"

// openGoPool opens a pool and waits until it is open.
func openGoPool(ctx context.Context, t *testing.T, c *wsmanclient.Client, config wsmanclient.ShellConfig) *goPool {
	t.Helper()
	text, id := newGUID(t)
	p := &goPool{id: id}
	config.ResourceURI, config.ShellID, config.Options = goPowerShell, text, goVersion
	config.Content = wsmanclient.CreationXML(append(
		p.fragments(psrp.MessageSessionCapability, psrp.GUID{}, goCapability),
		p.fragments(psrp.MessageInitRunspacePool, psrp.GUID{}, goInitPool)...))
	var err error
	p.shell, err = c.CreateShell(ctx, config)
	require.NoError(t, err)
	p.awaitOpened(ctx, t)
	return p
}

// awaitOpened receives the pool's own messages until it is open.
func (p *goPool) awaitOpened(ctx context.Context, t *testing.T) {
	t.Helper()
	require.NoError(t, receiveMessages(ctx, p.shell.Receiver(), func(m psrp.Message) (bool, error) {
		if m.Type != psrp.MessageRunspacePoolState {
			return false, nil
		}
		state, err := psrp.ParseState(m.Data)
		return psrp.RunspacePoolState(state) == psrp.RunspacePoolOpened, err
	}))
}

// connectGoPool comes to a pool of another client session.
func connectGoPool(ctx context.Context, t *testing.T, c *wsmanclient.Client, shellID string, compressed bool) *goPool {
	t.Helper()
	id, err := psrp.ParseGUID(shellID)
	require.NoError(t, err)
	p := &goPool{id: id}
	p.shell, err = c.ConnectShell(ctx, wsmanclient.ConnectConfig{
		ResourceURI: goPowerShell, ShellID: shellID, Options: goVersion, Compressed: compressed,
		Content: wsmanclient.ConnectXML(append(
			p.fragments(psrp.MessageSessionCapability, psrp.GUID{}, goCapability),
			p.fragments(psrp.MessageConnectRunspacePool, psrp.GUID{}, "<S />")...)),
	})
	require.NoError(t, err)
	content, err := wsmanclient.PowerShellContent(p.shell.Content())
	require.NoError(t, err)
	require.NotEmpty(t, content)
	return p
}

// run starts a script.
func (p *goPool) run(ctx context.Context, t *testing.T, script string) *wsmanclient.Command {
	t.Helper()
	text, id := newGUID(t)
	fragments := p.fragments(psrp.MessageCreatePipeline, id, goPipeline(script))
	c, err := p.shell.Command(ctx, wsmanclient.CommandConfig{ID: text, Arguments: []string{base64.StdEncoding.EncodeToString(fragments)}})
	require.NoError(t, err)
	require.Equal(t, text, c.ID())
	return c
}

// receiveMessages receives messages until one is the last.
func receiveMessages(ctx context.Context, r *wsmanclient.Receiver, last func(psrp.Message) (bool, error)) error {
	var d psrp.Defragmenter
	for {
		output, err := r.Next(ctx)
		if err != nil {
			return err
		}
		ended := false
		for _, s := range output.Streams {
			raw, err := s.AppendBytes(nil)
			if err != nil {
				return err
			}
			for f, err := range psrp.Fragments(raw) {
				if err != nil {
					return err
				}
				m, complete, err := d.Add(f.Header, f.Blob)
				if err == nil && complete {
					var end bool
					end, err = last(m)
					ended = ended || end
				}
				if err != nil {
					return err
				}
			}
		}
		if ended {
			return nil
		}
	}
}

var clixmlTag = regexp.MustCompile(`<[^>]*>`)

// results are a pipeline's objects as text, to its end.
func results(ctx context.Context, r *wsmanclient.Receiver) (all []string, err error) {
	err = receiveMessages(ctx, r, func(m psrp.Message) (bool, error) {
		switch m.Type {
		case psrp.MessagePipelineOutput:
			all = append(all, strings.TrimPrefix(clixmlTag.ReplaceAllString(string(m.Data), ""), "\ufeff"))
		case psrp.MessagePipelineState:
			state, err := psrp.ParseState(m.Data)
			if err == nil && psrp.PSInvocationState(state) != psrp.PSInvocationCompleted {
				err = errors.New("the pipeline failed: " + string(m.Data))
			}
			return true, err
		}
		return false, nil
	})
	return all, err
}
