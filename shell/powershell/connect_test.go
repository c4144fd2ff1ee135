package powershell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

func TestConnect(t *testing.T) {
	_, c := open(t)
	finished, runs := c.start(t, "1; 2"), c.start(t, "3; Start-Sleep -Milliseconds 700; 4")
	finished.buffered(t, 440) // the whole of the first and the beginning of the second
	l := c.leave(t)

	second := l.connects(t)
	assert.Equal(t, []string{"1", "5"}, second.limits)
	second.nothingButGreeting(t) // nothing of the opening
	second.connectCommand(t, finished).completes(t, "1", "2")
	second.connectCommand(t, runs).completes(t, "3", "4")
	second.works(t)

	_, _, err := c.receive(t, "", time.Second)
	var state *shell.StateError
	require.ErrorAs(t, err, &state, "the old client is not attached any more")
	assert.Equal(t, shell.ReasonOtherClient, state.Reason)

	// Again and again, the greeting unread too.
	third := second.leave(t).connects(t).leave(t).connects(t)
	third.nothingButGreeting(t)
	third.works(t)
}

// TestConnectObjects checks the numbers of the objects that are not the
// engine's: they are none that it will use.
func TestConnectObjects(t *testing.T) {
	_, c := open(t)
	second := c.leave(t).newClient()
	answer, err := second.connect(t.Context(), second.connectXML(t, anyLimits))
	require.NoError(t, err)
	seen := map[uint64]bool{}
	note := func(d shell.Data) {
		fragments, err := psrp.SplitText(d.AppendBase64(nil), 10)
		require.NoError(t, err)
		for _, f := range fragments {
			assert.False(t, seen[f.Header.ObjectID])
			assert.Greater(t, f.Header.ObjectID, uint64(ownObjects))
			seen[f.Header.ObjectID] = true
		}
	}
	note(answer)
	a, _, err := second.receive(t, "", patience)
	require.NoError(t, err)
	for _, part := range a.Parts {
		note(part.Data)
	}
	assert.Len(t, seen, 4)
}

// TestConnectByteOrder lets a client connect that writes GUIDs otherwise than
// the one that has opened the pool.
func TestConnectByteOrder(t *testing.T) {
	_, c := open(t)
	second := c.leave(t).newClient()
	second.pool = c.pool.Swapped()
	second.connects(t, anyLimits).nothingButGreeting(t)
}

func TestConnectLimits(t *testing.T) {
	_, c := open(t, func(w *world) { w.minimum, w.maximum = 1, 3 })
	steps := []struct {
		kind    psrp.MessageType
		content string
		want    []string
	}{
		{psrp.MessageSetMaxRunspaces, setRunspaces("Max", 5, 1), []string{"1", "5"}},
		{psrp.MessageSetMinRunspaces, setRunspaces("Min", 4, 2), []string{"4", "5"}},
		{psrp.MessageSetMaxRunspaces, setRunspaces("Max", 2, 3), []string{"4", "5"}}, // below the minimum
		{psrp.MessageSetMinRunspaces, setRunspaces("Min", 2, 4), []string{"2", "5"}},
	}
	for _, step := range steps {
		c.sendPool(t, step.kind, step.content)
		c.until(t, "", isType(psrp.MessageRunspaceAvailability))
		next := c.leave(t).connects(t)
		require.Equal(t, step.want, next.limits, step.content)
		next.nothingButGreeting(t)
		c = next.client
	}
	c.leave(t)
	for _, wrong := range [][2]int{{1, 5}, {2, 4}, {5, 2}, {0, 0}} {
		_, err := c.connect(t.Context(), c.connectXML(t, theseLimits(wrong[0], wrong[1])))
		assertRefused(t, err, codeConnectFailed)
	}
	c.connects(t, theseLimits(2, 5)).nothingButGreeting(t)
}

// TestConnectRefused checks that a shell that refuses a client stays
// disconnected, with everything in it.
func TestConnectRefused(t *testing.T) {
	_, c := open(t)
	waits := c.start(t, "$input; 'end'", withInput...)
	half := waits.fragments(t, waits.message(psrp.MessagePipelineInput, waits.id, "<S>"+long+"</S>"), 2)
	waits.give(t, half[0])
	l := c.leave(t)
	capability := func(c *client, version string) []byte {
		return c.fragment(c.message(psrp.MessageSessionCapability, psrp.GUID{},
			strings.Replace(document(t, "session_capability.xml"), ">2.3<", ">"+version+"<", 1)))
	}
	request := func(c *client, content string) []byte {
		return c.fragment(c.message(psrp.MessageConnectRunspacePool, psrp.GUID{}, content))
	}
	tests := map[string]struct {
		make func(c *client) []byte
		code uint32
	}{
		"nothing":          {func(*client) []byte { return nil }, codeConnectNoData},
		"no fragments":     {func(*client) []byte { return []byte("this is not what a client sends") }, codeConnectFailed},
		"one object":       {func(c *client) []byte { return capability(c, "2.3") }, codeConnectFailed},
		"the other one":    {func(c *client) []byte { return request(c, anyLimits) }, codeConnectFailed},
		"wrong order":      {func(c *client) []byte { return append(request(c, anyLimits), capability(c, "2.3")...) }, codeConnectFailed},
		"three objects":    {func(c *client) []byte { return append(c.connectXML(t, anyLimits), request(c, anyLimits)...) }, codeConnectFailed},
		"cut off":          {func(c *client) []byte { b := c.connectXML(t, anyLimits); return b[:len(b)-1] }, codeConnectFailed},
		"something behind": {func(c *client) []byte { return append(c.connectXML(t, anyLimits), 0) }, codeConnectFailed},
		"of two fragments": {func(c *client) []byte { return psrp.AppendFragments(nil, 1, capability(c, "2.3"), 200) }, codeConnectFailed},
		"version 2.1":      {func(c *client) []byte { return append(capability(c, "2.1"), request(c, anyLimits)...) }, codeConnectFailed},
		"version 1.0":      {func(c *client) []byte { return append(capability(c, "1.0"), request(c, anyLimits)...) }, codeConnectFailed},
		"capability of none": {func(c *client) []byte {
			return append(c.fragment(c.message(psrp.MessageSessionCapability, psrp.GUID{}, "<S/>")), request(c, anyLimits)...)
		}, codeConnectFailed},
		"no CLIXML": {func(c *client) []byte { return append(capability(c, "2.3"), request(c, "<Obj>")...) }, codeConnectFailed},
		"half the limits": {func(c *client) []byte {
			return append(capability(c, "2.3"), request(c, `<Obj RefId="0"><MS><I32 N="MinRunspaces">1</I32></MS></Obj>`)...)
		}, codeConnectFailed},
		"other pool":  {func(c *client) []byte { c.pool = newGUID(t); return c.connectXML(t, anyLimits) }, codeConnectFailed},
		"other least": {func(c *client) []byte { return c.connectXML(t, theseLimits(2, 5)) }, codeConnectFailed},
		"other most":  {func(c *client) []byte { return c.connectXML(t, theseLimits(1, 1)) }, codeConnectFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			other := l.newClient()
			_, err := other.connect(t.Context(), tt.make(other))
			assertRefused(t, err, tt.code)
			assert.Equal(t, shell.Disconnected, c.info(t).State)
			_, _, err = other.receive(t, "", time.Second)
			var state *shell.StateError
			require.ErrorAs(t, err, &state)
			assert.Equal(t, shell.ReasonDisconnected, state.Reason)
		})
	}
	t.Run("no base64", func(t *testing.T) {
		_, err := c.sh.Connect(t.Context(), l.newClient().who, nil, shell.Base64Data([]byte("????")))
		assertRefused(t, err, codeConnectFailed)
	})
	// The client that had left has lost nothing by that.
	require.NoError(t, c.sh.Reconnect(t.Context(), c.who, nil))
	c.nothing(t, "")
	waits.give(t, append(half[1], waits.endOfInput()...))
	waits.completes(t, long, "end")
	c.leave(t).connects(t).nothingButGreeting(t)
}

// opening is an engine that acknowledges what it is sent and, when a file is
// there, writes what is in it.
func opening(t *testing.T) (func(*world), string) {
	file := filepath.Join(t.TempDir(), "opening")
	return fake(t, acknowledge+`
		(while [ ! -e `+file+` ]; do sleep 0.05; done; cat `+file+`) &
		acknowledge`), file
}

// say writes messages as an engine does; all at once.
func say(t *testing.T, file string, messages ...[]byte) {
	t.Helper()
	f, err := os.Create(file + ".new")
	require.NoError(t, err)
	w := outofproc.NewWriter(f)
	for i, m := range messages {
		require.NoError(t, w.Data(outofproc.StreamDefault, outofproc.SessionID, psrp.SingleFragmentText(uint64(i+1), m)))
	}
	require.NoError(t, f.Close())
	require.NoError(t, os.Rename(file+".new", file))
}

// fromServer is a message of the pool to its client.
func (c *client) fromServer(kind psrp.MessageType, content string) []byte {
	return psrp.Message{
		MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationClient, Type: kind, RunspacePoolID: c.pool},
		Data:          []byte(content),
	}.Append(nil)
}

// TestConnectWhileOpening checks that a client that comes early waits.
func TestConnectWhileOpening(t *testing.T) {
	engine, file := opening(t)
	w := newWorld(t, engine)
	c, err := w.create(t, patience)
	require.NoError(t, err)
	l := c.leave(t)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	second := l.newClient()
	_, err = second.connect(ctx, second.connectXML(t, anyLimits))
	require.ErrorIs(t, err, shell.ErrTimedOut)
	assert.Equal(t, shell.Disconnected, c.info(t).State)

	go func() {
		time.Sleep(200 * time.Millisecond)
		say(t, file,
			psrp.SessionCapability(psrp.GUID{}, "2.3"),
			c.fromServer(psrp.MessageApplicationPrivateData, "<S>private</S>"),
			psrp.RunspacePoolStateMessage(c.pool, psrp.RunspacePoolOpened, ""))
	}()
	begin := time.Now()
	third := l.connects(t)
	assert.Greater(t, time.Since(begin), 150*time.Millisecond)
	third.nothingButGreeting(t)
}

// TestConnectToBrokenPool checks that nobody waits for a pool that the engine
// could not open.
func TestConnectToBrokenPool(t *testing.T) {
	engine, file := opening(t)
	w := newWorld(t, engine)
	c, err := w.create(t, patience)
	require.NoError(t, err)
	say(t, file, psrp.RunspacePoolStateMessage(c.pool, psrp.RunspacePoolBroken, "no such module"))
	l := c.leave(t)
	second := l.newClient()
	_, err = second.connect(t.Context(), second.connectXML(t, anyLimits))
	assert.Contains(t, assertRefused(t, err, codeConnectFailed).Message, "Broken")
}

// TestPoolBreaks checks that a later client hears that the pool has broken.
func TestPoolBreaks(t *testing.T) {
	engine, file := opening(t)
	w := newWorld(t, engine)
	c, err := w.create(t, patience)
	require.NoError(t, err)
	say(t, file,
		c.fromServer(psrp.MessageApplicationPrivateData, "<S>private</S>"),
		psrp.RunspacePoolStateMessage(c.pool, psrp.RunspacePoolOpened, ""),
		psrp.RunspacePoolStateMessage(c.pool, psrp.RunspacePoolBroken, "no such luck"))
	c.buffered(t, 1000) // all
	second := c.leave(t).connects(t)
	_, messages, err := second.receive(t, "", patience)
	require.NoError(t, err)
	require.Len(t, messages, 3)
	assert.Equal(t, psrp.RunspacePoolOpened, poolState(messages[1]))
	assert.Equal(t, psrp.RunspacePoolBroken, poolState(messages[2]))
	assert.Contains(t, string(messages[2].Data), "no such luck")
}

// TestPoolHostCallAgain hands a host call of the pool to the next client.
func TestPoolHostCallAgain(t *testing.T) {
	engine, file := opening(t)
	w := newWorld(t, engine)
	c, err := w.create(t, patience)
	require.NoError(t, err)
	call := func(id int) []byte {
		return c.fromServer(psrp.MessageRunspacePoolHostCall, fmt.Sprintf(`<Obj RefId="0"><MS><I64 N="ci">%d</I64></MS></Obj>`, id))
	}
	say(t, file,
		c.fromServer(psrp.MessageApplicationPrivateData, "<S>private</S>"),
		psrp.RunspacePoolStateMessage(c.pool, psrp.RunspacePoolOpened, ""), call(1), call(psrp.NoAnswer), call(2))
	calls := func(messages []psrp.Message) (ids []int64) {
		for _, m := range messages {
			require.Equal(t, psrp.MessageRunspacePoolHostCall, m.Type)
			id, ok := psrp.CallID(m.Data)
			require.True(t, ok)
			ids = append(ids, id)
		}
		return ids
	}
	c.buffered(t, 700) // all
	second := c.leave(t).connects(t)
	assert.Equal(t, []int64{1, psrp.NoAnswer, 2}, calls(second.greeted(t)), "nobody has seen them yet")
	second.nothing(t, "")
	third := second.leave(t).connects(t)
	assert.Equal(t, []int64{1, 2}, calls(third.greeted(t)))
	third.nothing(t, "")
	response := strings.Replace(document(t, "host_response.xml"), `"ci">1<`, `"ci">2<`, 1)
	require.NoError(t, third.send(t.Context(), "", "pr", third.fragment(third.message(psrp.MessageRunspacePoolHostResponse, psrp.GUID{}, response))))
	fourth := third.leave(t).connects(t)
	assert.Equal(t, []int64{1}, calls(fourth.greeted(t)))
}
