package outofproc_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
)

// enginePath is a real engine, from what lies beside the repository.
func enginePath(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		install := filepath.Join(dir, "shared", "pshost", "install")
		if _, err := os.Stat(install); err != nil {
			continue
		}
		out, err := exec.Command(install).Output()
		require.NoError(t, err)
		return filepath.Join(strings.TrimSpace(string(out)), "unix", "pshost")
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no engine in ../shared/pshost")
	}
	t.Skip("no engine in ../shared/pshost")
	return ""
}

var (
	poolGUID     = psrp.GUID{1, 2, 3}
	pipelineGUID = psrp.GUID{4, 5, 6}
)

// engine is a running engine, and what has come from it.
type engine struct {
	t        *testing.T
	process  *exec.Cmd
	stdin    io.Closer
	w        *outofproc.Writer
	r        *outofproc.Reader
	objectID uint64
	messages map[string]*psrp.Defragmenter // by PSGuid
	orders   map[string]*psrp.Assembler
}

func startEngine(t *testing.T) *engine {
	process := exec.Command(enginePath(t), "-s")
	stdin, err := process.StdinPipe()
	require.NoError(t, err)
	stdout, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	kill := time.AfterFunc(time.Minute, func() { _ = process.Process.Kill() })
	t.Cleanup(func() {
		kill.Stop()
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	return &engine{
		t: t, process: process, stdin: stdin,
		w: outofproc.NewWriter(stdin), r: outofproc.NewReader(stdout, 1<<20),
		messages: map[string]*psrp.Defragmenter{}, orders: map[string]*psrp.Assembler{},
	}
}

// message makes a message to the engine as text of one fragment.
func (e *engine) message(kind psrp.MessageType, pipeline psrp.GUID, file, script string) []byte {
	content, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(e.t, err)
	content = bytes.ReplaceAll(content, []byte("SCRIPT"), []byte(script))
	e.objectID++
	return psrp.SingleFragmentText(e.objectID, psrp.Message{
		MessageHeader: psrp.MessageHeader{
			Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: poolGUID, PipelineID: pipeline,
		},
		Data: content,
	}.Append(nil))
}

// next reads a packet, and the message that it completes.
func (e *engine) next() (outofproc.Packet, *psrp.Message) {
	p, err := e.r.ReadPacket()
	require.NoError(e.t, err)
	if p.Kind != outofproc.Data {
		return p, nil
	}
	if e.messages[p.ID] == nil {
		e.messages[p.ID], e.orders[p.ID] = &psrp.Defragmenter{}, &psrp.Assembler{}
	}
	fs, err := psrp.SplitText(p.Text, 1)
	require.NoError(e.t, err, "the engine puts one fragment into a line")
	require.LessOrEqual(e.t, fs[0].Header.BlobLength, uint32(psrp.DefaultMaxBlob))
	whole, err := e.orders[p.ID].Add(fs[0].Header)
	require.NoError(e.t, err)
	m, complete, err := e.messages[p.ID].AddText(fs[0])
	require.NoError(e.t, err)
	require.Equal(e.t, whole, complete)
	if !complete {
		return p, nil
	}
	return p, &m
}

// await reads until there is an acknowledgement of that kind, and returns the
// messages that came before it.
func (e *engine) await(kind outofproc.Kind, id string) []*psrp.Message {
	var ms []*psrp.Message
	for {
		p, m := e.next()
		if m != nil {
			ms = append(ms, m)
		}
		if p.Kind == kind {
			require.Equal(e.t, id, p.ID)
			return ms
		}
		require.Equal(e.t, outofproc.Data, p.Kind)
	}
}

// open sends what a client sends first, and returns the messages up to the
// pool's state. The acknowledgement comes before, between or after them.
func (e *engine) open() []*psrp.Message {
	var ms []*psrp.Message
	for _, text := range [][]byte{
		e.message(psrp.MessageSessionCapability, psrp.GUID{}, "session_capability.xml", ""),
		e.message(psrp.MessageInitRunspacePool, psrp.GUID{}, "init_runspacepool.xml", ""),
	} {
		require.NoError(e.t, e.w.Data(outofproc.StreamDefault, outofproc.SessionID, text))
		ms = append(ms, e.await(outofproc.DataAck, outofproc.SessionID)...)
	}
	return e.until(ms, psrp.MessageRunspacePoolState)
}

// run runs a script and returns the messages up to the pipeline's state.
func (e *engine) run(script string) []*psrp.Message {
	id := pipelineGUID.String()
	require.NoError(e.t, e.w.Command(id))
	require.Empty(e.t, e.await(outofproc.CommandAck, id))
	create := e.message(psrp.MessageCreatePipeline, pipelineGUID, "create_pipeline.xml", script)
	require.NoError(e.t, e.w.Data(outofproc.StreamDefault, id, create))
	return e.until(e.await(outofproc.DataAck, id), psrp.MessagePipelineState)
}

// until appends messages to ms up to one of type last.
func (e *engine) until(ms []*psrp.Message, last psrp.MessageType) []*psrp.Message {
	for len(ms) == 0 || ms[len(ms)-1].Type != last {
		if _, m := e.next(); m != nil {
			ms = append(ms, m)
		}
	}
	return ms
}

func TestEngine(t *testing.T) {
	e := startEngine(t)
	opened := e.open()
	require.Len(t, opened, 3)
	assert.Equal(t, string(psrp.SessionCapability(psrp.GUID{}, psrp.ServerVersion)), string(opened[0].Append(nil)))
	assert.Equal(t, psrp.MessageApplicationPrivateData, opened[1].Type)
	assert.Equal(t, poolGUID, opened[1].RunspacePoolID)
	assert.Equal(t, string(psrp.RunspacePoolStateMessage(poolGUID, psrp.RunspacePoolOpened, "")), string(opened[2].Append(nil)))

	id := pipelineGUID.String()
	ms := e.run("'x' * 1mb")
	require.Len(t, ms, 2)
	assert.Equal(t, psrp.MessagePipelineOutput, ms[0].Type)
	assert.Equal(t, pipelineGUID, ms[0].PipelineID)
	assert.Equal(t, "\xEF\xBB\xBF<S>"+strings.Repeat("x", 1<<20)+"</S>", string(ms[0].Data))
	assert.Equal(t, string(psrp.PipelineStateMessage(poolGUID, pipelineGUID, psrp.PSInvocationCompleted, "")), string(ms[1].Append(nil)))

	require.NoError(t, e.w.Close(id))
	require.Empty(t, e.await(outofproc.CloseAck, id))
	require.NoError(t, e.w.Close(outofproc.SessionID))
	e.stateIs(e.await(outofproc.CloseAck, outofproc.SessionID), psrp.RunspacePoolClosing, psrp.RunspacePoolClosed)
	require.NoError(t, e.stdin.Close())
	_, err := e.r.ReadPacket()
	assert.Equal(t, io.EOF, err)
}

func (e *engine) stateIs(ms []*psrp.Message, want ...psrp.RunspacePoolState) {
	var got []psrp.RunspacePoolState
	for _, m := range ms {
		require.Equal(e.t, psrp.MessageRunspacePoolState, m.Type)
		n, err := psrp.ParseState(m.Data)
		require.NoError(e.t, err)
		got = append(got, psrp.RunspacePoolState(n))
	}
	assert.Equal(e.t, want, got)
}

// TestEngineReadsErrorRecord lets PowerShell deserialise the error record that
// a server makes.
func TestEngineReadsErrorRecord(t *testing.T) {
	e := startEngine(t)
	require.Len(t, e.open(), 3)
	m, err := psrp.ParseMessage(psrp.RunspacePoolStateMessage(poolGUID, psrp.RunspacePoolBroken, "it is _x000A_ <&> \n broken"))
	require.NoError(t, err)
	document := "<Objs Version='1.1.0.1' xmlns='http://schemas.microsoft.com/powershell/2004/04'>" + string(m.Data[3:]) + "</Objs>"
	script := "$o = [System.Management.Automation.PSSerializer]::Deserialize('" + strings.ReplaceAll(document, "'", "''") + "');" +
		`"$($o.RunspaceState)|$($o.ExceptionAsErrorRecord.Exception.Message -ceq "it is _x000A_ <&> ` + "`n" + ` broken")|$($o.ExceptionAsErrorRecord.FullyQualifiedErrorId)"`
	// A script is itself a CLIXML string.
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "_x", "_x005F_x", "\n", "_x000A_").Replace(script)
	ms := e.run(escaped)
	require.Len(t, ms, 2)
	assert.Equal(t, "\xEF\xBB\xBF<S>5|True|PSSessionStateBroken</S>", string(ms[0].Data))
}
