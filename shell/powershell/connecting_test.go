package powershell

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// setRunspaces is the content of SET_MAX_RUNSPACES or SET_MIN_RUNSPACES.
func setRunspaces(which string, n, call int) string {
	return fmt.Sprintf(`<Obj RefId="0"><MS><I32 N="%sRunspaces">%d</I32><I64 N="CI">%d</I64></MS></Obj>`, which, n, call)
}

// left is a disconnected shell.
type left struct {
	old *client
}

// leave disconnects the client.
func (c *client) leave(t *testing.T) left {
	t.Helper()
	require.NoError(t, c.sh.Disconnect(t.Context(), c.who, shell.DisconnectRequest{}))
	return left{old: c}
}

// connected is a new client of a shell, and what it was answered.
type connected struct {
	*client
	answer []psrp.Message
	limits []string // of RUNSPACEPOOL_INIT_DATA
}

// newClient is a client that is not connected yet. Its object ids begin again.
func (l left) newClient() *client {
	c := newClient(int(time.Now().UnixNano()))
	c.sh, c.pool = l.old.sh, l.old.pool
	return c
}

// anyLimits is a CONNECT_RUNSPACEPOOL as captured.
const anyLimits = "<S />"

func theseLimits(minimum, maximum int) string {
	return fmt.Sprintf(`<Obj RefId="0"><MS><I32 N="MinRunspaces">%d</I32><I32 N="MaxRunspaces">%d</I32></MS></Obj>`, minimum, maximum)
}

// connectXML is what a client connects with.
func (c *client) connectXML(t testing.TB, request string) []byte {
	return append(c.fragment(c.message(psrp.MessageSessionCapability, psrp.GUID{}, document(t, "session_capability.xml"))),
		c.fragment(c.message(psrp.MessageConnectRunspacePool, psrp.GUID{}, request))...)
}

// connect connects with connectXml.
func (c *client) connect(ctx context.Context, connectXML []byte) (shell.Data, error) {
	return c.sh.Connect(ctx, c.who, nil, wire(connectXML))
}

// connects connects a new client and checks the answer.
func (l left) connects(t *testing.T) *connected {
	t.Helper()
	return l.newClient().connects(t, anyLimits)
}

func (c *client) connects(t *testing.T, request string) *connected {
	t.Helper()
	answer, err := c.connect(t.Context(), c.connectXML(t, request))
	require.NoError(t, err)
	got := &connected{client: c}
	bytes, err := answer.Bytes()
	require.NoError(t, err)
	for f, err := range psrp.Fragments(bytes) {
		require.NoError(t, err)
		require.True(t, f.Header.Start && f.Header.End, "each in a single fragment")
		m, err := psrp.ParseMessage(f.Blob)
		require.NoError(t, err)
		assert.Equal(t, c.pool, m.RunspacePoolID)
		got.answer = append(got.answer, m)
	}
	require.Equal(t, []psrp.MessageType{psrp.MessageSessionCapability, psrp.MessageRunspacePoolInitData}, types(got.answer))
	for _, m := range regexp.MustCompile(`<I32 N="(?:Min|Max)Runspaces">(\d+)</I32>`).FindAllStringSubmatch(string(got.answer[1].Data), -1) {
		got.limits = append(got.limits, m[1])
	}
	return got
}

// greeted checks the first answer of the pool.
func (c *connected) greeted(t *testing.T) []psrp.Message {
	t.Helper()
	_, messages, err := c.receive(t, "", patience)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(messages), 2)
	require.Equal(t, []psrp.MessageType{psrp.MessageApplicationPrivateData, psrp.MessageRunspacePoolState}, types(messages[:2]))
	assert.Equal(t, psrp.RunspacePoolOpened, poolState(messages[1]))
	return messages[2:]
}

// connectCommand connects the client to a pipeline that another has started.
func (c *connected) connectCommand(t *testing.T, r *run) *run {
	t.Helper()
	require.NoError(t, c.sh.ConnectCommand(t.Context(), c.who, r.command))
	return &run{client: c.client, id: r.id, command: r.command}
}
