package runspace_test

import (
	"context"
	"encoding/base64"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestWaitRoom: a pipeline that is stopped does not wait for room, and runs what
// is nested in it while it waits; the shell itself is asked once for all.
func TestWaitRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		full := &runspace.Full{Room: make(chan struct{}), Waiting: make(chan struct{}, 10)}
		nested := make(chan func())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- runspace.WaitRoom(ctx, full, nested) }()
		ran := make(chan struct{})
		nested <- func() { close(ran) }
		<-ran
		synctest.Wait()
		assert.Empty(t, ended, "there is no room")
		cancel()
		assert.ErrorContains(t, <-ended, "stopped")
		go func() { ended <- runspace.WaitRoom(t.Context(), full, nested) }()
		synctest.Wait()
		assert.Empty(t, ended, "there is no room")
		close(full.Room)
		assert.NoError(t, <-ended)
		<-full.Waiting
	})
}

// TestOuterOf: which pipeline a nested one belongs to.
func TestOuterOf(t *testing.T) {
	t.Parallel()
	type running = runspace.Running
	for name, test := range map[string]struct {
		all             []running
		owner, runspace int
	}{
		"none":                           {nil, -1, 0},
		"one that waits for a runspace":  {[]running{{}}, -1, 0},
		"the only one":                   {[]running{{}, {Runspace: 1, Active: 1}}, 1, 1},
		"the latest":                     {[]running{{Runspace: 1, Active: 2}, {Runspace: 2, Active: 1}}, 0, 1},
		"the one that asks":              {[]running{{Runspace: 1, Active: 5}, {Runspace: 2, Active: 1, Asks: true}, {Runspace: 3, Active: 6}}, 1, 2},
		"the one that has asked latest":  {[]running{{Runspace: 1, Active: 5, Asks: true}, {Runspace: 2, Active: 7, Asks: true}}, 1, 2},
		"a nested one asks":              {[]running{{Runspace: 1, Active: 5}, {Runspace: 2, Active: 3}, {Runspace: 2, Guest: true, Active: 4, Asks: true}}, 1, 2},
		"a nested one began as the last": {[]running{{Runspace: 1, Active: 3}, {Runspace: 2, Active: 2}, {Runspace: 2, Guest: true, Active: 4}}, 1, 2},
	} {
		for range 20 { // the order of a map
			owner, runspace := runspace.OuterOf(test.all)
			require.Equal(t, []int{test.owner, test.runspace}, []int{owner, runspace}, name)
		}
	}
}

// TestRunspaces: they are taken in order, and no more than there may be.
func TestRunspaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pool := runspace.NewRunspaces(1, 1)
		first, err := pool.Take(t.Context())
		require.NoError(t, err)
		assert.Zero(t, pool.Available())
		assert.False(t, pool.Reset(), "it is taken")
		got := make(chan int, 3)
		for i := range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			if i == 1 {
				cancel()
			}
			go func() {
				rs, err := pool.Take(ctx)
				if err != nil {
					return
				}
				got <- i
				pool.Give(rs)
			}()
			synctest.Wait()
		}
		assert.Empty(t, got)
		pool.Give(first)
		assert.Equal(t, []int{0, 2}, []int{<-got, <-got})
		synctest.Wait()
		assert.Equal(t, 1, pool.Made)
		assert.True(t, pool.Reset())
		assert.False(t, pool.Resize(true, 0))
		assert.False(t, pool.Resize(false, 2))
		assert.True(t, pool.Resize(true, 3))
		assert.Equal(t, 3, pool.Available())
		assert.False(t, pool.Reset(), "there are several")
		_, err = pool.Take(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, pool.Made)
	})
}

// serving opens a pool at an endpoint with limits.
func serving(t *testing.T, limits runspace.Limits) *runspacepool.RunspacePool {
	t.Helper()
	s := endpointtest.Start(t, endpoint.Config{Configurations: []endpoint.Configuration{{Commands: commands.Demo(), Limits: limits}}})
	c, err := psremoting.New(s.URL, wsmanclient.Config{Authentication: wsmanclient.Basic(s.User, s.Password), TLS: s.TLSConfig()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	pool, err := c.Open(bounded(t), psremoting.Options{Pool: runspacepool.Config{MinRunspaces: 1, MaxRunspaces: 2}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pool.Close(context.Background())) })
	return pool
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// TestTimeLimit: a pipeline that runs too long fails, and says why.
func TestTimeLimit(t *testing.T) {
	t.Parallel()
	pool := serving(t, runspace.Limits{Time: 10 * time.Millisecond})
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("Start-Sleep 3600")}})
	require.NoError(t, err)
	_, err = pl.Next(bounded(t))
	assert.ErrorContains(t, err, "as long as this endpoint allows")
	state, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationFailed, state)
}

// TestNestedInItsOwn: of two pipelines that run, a nested one sees the variables
// of that which began last.
func TestNestedInItsOwn(t *testing.T) {
	t.Parallel()
	pool := serving(t, runspace.Limits{})
	for _, name := range []string{"first", "second"} {
		pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{
			runspacepool.Script("$seen = '" + name + "'; 'begun'; Start-Sleep 3600"),
		}})
		require.NoError(t, err)
		_, err = pl.Next(bounded(t))
		require.NoError(t, err)
	}
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Nested: true, Commands: []runspacepool.Command{
		runspacepool.Cmdlet("Get-Variable").With("Name", "seen").With("ValueOnly", true),
	}})
	require.NoError(t, err)
	record, err := pl.Next(bounded(t))
	require.NoError(t, err)
	assert.Equal(t, "second", clixml.Text(record.Value))
}

// FuzzMessage: no message of a client makes the process panic, and what it says
// against one is a fault of the plug-in.
func FuzzMessage(f *testing.F) {
	for _, text := range []string{
		`<Obj RefId="0"><MS><Obj N="PowerShell" RefId="1"><MS><Obj N="Cmds" RefId="2"><LST><Obj RefId="3"><MS><S N="Cmd">x</S><B N="IsScript">true</B>` +
			`<Obj N="Args" RefId="4"><LST><Obj RefId="5"><MS><S N="N">-a</S><I32 N="V">1</I32></MS></Obj></LST></Obj></MS></Obj></LST></Obj></MS></Obj></MS></Obj>`,
		`<Obj RefId="0"><MS><S N="Name">*</S><I32 N="CommandType">8</I32></MS></Obj>`, `<Nil/>`, `<Obj RefId="0"/>`,
		`<Obj RefId="0"><MS><I64 N="ci">1</I64><Obj N="me" RefId="1"/><Obj N="HostInfo" RefId="2"><MS><Obj N="_hostDefaultData" RefId="3"/></MS></Obj></MS></Obj>`,
	} {
		f.Add([]byte(text), base64.StdEncoding.EncodeToString([]byte(text)))
	}
	f.Add([]byte{0, 1}, "BgIAAACkAABSU0ExAAgAAAEAAQA=")
	f.Fuzz(func(t *testing.T, data []byte, key string) {
		require.NoError(t, runspace.ReadMessage(psrp.Message{MessageHeader: psrp.MessageHeader{Type: psrp.MessageCreatePipeline}, Data: data}))
		_, _ = runspace.EncryptKey(key, make([]byte, 32))
	})
}
