package runspacepool

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

func TestOpen(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{MinRunspaces: 2, MaxRunspaces: 1, ApplicationArguments: map[string]any{"A": map[string]int{"B": 1}}})
	sent := f.messages()
	require.Len(t, sent, 2)
	assert.Equal(t, psrp.MessageSessionCapability, sent[0].Type)
	c, err := psrp.ParseCapability(sent[0].Data)
	require.NoError(t, err)
	assert.Equal(t, psrp.Capability{ProtocolVersion: "2.3", PSVersion: "2.0", SerializationVersion: "1.1.0.1"}, c)
	assert.Equal(t, f.id, sent[1].RunspacePoolID)
	assert.Equal(t, psrp.DestinationServer, sent[1].Destination)
	minimum, maximum, _, err := psrp.RunspacePoolLimits(sent[1].Data)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2}, []int{minimum, maximum})
	arguments, err := clixml.Get[clixml.Dictionary](object(t, sent[1]), "ApplicationArguments")
	require.NoError(t, err)
	inner, _ := arguments.Get("A")
	assert.True(t, inner.(*clixml.Object).Is("System.Management.Automation.PSPrimitiveDictionary"))
	assert.Equal(t, f.id, p.ID())
	state, err := p.State()
	require.NoError(t, err)
	assert.Equal(t, Opened, state)
	_, err = p.PrivateData(bounded(t))
	require.NoError(t, err)
}

// TestOpenLong: what does not fit the creationXml is sent afterwards, in requests
// that are not too large.
func TestOpenLong(t *testing.T) {
	f := newFake(t)
	open(t, f, Config{ApplicationArguments: map[string]any{"A": strings.Repeat("x", 10_000)}, MaxRequestSize: 2000})
	assert.Len(t, f.messages(), 2)
	assert.GreaterOrEqual(t, f.called("Send stdin"), 5)
	for _, r := range f.requests[1:] {
		assert.LessOrEqual(t, len(r), 2000)
	}
}

func TestOpenFails(t *testing.T) {
	why := errors.New("why")
	for name, test := range map[string]struct {
		prepare func(f *fake)
		check   func(t *testing.T, err error)
		deleted int
	}{
		"no shell": {
			func(f *fake) { f.fail["Create"] = why },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, why) }, 0,
		},
		"newer version": {
			func(f *fake) { f.version = "2.4" },
			func(t *testing.T, err error) { assert.ErrorContains(t, err, "version 2.4") }, 1,
		},
		"another protocol": {
			func(f *fake) { f.version = "1.0" },
			func(t *testing.T, err error) { assert.ErrorContains(t, err, "version 1.0") }, 1,
		},
		"broken": {
			func(f *fake) {
				f.answer = func(psrp.Message) {
					f.give(psrp.RunspacePoolStateMessage(f.id, psrp.RunspacePoolBroken, "no room"))
				}
			},
			func(t *testing.T, err error) {
				var broken *PoolError
				require.ErrorAs(t, err, &broken)
				assert.Equal(t, "no room", broken.Record.Text())
			}, 1,
		},
		"nonsense": {
			func(f *fake) {
				f.answer = func(psrp.Message) {
					f.out.put(Received{Fragments: []byte("nonsense, and long enough for a header")}, nil)
				}
			},
			func(t *testing.T, err error) {
				var broken *PoolError
				require.ErrorAs(t, err, &broken)
			}, 1,
		},
		"transport ends": {
			func(f *fake) { f.answer = func(psrp.Message) { f.out.put(Received{}, why) } },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, why) }, 1,
		},
		"disconnected": {
			func(f *fake) { f.answer = func(psrp.Message) { f.out.put(Received{}, ErrDisconnected) } },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, ErrDisconnected) }, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			test.prepare(f)
			_, err := Open(bounded(t), f, f.id, Config{})
			require.Error(t, err)
			test.check(t, err)
			assert.Equal(t, test.deleted, min(1, f.called("Delete")))
		})
	}
}

// TestOpenInTime: a pool that does not open while its caller waits is deleted.
func TestOpenInTime(t *testing.T) {
	f := newFake(t)
	asked := make(chan struct{}, 2)
	f.answer = func(psrp.Message) { asked <- struct{}{} }
	ctx, cancel := context.WithCancel(bounded(t))
	go func() {
		<-asked
		cancel()
	}()
	_, err := Open(ctx, f, f.id, Config{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Eventually(t, func() bool { return f.called("Delete") == 1 }, patience, 1000)
}

func TestOlderServer(t *testing.T) {
	f := newFake(t)
	f.version = "2.1"
	p := open(t, f, Config{})
	assert.Equal(t, "2.1", p.ProtocolVersion())
	require.ErrorIs(t, p.Disconnect(bounded(t), DisconnectOptions{}), ErrNoDisconnect)
	_, err := p.ResetRunspaceState(bounded(t))
	require.ErrorContains(t, err, "2.3")
	_, err = p.Start(bounded(t), PipelineConfig{Commands: []Command{{Text: "1", Script: true, End: true}, Script("2")}})
	require.ErrorContains(t, err, "2.2")
}

func TestClose(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, _ := run(t, p, f, PipelineConfig{})
	waiting := make(chan error, 1)
	go func() {
		_, err := pl.Next(context.Background())
		waiting <- err
	}()
	f.fail["Delete"] = errors.New("not told")
	require.ErrorContains(t, p.Close(bounded(t)), "not told")
	require.NoError(t, p.Close(bounded(t)))
	require.ErrorIs(t, <-waiting, ErrClosed)
	state, _ := p.State()
	assert.Equal(t, Closed, state)
	plState, reason := pl.State()
	assert.Equal(t, psrp.PSInvocationStopped, plState)
	require.ErrorIs(t, reason, ErrClosed)
	_, err := p.Start(bounded(t), PipelineConfig{Commands: []Command{Script("1")}})
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, p.Disconnect(bounded(t), DisconnectOptions{}), ErrClosed)
	require.ErrorIs(t, p.Reconnect(bounded(t)), ErrClosed)
	_, err = p.AvailableRunspaces(bounded(t))
	require.ErrorIs(t, err, ErrClosed)
	_, err = p.SessionKey(bounded(t))
	require.ErrorIs(t, err, ErrClosed)
}

// TestBroken: the server ends the pool.
func TestBroken(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	waiting := make(chan error, 1)
	go func() {
		_, err := p.AvailableRunspaces(bounded(t))
		waiting <- err
	}()
	f.give(psrp.RunspacePoolStateMessage(f.id, psrp.RunspacePoolBroken, "the engine died"))
	var broken *PoolError
	require.ErrorAs(t, <-waiting, &broken)
	var record *clixml.ErrorRecord
	require.ErrorAs(t, broken, &record)
	assert.Equal(t, "the engine died", record.Text())
	require.ErrorContains(t, p.Disconnect(bounded(t), DisconnectOptions{}), "the engine died")
	require.NoError(t, p.Close(bounded(t)))
	require.NoError(t, p.Close(bounded(t)))
}
