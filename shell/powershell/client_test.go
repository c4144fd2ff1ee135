package powershell

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// client is one client session: it numbers its objects, and puts together what
// it receives.
type client struct {
	who  shell.Client
	sh   *shell.Shell
	pool psrp.GUID

	objects, keys atomic.Int64
	mu            sync.Mutex
	streams       map[string]*psrp.Defragmenter // by CommandID
}

func newClient(n int) *client {
	return &client{
		who:     shell.Client{User: `HOST\ann`, Session: fmt.Sprintf("uuid:%d", n)},
		streams: make(map[string]*psrp.Defragmenter),
	}
}

func newGUID(t testing.TB) (g psrp.GUID) {
	t.Helper()
	_, err := rand.Read(g[:])
	require.NoError(t, err)
	return g
}

// document is the content of a captured message.
func document(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return string(content)
}

func initRunspacePool(t testing.TB, minimum, maximum int) string {
	return strings.NewReplacer(
		`MinRunspaces">1<`, fmt.Sprintf(`MinRunspaces">%d<`, minimum),
		`MaxRunspaces">1<`, fmt.Sprintf(`MaxRunspaces">%d<`, maximum),
	).Replace(document(t, "init_runspacepool.xml"))
}

// Changes of a CREATE_PIPELINE, as pairs of old and new.
var (
	withInput = []string{`NoInput">true<`, `NoInput">false<`}
	nested    = []string{`IsNested">false<`, `IsNested">true<`}
)

// createPipeline is the content of CREATE_PIPELINE for a script.
func createPipeline(t testing.TB, script string, changes ...string) string {
	text := strings.NewReplacer(changes...).Replace(document(t, "create_pipeline.xml"))
	return strings.Replace(text, "SCRIPT", escape(script), 1)
}

// escape writes text as a CLIXML string has it.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "_x", "_x005F_x", "\n", "_x000A_").Replace(text)
}

// message makes a message to the server. A pipeline of zeros is the pool.
func (c *client) message(kind psrp.MessageType, pipeline psrp.GUID, content string) []byte {
	return psrp.Message{
		MessageHeader: psrp.MessageHeader{
			Destination: psrp.DestinationServer, Type: kind, RunspacePoolID: c.pool, PipelineID: pipeline,
		},
		Data: []byte(content),
	}.Append(nil)
}

// fragment makes a new object of one fragment.
func (c *client) fragment(message []byte) []byte {
	return psrp.AppendFragments(nil, uint64(c.objects.Add(1)), message, len(message))
}

// fragments makes a new object of n fragments of about the same size.
func (c *client) fragments(t testing.TB, message []byte, n int) [][]byte {
	t.Helper()
	all := psrp.AppendFragments(nil, uint64(c.objects.Add(1)), message, (len(message)+n-1)/n)
	var list [][]byte
	for f, err := range psrp.Fragments(all) {
		require.NoError(t, err)
		list = append(list, append(f.Header.Append(nil), f.Blob...))
	}
	require.Len(t, list, n)
	return list
}

// wire is how fragments come: as base64 text.
func wire(b []byte) shell.Data {
	return shell.Base64Data(base64.StdEncoding.AppendEncode(nil, b))
}

// send sends fragments to a command, or to the pool if command is empty.
func (c *client) send(ctx context.Context, command, stream string, fragments []byte) error {
	return c.sh.Send(ctx, c.who, command, shell.Input{Stream: stream, Data: wire(fragments)})
}

// sendPool sends a message to the pool.
func (c *client) sendPool(t *testing.T, kind psrp.MessageType, content string) {
	t.Helper()
	require.NoError(t, c.send(t.Context(), "", "stdin", c.fragment(c.message(kind, psrp.GUID{}, content))))
}

// run is a pipeline as its client sees it.
type run struct {
	*client
	id      psrp.GUID // in the bytes of its messages
	command string    // CommandId
}

// newRun names a pipeline that is not started.
func (c *client) newRun(t testing.TB) *run {
	id := newGUID(t)
	return &run{client: c, id: id, command: id.String()}
}

// create is the CREATE_PIPELINE message.
func (r *run) create(t testing.TB, script string, changes ...string) []byte {
	return r.message(psrp.MessageCreatePipeline, r.id, createPipeline(t, script, changes...))
}

// begin starts a command with arguments.
func (r *run) begin(ctx context.Context, arguments ...shell.Data) error {
	_, err := r.sh.Command(ctx, r.who, r.command, &shell.CommandRequest{Arguments: arguments})
	return err
}

// start starts a script.
func (c *client) start(t testing.TB, script string, changes ...string) *run {
	t.Helper()
	r := c.newRun(t)
	require.NoError(t, r.begin(t.Context(), wire(r.fragment(r.create(t, script, changes...)))))
	return r
}

// input makes an object of the pipeline's input.
func (r *run) input(text string) []byte {
	return r.fragment(r.message(psrp.MessagePipelineInput, r.id, "<S>"+escape(text)+"</S>"))
}

// endOfInput is the message that ends it.
func (r *run) endOfInput() []byte {
	return r.fragment(r.message(psrp.MessageEndOfPipelineInput, r.id, ""))
}

// give sends input.
func (r *run) give(t testing.TB, fragments []byte) {
	t.Helper()
	require.NoError(t, r.send(t.Context(), r.command, "stdin", fragments))
}

func (r *run) signal(ctx context.Context, s shell.Signal) error {
	return r.sh.Signal(ctx, r.who, r.command, s)
}

// buffered waits until the shell holds as many bytes of output.
func (c *client) buffered(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return c.info(t).BufferedBytes >= n }, patience, tick)
}

func (c *client) info(t *testing.T) shell.Info {
	t.Helper()
	info, err := c.sh.Info(c.who)
	require.NoError(t, err)
	return info
}

// assertRefused checks the number of a refusal and that it has words.
func assertRefused(t *testing.T, err error, code uint32) *shell.PluginError {
	t.Helper()
	var refusal *shell.PluginError
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, code, refusal.Code, "%X: %v", refusal.Code, err)
	assert.NotEmpty(t, refusal.Message)
	return refusal
}
