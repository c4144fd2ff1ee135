package endpoint_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/endpoint"
	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
	"github.com/winrmd/winrmd/shell/runspace"
)

// gated are commands that a test controls: Wait-Gate says that it is there and
// waits until it may go on, or until its context ends.
type gated struct {
	here chan struct{}
	open chan struct{}
}

func newGated() *gated { return &gated{here: make(chan struct{}, 16), open: make(chan struct{})} }

func (g *gated) command() *runspace.Command {
	return runspace.Func("Wait-Gate", "Waits.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		g.here <- struct{}{}
		select {
		case <-g.open:
			return io.Output(ctx, "through")
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// TestStreams: what a command writes comes on its stream.
func TestStreams(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	r := script(t, pool, `$VerbosePreference = 'Continue'; Write-Output out; Write-Error err -ErrorId mine; Write-Warning warn
		Write-Verbose verb; Write-Debug no; Write-Debug deb -Debug; Write-Information info -Tags a, b; Write-Progress act -PercentComplete 7`)
	assert.Equal(t, psrp.PSInvocationCompleted, r.state)
	assert.Equal(t, []string{"out"}, r.texts())
	messages, ids := r.errors(t)
	assert.Equal(t, []string{"err"}, messages)
	assert.Equal(t, []string{"mine"}, ids)
	for stream, want := range map[runspacepool.Stream]string{
		runspacepool.StreamWarning: "warn", runspacepool.StreamVerbose: "verb", runspacepool.StreamDebug: "deb",
	} {
		require.Len(t, r.records[stream], 1, "%v", stream)
		assert.Equal(t, want, clixml.Text(r.records[stream][0]))
	}
	information, err := clixml.ReadInformationRecord(r.records[runspacepool.StreamInformation][0])
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, information.Tags)
	progress, err := clixml.ReadProgressRecord(r.records[runspacepool.StreamProgress][0])
	require.NoError(t, err)
	assert.Equal(t, int32(7), progress.PercentComplete)
}

// TestStop: a pipeline that waits is stopped, and its runspace is used again.
func TestStop(t *testing.T) {
	t.Parallel()
	g := newGated()
	pool := open(t, serving(t, nil, g.command()), runspacepool.Config{})
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1; Wait-Gate; 2")}})
	require.NoError(t, err)
	<-g.here
	require.NoError(t, pl.Stop(bounded(t)))
	r := rest(t, pl)
	assert.Equal(t, psrp.PSInvocationStopped, r.state)
	assert.Equal(t, []string{"1"}, r.texts())
	assert.Equal(t, []string{"3"}, script(t, pool, "1 + 2").completed(t).texts())
}

// TestInput: objects of the client go through the commands as they come.
func TestInput(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Cmdlet("Where-Object", clixml.ScriptBlock("$_ -gt 1"))}, Input: true,
	})
	require.NoError(t, err)
	require.NoError(t, pl.Send(bounded(t), 1, 2))
	record, err := pl.Next(bounded(t)) // before the input has ended
	require.NoError(t, err)
	assert.Equal(t, clixml.Int32(2), record.Value)
	require.NoError(t, pl.Send(bounded(t), 3))
	require.NoError(t, pl.CloseInput(bounded(t)))
	assert.Equal(t, []string{"3"}, rest(t, pl).completed(t).texts())
}

// TestInputOfScript: what a script is given is $input.
func TestInputOfScript(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("$input | ForEach-Object { $_ * 2 }; $args")}, Input: true,
	})
	require.NoError(t, err)
	require.NoError(t, pl.Send(bounded(t), 4, 5))
	require.NoError(t, pl.CloseInput(bounded(t)))
	assert.Equal(t, []string{"8", "10"}, rest(t, pl).completed(t).texts())
}

// TestRunspaces: as many pipelines run as there are runspaces; the others wait.
func TestRunspaces(t *testing.T) {
	t.Parallel()
	g := newGated()
	pool := open(t, serving(t, nil, g.command()), runspacepool.Config{MinRunspaces: 1, MaxRunspaces: 2})
	waiting := runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Cmdlet("Wait-Gate")}}
	var all []*runspacepool.Pipeline
	for range 3 {
		pl, err := pool.Start(bounded(t), waiting)
		require.NoError(t, err)
		all = append(all, pl)
	}
	<-g.here
	<-g.here
	n, err := pool.AvailableRunspaces(bounded(t))
	require.NoError(t, err)
	assert.Zero(t, n)
	select {
	case <-g.here:
		require.Fail(t, "a third pipeline runs in two runspaces")
	default:
	}
	ok, err := pool.SetMaxRunspaces(bounded(t), 3)
	require.NoError(t, err)
	assert.True(t, ok)
	<-g.here
	ok, err = pool.SetMinRunspaces(bounded(t), 4)
	require.NoError(t, err)
	assert.False(t, ok, "a minimum above the maximum")
	close(g.open)
	for _, pl := range all {
		assert.Equal(t, []string{"through"}, rest(t, pl).completed(t).texts())
	}
	ok, err = pool.ResetRunspaceState(bounded(t))
	require.NoError(t, err)
	assert.False(t, ok, "a pool of several runspaces was reset")
}

// TestReset: variables stay from one pipeline to the next until they are reset.
func TestReset(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	script(t, pool, "$a = 'kept'").completed(t)
	assert.Equal(t, []string{"kept"}, script(t, pool, "$a").completed(t).texts())
	ok, err := pool.ResetRunspaceState(bounded(t))
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, []string{"True"}, script(t, pool, "$null -eq $a").completed(t).texts())
}

// TestNested: a nested pipeline runs within the one that waits, and sees its
// variables.
func TestNested(t *testing.T) {
	t.Parallel()
	pool := open(t, serving(t, nil), runspacepool.Config{})
	outer, err := pool.Start(bounded(t), runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("$seen = 'by the outer'; 'begun'; Start-Sleep 3600")},
	})
	require.NoError(t, err)
	_, err = outer.Next(bounded(t))
	require.NoError(t, err)
	r := run(t, pool, runspacepool.PipelineConfig{
		Nested: true, Commands: []runspacepool.Command{runspacepool.Cmdlet("Get-Variable").With("Name", "seen").With("ValueOnly", true)},
	})
	assert.Equal(t, []string{"by the outer"}, r.completed(t).texts())
	require.NoError(t, outer.Stop(bounded(t)))
	assert.Equal(t, psrp.PSInvocationStopped, rest(t, outer).state)
}

// TestSecrets: SecureStrings and credentials come in clear to a command, and only
// to it; and back.
func TestSecrets(t *testing.T) {
	t.Parallel()
	type parameters struct {
		Text       runspace.Secret
		Credential runspace.Credential
	}
	reveal := runspace.Func("Show-Secret", "Shows.", func(ctx context.Context, p *parameters, io *runspace.IO) error {
		if p.Text == "" {
			return io.Output(ctx, p.Credential.UserName+"="+string(p.Credential.Password))
		}
		s, err := io.Secure(ctx, strings.ToUpper(string(p.Text)))
		if err != nil {
			return err
		}
		return io.Output(ctx, s)
	})
	pool := open(t, serving(t, nil, reveal), runspacepool.Config{})
	secret, err := pool.EncryptSecureString(bounded(t), "geheim – ä")
	require.NoError(t, err)
	r := run(t, pool, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Cmdlet("Show-Secret").With("Text", secret)}}).completed(t)
	back, err := pool.DecryptSecureString(bounded(t), r.output[0].(clixml.SecureString))
	require.NoError(t, err)
	assert.Equal(t, "GEHEIM – Ä", back)
	credential, err := pool.PSCredential(bounded(t), runspacepool.Credential{UserName: "bob", Password: "pw"})
	require.NoError(t, err)
	r = run(t, pool, runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Cmdlet("Show-Secret").With("Credential", credential)}})
	assert.Equal(t, []string{"bob=pw"}, r.completed(t).texts())
}

// TestServerAsksForKey: a command that makes a SecureString has the client say
// its key.
func TestServerAsksForKey(t *testing.T) {
	t.Parallel()
	secret := runspace.Func("Get-Secret", "Makes one.", func(ctx context.Context, _ *struct{}, io *runspace.IO) error {
		s, err := io.Secure(ctx, "made here")
		if err != nil {
			return err
		}
		return io.Output(ctx, s)
	})
	pool := open(t, serving(t, nil, secret), runspacepool.Config{})
	r := script(t, pool, "Get-Secret").completed(t)
	back, err := pool.DecryptSecureString(bounded(t), r.output[0].(clixml.SecureString))
	require.NoError(t, err)
	assert.Equal(t, "made here", back)
}

// TestDisconnect: a pipeline goes on without its client, and another client gets
// all of it.
func TestDisconnect(t *testing.T) {
	t.Parallel()
	g := newGated()
	s := serving(t, nil, g.command())
	pool, err := clientOf(t, s).Open(bounded(t), psremoting.Options{Name: "work"})
	require.NoError(t, err)
	pl, err := pool.Start(bounded(t), runspacepool.PipelineConfig{Commands: []runspacepool.Command{runspacepool.Script("1; Wait-Gate; 2")}})
	require.NoError(t, err)
	_, err = pl.Next(bounded(t))
	require.NoError(t, err)
	<-g.here
	require.NoError(t, pool.Disconnect(bounded(t), runspacepool.DisconnectOptions{}))
	close(g.open)

	other := clientOf(t, s)
	pools, err := other.Pools(bounded(t))
	require.NoError(t, err)
	require.Len(t, pools, 1)
	assert.Equal(t, "work", pools[0].Name())
	require.Len(t, pools[0].Commands, 1)
	again, err := other.Connect(bounded(t), pools[0], psremoting.Options{})
	require.NoError(t, err)
	defer again.Close(bounded(t))
	pl, err = again.ConnectPipeline(bounded(t), pools[0].Commands[0].ID)
	require.NoError(t, err)
	got := rest(t, pl).completed(t).texts()
	assert.Equal(t, []string{"through", "2"}, got[len(got)-2:])
	assert.Len(t, s.Sessions(), 1)
	data, err := again.PrivateData(bounded(t))
	require.NoError(t, err)
	assert.NotNil(t, data)
}

// TestAccess: nobody comes in without a password, or into what is not for him.
func TestAccess(t *testing.T) {
	t.Parallel()
	s := serving(t, func(c *endpoint.Configuration) { c.Permit = func(user string) bool { return user == "somebody else" } })
	_, err := clientOf(t, s).Open(bounded(t), psremoting.Options{})
	require.ErrorContains(t, err, "denied")
	s.Password = "wrong"
	_, err = clientOf(t, s).Open(bounded(t), psremoting.Options{})
	require.Error(t, err)
	s2 := serving(t, nil)
	_, err = clientOf(t, s2).Open(bounded(t), psremoting.Options{Configuration: "Nobody.Knows"})
	require.Error(t, err)
}

// TestConfig: what cannot be served is refused at the start.
func TestConfig(t *testing.T) {
	t.Parallel()
	one := []endpoint.Configuration{{}}
	users := map[string]string{"a": "b"}
	for name, c := range map[string]endpoint.Config{
		"no users":          {Configurations: one},
		"no configurations": {Users: users},
		"two of one name":   {Users: users, Configurations: []endpoint.Configuration{{}, {Name: "microsoft.powershell"}}},
		"idle timeout":      {Users: users, Configurations: []endpoint.Configuration{{IdleTimeout: time.Second}}},
		"a bad command":     {Users: users, Configurations: []endpoint.Configuration{{Commands: []*runspace.Command{{Name: "a b"}}}}},
	} {
		_, err := endpoint.New(c)
		var e *endpoint.ConfigError
		assert.True(t, errors.As(err, &e), "%s: %v", name, err)
	}
}
