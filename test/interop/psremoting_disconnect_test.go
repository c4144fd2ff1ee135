package interop

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestRemotingReceive: pipelines that nobody has read, some ended and some not,
// are received by a second client, objects in order and nothing twice.
func TestRemotingReceive(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{Compression: true, Pool: runspacepool.Config{MaxRunspaces: 4}})
	scripts := []string{
		"1..100", "1..10; Start-Sleep 1; 11..100", "1..100; throw 'at the end'",
		"1..50 | % { $_; Start-Sleep -Milliseconds 20 }; 51..100; '" + strings.Repeat("x", 200_000) + "'",
	}
	started := map[string]string{}
	for _, script := range scripts {
		started[startScript(ctx, t, p, script).ID()] = script
	}
	input, err := p.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("process { $_ } end { 'no more' }")}, Input: true,
	})
	require.NoError(t, err)
	require.NoError(t, input.Send(ctx, "sent"))
	require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{IdleTimeout: 5 * time.Minute, BufferMode: "Block"}))

	other := s.remoting(t)
	pools, err := other.Pools(ctx)
	require.NoError(t, err)
	require.Len(t, pools, 1)
	assert.Equal(t, 5*time.Minute, pools[0].Shell.IdleTimeout)
	assert.Len(t, pools[0].Commands, 5)
	there, err := other.Connect(ctx, pools[0], psremoting.Options{})
	require.NoError(t, err)
	closePool(t, there)
	minimum, maximum := there.Limits()
	assert.Equal(t, []int{1, 4}, []int{minimum, maximum})
	_, err = there.PrivateData(ctx)
	require.NoError(t, err)
	listed, err := there.Commands(ctx)
	require.NoError(t, err)
	assert.ElementsMatch(t, pools[0].Commands, listed)
	var all sync.WaitGroup
	for _, command := range listed {
		all.Go(func() {
			pl, err := there.ConnectPipeline(ctx, command.ID)
			if !assert.NoError(t, err) {
				return
			}
			var got []string
			var failed error
			for r, err := range pl.Records(ctx) {
				if failed = err; err == nil && r.Stream == runspacepool.StreamOutput {
					got = append(got, r.Text())
				}
			}
			script, ok := started[command.ID]
			if !ok {
				assert.NoError(t, failed)
				assert.Equal(t, []string{"sent", "no more"}, got, "Connect ends the input")
				return
			}
			assert.Equal(t, strings.Contains(script, "throw"), failed != nil)
			if assert.GreaterOrEqual(t, len(got), 100, script) {
				assert.Equal(t, numbersText(1, 100), got[:100])
			}
		})
	}
	all.Wait()
	assert.Equal(t, []string{"still usable"}, remoteOutput(ctx, t, there, "'still usable'"))
}

// TestRemotingBackAndForth: a session goes from client to client while its
// pipeline counts, and a reader waits.
func TestRemotingBackAndForth(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	clients := []*psremoting.Client{s.remoting(t), s.remoting(t)}
	p := openPool(ctx, t, clients[0], psremoting.Options{})
	pl := startScript(ctx, t, p, "1..200 | % { $_; Start-Sleep -Milliseconds 5 }")
	var got []string
	for turn := 1; ; turn++ {
		read := make(chan []string, 1)
		ended := make(chan error, 1)
		reading := make(chan struct{})
		go func() {
			var some []string
			for {
				r, err := pl.Next(ctx)
				if err != nil {
					ended <- err
					read <- some
					return
				}
				if some = append(some, r.Text()); len(some) == 15 {
					close(reading)
				}
			}
		}()
		select {
		case <-reading:
			require.NoError(t, p.Disconnect(ctx, runspacepool.DisconnectOptions{}))
		case err := <-ended:
			got = append(got, <-read...)
			require.ErrorContains(t, err, "EOF")
			assert.Equal(t, numbersText(1, 200), got)
			assert.Greater(t, turn, 2)
			require.NoError(t, p.Close(ctx))
			return
		}
		err := <-ended
		got = append(got, <-read...)
		if err.Error() == "EOF" {
			assert.Equal(t, numbersText(1, 200), got)
			require.NoError(t, p.Close(ctx))
			return
		}
		require.ErrorIs(t, err, runspacepool.ErrDisconnected)
		if turn%3 == 0 { // the same client comes back
			require.NoError(t, p.Reconnect(ctx))
			continue
		}
		client := clients[turn%2]
		pools, err := client.Pools(ctx)
		require.NoError(t, err)
		require.Len(t, pools, 1)
		p, err = client.Connect(ctx, pools[0], psremoting.Options{})
		require.NoError(t, err)
		closePool(t, p)
		require.Len(t, pools[0].Commands, 1)
		pl, err = p.ConnectPipeline(ctx, pools[0].Commands[0].ID)
		require.NoError(t, err)
	}
}

// TestRemotingNetworkLoss: the network fails for good; the pool says so, and is
// reconnected when the network is well, without a loss.
func TestRemotingNetworkLoss(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	f := startForwarder(t, s.addresses["http"])
	config := goAlice()
	config.RetryInterval, config.RetryTime = 200*time.Millisecond, time.Second
	client, err := psremoting.New("http://"+f.l.Addr().String(), config)
	require.NoError(t, err)
	defer client.Close()
	ctx := bounded(t)
	events := make(chan wsmanclient.Event, 100)
	p := openPool(ctx, t, client, psremoting.Options{Notify: func(e wsmanclient.Event) { events <- e }})
	pl := startScript(ctx, t, p, "1..3; Start-Sleep 2; 4..6")
	r, err := pl.Next(ctx)
	require.NoError(t, err)
	got := []string{r.Text()}
	f.fail()
	for err == nil {
		if r, err = pl.Next(ctx); err == nil {
			got = append(got, r.Text())
		}
	}
	require.ErrorIs(t, err, runspacepool.ErrDisconnected)
	var lost *wsmanclient.DisconnectedError
	require.ErrorAs(t, err, &lost)
	state, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationDisconnected, state)
	var last wsmanclient.EventKind
	for last != wsmanclient.ShellAutoDisconnected {
		last = (<-events).Kind
	}
	f.well(s.addresses["http"])
	awaitState(t, p, runspacepool.Disconnected)
	require.NoError(t, p.Reconnect(ctx))
	more, err := remoteTexts(ctx, pl)
	require.NoError(t, err)
	assert.Equal(t, numbersText(1, 6), append(got, more...))
	require.NoError(t, p.Close(ctx))
}

func awaitState(t *testing.T, p *runspacepool.RunspacePool, want runspacepool.State) {
	t.Helper()
	deadline := time.After(patience)
	for {
		changed := p.Changed()
		state, reason := p.State()
		if state == want {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			require.FailNow(t, "the state does not come", "%v, not %v: %v", state, want, reason)
		}
	}
}
