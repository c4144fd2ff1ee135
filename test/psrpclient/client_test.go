package psrpclient_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// engine finds the engine. Where CI is true it must be there.
func engine(t *testing.T) string {
	t.Helper()
	path, err := daemon.Engine()
	daemon.Need(t, err)
	return path
}

func start(t *testing.T, engine string) *daemon.Daemon {
	t.Helper()
	program, err := daemon.Build(t.TempDir())
	require.NoError(t, err)
	d, err := daemon.Start(daemon.Config{Program: program, Engine: engine})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.Stop()) })
	return d
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// run runs a script and returns its output.
func run(t *testing.T, ctx context.Context, s psrpclient.Session, script string) []string {
	t.Helper()
	running, err := s.Run(ctx, script)
	require.NoError(t, err)
	var got []string
	require.NoError(t, running.Wait(ctx, func(clixml []byte) error {
		got = append(got, string(clixml))
		return nil
	}))
	require.NoError(t, running.Release(ctx))
	return got
}

// TestSameOutput: what a pipeline puts out is the same over each transport,
// whether an object is small or has many fragments.
func TestSameOutput(t *testing.T) {
	t.Parallel()
	program := engine(t)
	ctx := deadline(t)
	server := start(t, program)
	trust, err := server.TLS()
	require.NoError(t, err)

	pipe, err := psrpclient.OpenPipe(ctx, program)
	require.NoError(t, err)
	sessions := map[string]psrpclient.Session{"pipe": pipe}
	for name, config := range map[string]psrpclient.Config{
		"HTTP":           {URL: server.HTTP},
		"HTTPS":          {URL: server.HTTPS, TLS: trust},
		"small envelope": {URL: server.HTTP, MaxEnvelopeSize: 8192},
	} {
		config.User, config.Password = daemon.User, daemon.Password
		sessions[name], err = psrpclient.New(config).Open(ctx)
		require.NoError(t, err, name)
	}
	const script = `1..500; 'a' * 100000; 'last & <least>'`
	for name, session := range sessions {
		got := run(t, ctx, session, script)
		require.Len(t, got, 502, name)
		for i := range 500 {
			require.Equal(t, "<I32>"+strconv.Itoa(i+1)+"</I32>", trimMark(got[i]), name)
		}
		assert.Len(t, trimMark(got[500]), 100000+len("<S></S>"), name)
		assert.Equal(t, "<S>last &amp; &lt;least&gt;</S>", trimMark(got[501]), name)
		require.NoError(t, session.Close(ctx), name)
	}
}

// trimMark takes off the byte order mark that some servers begin with.
func trimMark(clixml string) string {
	if len(clixml) > 3 && clixml[:3] == "\xEF\xBB\xBF" {
		return clixml[3:]
	}
	return clixml
}

func TestFailedPipeline(t *testing.T) {
	t.Parallel()
	program := engine(t)
	ctx := deadline(t)
	pipe, err := psrpclient.OpenPipe(ctx, program)
	require.NoError(t, err)
	running, err := pipe.Run(ctx, "throw 'up'")
	require.NoError(t, err)
	var failed *psrpclient.PipelineError
	require.ErrorAs(t, running.Wait(ctx, nil), &failed)
	assert.Contains(t, failed.Reason, "up")
	require.NoError(t, running.Release(ctx))
	require.NoError(t, pipe.Close(ctx))
}

// TestLeaveAndComeBack: one client leaves, another connects and receives.
func TestLeaveAndComeBack(t *testing.T) {
	t.Parallel()
	program := engine(t)
	ctx := deadline(t)
	server := start(t, program)
	config := psrpclient.Config{URL: server.HTTP, User: daemon.User, Password: daemon.Password}
	first := psrpclient.New(config)
	pool, err := first.Open(ctx)
	require.NoError(t, err)
	pipeline, err := pool.Start(ctx, `$input | ForEach-Object { $_ + 1 }; 'end'`, true)
	require.NoError(t, err)
	require.NoError(t, pipeline.Send(ctx, "<I32>41</I32>"))
	require.NoError(t, pool.Disconnect(ctx))

	second := psrpclient.New(config)
	shells, err := second.Shells(ctx)
	require.NoError(t, err)
	require.Len(t, shells, 1)
	assert.Equal(t, pool.ID(), shells[0].ShellID)
	assert.Equal(t, "Disconnected", shells[0].State)
	again, err := second.Connect(ctx, shells[0].ShellID)
	require.NoError(t, err)
	rest, err := again.ConnectPipeline(ctx, pipeline.ID())
	require.NoError(t, err)
	var got []string
	require.NoError(t, rest.Wait(ctx, func(clixml []byte) error {
		got = append(got, trimMark(string(clixml)))
		return nil
	}))
	assert.Equal(t, []string{"<I32>42</I32>", "<S>end</S>"}, got)
	first.Abandon()
	assert.Error(t, pool.Reconnect(ctx), "a client that has abandoned its connections")
	require.NoError(t, again.Close(ctx))
}
