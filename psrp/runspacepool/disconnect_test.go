package runspacepool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

func TestDisconnect(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{Input: true})
	c.out.put(Received{Fragments: c.output(clixml.Int32(1), clixml.Int32(2))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	c.out.put(Received{Fragments: c.output(clixml.Int32(3))}, nil)
	asked := c.out.asked()
	require.NoError(t, p.Disconnect(bounded(t), DisconnectOptions{}))
	assert.Equal(t, asked+1, c.out.asked(), "the server is told what has come")
	state, _ := p.State()
	assert.Equal(t, Disconnected, state)

	assert.Equal(t, "2", nextRecord(t, pl).Text(), "what is in hand is given")
	_, err := pl.Next(bounded(t))
	require.ErrorIs(t, err, ErrDisconnected)
	plState, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationDisconnected, plState)
	require.ErrorIs(t, pl.Send(bounded(t), 1), ErrDisconnected)
	require.ErrorIs(t, pl.Stop(bounded(t)), ErrDisconnected)
	_, err = p.Start(bounded(t), PipelineConfig{Commands: []Command{Script("1")}})
	require.ErrorIs(t, err, ErrDisconnected)
	require.ErrorIs(t, p.Disconnect(bounded(t), DisconnectOptions{}), ErrDisconnected)

	require.NoError(t, p.Reconnect(bounded(t)))
	var wrong *StateError
	require.ErrorAs(t, p.Reconnect(bounded(t)), &wrong)
	assert.Equal(t, 1, f.called("command Reconnect"))
	c.out.put(Received{Fragments: join(c.output(clixml.Int32(4)), c.end())}, nil)
	assert.Equal(t, "3", nextRecord(t, pl).Text(), "the server gave it for this client")
	assert.Equal(t, "4", nextRecord(t, pl).Text())
	_, err = pl.Next(bounded(t))
	require.ErrorIs(t, err, io.EOF)
}

// TestDisconnectTooLate: the Receive that was to confirm came to the server when
// it was left; it is told again.
func TestDisconnectTooLate(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	waiting := make(chan error, 1)
	go func() {
		_, err := pl.Next(bounded(t))
		waiting <- err
	}()
	assert.Eventually(t, func() bool { return c.out.asked() == 2 }, patience, time.Millisecond)
	c.out.put(Received{}, errors.Join(ErrDisconnected, ErrTooLate))
	require.ErrorIs(t, <-waiting, ErrDisconnected)
	require.NoError(t, p.Disconnect(bounded(t), DisconnectOptions{}))
	assert.Equal(t, 2, f.called("Disconnect"))
	assert.Equal(t, 1, f.called("Reconnect"))
	state, _ := p.State()
	assert.Equal(t, Disconnected, state)
}

// ending is a server whose command ends while it is left.
type ending struct {
	*fake
	end func()
}

func (e *ending) Disconnect(ctx context.Context, o DisconnectOptions) error {
	e.end()
	return e.fake.Disconnect(ctx, o)
}

// TestDisconnectAtTheEnd: the end of a command that comes while it is left is
// Next's: no server tells it again.
func TestDisconnectAtTheEnd(t *testing.T) {
	for name, waits := range map[string]bool{"somebody waits": true, "nobody waits": false} {
		t.Run(name, func(t *testing.T) {
			f := &ending{fake: newFake(t), end: func() {}}
			p, err := Open(bounded(t), f, f.id, Config{})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, p.Close(context.Background())) })
			pl, c := run(t, p, f.fake, PipelineConfig{})
			c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
			assert.Equal(t, "1", nextRecord(t, pl).Text())
			end := Received{Fragments: join(c.output(clixml.Int32(2)), c.end()), Done: true}
			next := make(chan string, 1)
			if waits {
				asked := c.out.asked()
				go func() {
					r, err := pl.Next(bounded(t))
					if assert.NoError(t, err) {
						next <- r.Text()
					}
					close(next)
				}()
				assert.Eventually(t, func() bool { return c.out.asked() > asked }, patience, time.Millisecond)
				f.end = func() { c.out.put(end, nil) }
			} else {
				c.out.put(end, nil)
			}
			require.NoError(t, p.Disconnect(bounded(t), DisconnectOptions{}))
			if !waits {
				next <- nextRecord(t, pl).Text()
			}
			assert.Equal(t, "2", <-next)
			_, err = pl.Next(bounded(t))
			require.ErrorIs(t, err, io.EOF)
			state, _ := pl.State()
			assert.Equal(t, psrp.PSInvocationCompleted, state)
			require.NoError(t, p.Reconnect(bounded(t)))
			assert.Zero(t, f.called("command Reconnect"))
			assert.Zero(t, f.called("Close"))
		})
	}
}

// TestReconnectAtTheEnd: so it is after a Reconnect.
func TestReconnectAtTheEnd(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	c.out.put(Received{Fragments: join(c.output(clixml.Int32(2)), c.end()), Done: true}, nil)
	require.NoError(t, p.Disconnect(bounded(t), DisconnectOptions{}))
	f.fail["command Reconnect"] = errors.New("no such command")
	require.NoError(t, p.Reconnect(bounded(t)))
	assert.Equal(t, "2", nextRecord(t, pl).Text())
	_, err := pl.Next(bounded(t))
	require.ErrorIs(t, err, io.EOF)
}

// late is a server that says once more that the pool is opened while it is left,
// as winrmd and Windows (test_psrp_disconnect_runspaces.yml) do soon after a client
// has connected.
type late struct{ *fake }

func (l late) Disconnect(ctx context.Context, o DisconnectOptions) error {
	l.sayOpened()
	return l.fake.Disconnect(ctx, o)
}

func (l late) Reconnect(ctx context.Context) error {
	err := l.fake.Reconnect(ctx)
	l.give(psrp.RunspacePoolStateMessage(l.id, psrp.RunspacePoolOpened, ""))
	return err
}

// sayOpened returns when it was taken: who asks for more has taken it.
func (l late) sayOpened() {
	asked := l.out.asked()
	l.give(psrp.RunspacePoolStateMessage(l.id, psrp.RunspacePoolOpened, ""))
	assert.Eventually(l.t, func() bool { return l.out.asked() > asked }, patience, time.Millisecond)
}

func TestOpenedAgain(t *testing.T) {
	f := newFake(t)
	p, err := Open(bounded(t), late{f}, f.id, Config{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close(context.Background())) })
	for range 20 {
		require.NoError(t, p.Disconnect(bounded(t), DisconnectOptions{}))
		state, reason := p.State()
		require.Equal(t, Disconnected, state)
		require.NoError(t, reason)
		require.NoError(t, p.Reconnect(bounded(t)))
	}
}

func TestDisconnectFails(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	f.fail["Disconnect"] = errors.New("not now")
	require.ErrorContains(t, p.Disconnect(bounded(t), DisconnectOptions{}), "not now")
	state, _ := p.State()
	assert.Equal(t, Opened, state)
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
}

// TestLost: the server lets go by itself.
func TestLost(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	why := fmt.Errorf("another client: %w", ErrDisconnected)
	changed := p.Changed()
	f.out.put(Received{}, why)
	<-changed
	state, reason := p.State()
	assert.Equal(t, Disconnected, state)
	assert.Equal(t, why, reason)
	_, err := p.Start(bounded(t), PipelineConfig{Commands: []Command{Script("1")}})
	assert.Equal(t, why, err)
	c.out.put(Received{}, why)
	_, err = pl.Next(bounded(t))
	require.ErrorIs(t, err, ErrDisconnected)
	f.fail["Reconnect"] = why
	require.ErrorIs(t, p.Reconnect(bounded(t)), why)
	state, _ = p.State()
	assert.Equal(t, Disconnected, state)

	delete(f.fail, "Reconnect")
	f.fail["command Reconnect"] = errors.New("no such command")
	require.NoError(t, p.Reconnect(bounded(t)))
	_, err = pl.Next(bounded(t))
	var failed *PipelineError
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, "no such command")
}

func TestConnect(t *testing.T) {
	f := newFake(t)
	first := open(t, f, Config{})
	pl, c := run(t, first, f, PipelineConfig{})
	c.out.put(Received{Fragments: c.fragments(c.message(psrp.MessagePipelineOutput, c.pipeline(), clixml.Int32(1)), 20)}, nil)
	assert.NoError(t, first.Disconnect(bounded(t), DisconnectOptions{}))

	other := f.id
	other[0], other[3] = other[3], other[0] // as somebody else writes it
	f.out.clear()
	c.out.clear()
	p, err := Connect(bounded(t), f, other, Config{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close(context.Background())) })
	sent := f.messages()
	assert.Equal(t, psrp.MessageConnectRunspacePool, sent[len(sent)-1].Type)
	assert.Equal(t, "<S />", string(sent[len(sent)-1].Data))
	minimum, maximum := p.Limits()
	assert.Equal(t, []int{1, 5}, []int{minimum, maximum}, "servers exchange them")
	f.give(f.message(psrp.MessageApplicationPrivateData, psrp.GUID{}, bag(property("ApplicationPrivateData", nil))))
	_, err = p.PrivateData(bounded(t))
	require.NoError(t, err)
	assert.Equal(t, f.id, p.ID(), "as the server writes it")

	listed, err := p.Commands(bounded(t))
	require.NoError(t, err)
	assert.Equal(t, []CommandInfo{{ID: pl.ID()}}, listed)
	_, err = p.ConnectPipeline(bounded(t), "no GUID")
	require.Error(t, err)
	connected, err := p.ConnectPipeline(bounded(t), listed[0].ID)
	require.NoError(t, err)
	whole := c.fragments(c.message(psrp.MessagePipelineOutput, c.pipeline(), clixml.Int32(2)), 20)
	c.out.put(Received{Fragments: join(whole[psrp.FragmentHeaderSize+20:], c.output(clixml.Int32(3)), c.end())}, nil)
	assert.Equal(t, "3", nextRecord(t, connected).Text(), "nobody has the beginning of the one before")
	require.NoError(t, connected.Wait(bounded(t)))
}

func TestConnectFails(t *testing.T) {
	f := newFake(t)
	f.fail["Connect"] = errors.New("busy")
	_, err := Connect(bounded(t), f, f.id, Config{})
	require.ErrorContains(t, err, "busy")
	for name, response := range map[string][]byte{
		"empty": nil, "nonsense": []byte("nonsense, and long enough for a header"),
		"version": f.fragments(psrp.SessionCapability(f.id, "3.0"), 0),
	} {
		p := newPool(f, f.id, Config{})
		p.state = Connecting
		require.Error(t, p.connected(response), name)
		p.end(nil)
	}
}

// FuzzConnected: a server answers a Connect with anything.
func FuzzConnected(f *testing.F) {
	f.Add(psrp.AppendFragments(psrp.AppendFragments(nil, 1, psrp.SessionCapability(psrp.GUID{}, "2.3"), 0), 2, psrp.RunspacePoolInitData(psrp.GUID{}, 1, 2), 0))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, response []byte) {
		p := newPool(nil, psrp.GUID{}, Config{})
		defer p.end(nil)
		p.state = Connecting
		err := p.connected(response)
		if state, _ := p.State(); (state == Opened) != (err == nil) {
			t.Fatalf("%v, and the error is %v", state, err)
		}
	})
}
