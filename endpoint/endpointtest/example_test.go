package endpointtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/endpoint/endpointtest"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestNewServer is how the author of a client tests it: against a server with a
// command of the test's own.
func TestNewServer(t *testing.T) {
	t.Parallel()
	server := endpointtest.NewServer(t, runspace.Func("Get-Answer", "Answers.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		return io.Output(ctx, 42)
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	client, err := psremoting.New(server.URL, wsmanclient.Config{
		Authentication: wsmanclient.Basic(server.User, server.Password), TLS: server.TLSConfig(),
	})
	require.NoError(t, err)
	defer client.Close()
	pool, err := client.Open(ctx, psremoting.Options{})
	require.NoError(t, err)
	defer pool.Close(ctx)
	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Cmdlet("Get-Answer")}})
	require.NoError(t, err)
	record, err := pipeline.Next(ctx)
	require.NoError(t, err)
	assert.Equal(t, clixml.Int32(42), record.Value)
}
