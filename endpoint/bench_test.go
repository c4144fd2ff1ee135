package endpoint_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace/commands"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// BenchmarkDisconnected: sessions that are opened and left, each with a command
// and 4 KB of its output that nobody has fetched. B/session is what one takes
// when its client has gone.
func BenchmarkDisconnected(b *testing.B) {
	s := endpointtest.Start(b, endpoint.Config{
		Configurations: []endpoint.Configuration{{Commands: commands.Demo()}}, MaxShells: -1, MaxShellsPerUser: -1,
	})
	c, err := psremoting.New(s.URL, wsmanclient.Config{Authentication: wsmanclient.Basic(s.User, s.Password), TLS: s.TLSConfig()})
	require.NoError(b, err)
	before := heap()
	ctx := context.Background()
	b.ResetTimer()
	for b.Loop() {
		pool, err := c.Open(ctx, psremoting.Options{})
		require.NoError(b, err)
		_, err = pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("'x' * 4096")}})
		require.NoError(b, err)
		require.NoError(b, pool.Disconnect(ctx, runspacepool.DisconnectOptions{}))
	}
	b.StopTimer()
	require.NoError(b, c.Close())
	b.ReportMetric(float64(heap()-before)/float64(b.N), "B/session")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}

// BenchmarkObjects: objects of a pipeline to a client.
func BenchmarkObjects(b *testing.B) {
	const objects = 10_000
	s := serving(b, nil)
	c := clientOf(b, s)
	ctx := context.Background()
	pool, err := c.Open(ctx, psremoting.Options{})
	require.NoError(b, err)
	defer pool.Close(ctx)
	for b.Loop() {
		pl, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1..10000 | ForEach-Object { $_ }")}})
		require.NoError(b, err)
		n := 0
		for _, err := range pl.Records(ctx) {
			require.NoError(b, err)
			n++
		}
		require.Equal(b, objects, n)
	}
	b.ReportMetric(float64(b.N*objects)/b.Elapsed().Seconds(), "objects/s")
}
