package interop

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psremoting"
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/psrp/runspacepool"
)

// TestRemotingPipelines: what pipelines can be and put out, on one pool.
func TestRemotingPipelines(t *testing.T) {
	t.Parallel()
	takeSlot(t)
	s := start(t, setup{withoutSlot: true, encryptedOnly: true})
	ctx := bounded(t)
	p := openPool(ctx, t, s.remoting(t), psremoting.Options{
		Compression: true,
		Pool:        runspacepool.Config{MaxRunspaces: 4, ApplicationArguments: map[string]any{"Answer": 42, "Inner": map[string]any{"A": "b"}}},
	})
	for name, f := range map[string]func(context.Context, *testing.T, *runspacepool.RunspacePool){
		"streams": remotingStreams, "merged": remotingMerged, "failed": remotingFailed, "commands": remotingCommands,
		"input": remotingInput, "stop": remotingStop, "close": remotingClose, "many": remotingMany, "large": remotingLarge,
		"private data": remotingPrivateData, "metadata": remotingMetadata, "history": remotingHistory,
	} {
		t.Run(name, func(t *testing.T) { f(ctx, t, p) })
	}
}

const allStreams = `$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
'output'; Write-Error 'error' -ErrorId Mine; Write-Warning 'warning'; Write-Verbose 'verbose'; Write-Debug 'debug'
Write-Information 'information' -Tags a,b; Write-Progress -Activity work -Status half -PercentComplete 50; Write-Host 'host'`

// remotingStreams: each record comes as what it is, in the order of the script.
func remotingStreams(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script(allStreams)}, Streams: runspacepool.AddInvocationInfo,
	})
	require.NoError(t, err)
	var got []string
	for r, err := range pl.Records(ctx) {
		require.NoError(t, err)
		if r.Progress != nil && r.Progress.Activity != "work" {
			continue // of the engine itself
		}
		got = append(got, r.Stream.String()+" "+r.Text())
		switch r.Stream {
		case runspacepool.StreamError:
			assert.True(t, strings.HasPrefix(r.Error.FullyQualifiedErrorID, "Mine"), r.Error.FullyQualifiedErrorID)
			require.NotNil(t, r.Error.Invocation)
		case runspacepool.StreamWarning:
			require.NotNil(t, r.Informational.Invocation)
		case runspacepool.StreamInformation:
			if r.Text() == "information" {
				assert.Equal(t, []string{"a", "b"}, r.Information.Tags)
			}
		case runspacepool.StreamProgress:
			assert.EqualValues(t, 50, r.Progress.PercentComplete)
		}
	}
	require.Len(t, got, 8, got)
	for i, want := range []string{"Output output", "Error error", "Warning warning", "Verbose verbose", "Debug debug", "Information information", "Progress ", "Information host"} {
		assert.True(t, strings.HasPrefix(got[i], want), "%q begins with %q", got[i], want)
	}
	state, reason := pl.State()
	assert.Equal(t, psrp.PSInvocationCompleted, state)
	require.NoError(t, reason)
	_, err = pl.Next(ctx)
	require.ErrorIs(t, err, io.EOF, "again")
}

// remotingMerged: all streams go to the output.
func remotingMerged(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	c := runspacepool.Script(`Write-Error 'error'; Write-Warning 'warning'; Write-Verbose -Verbose 'verbose'; Write-Information 'information'; 'output'`)
	c.Merge = runspacepool.MergeAll
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{c}})
	require.NoError(t, err)
	var got []string
	for r, err := range pl.Records(ctx) {
		require.NoError(t, err)
		assert.Equal(t, runspacepool.StreamOutput, r.Stream, r.Text())
		got = append(got, r.Text())
	}
	assert.Equal(t, []string{"error", "warning", "verbose", "information", "output"}, got)
}

func remotingFailed(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl := startScript(ctx, t, p, "'before'; throw 'it broke'")
	got, err := remoteTexts(ctx, pl)
	assert.Equal(t, []string{"before"}, got)
	var failed *runspacepool.PipelineError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, psrp.PSInvocationFailed, failed.State)
	var record *clixml.ErrorRecord
	require.ErrorAs(t, err, &record)
	assert.Equal(t, "it broke", record.Text())
	assert.Equal(t, "it broke", record.FullyQualifiedErrorID)
	_, again := pl.Next(ctx)
	assert.Equal(t, err, again)

	_, err = remoteTexts(ctx, startScript(ctx, t, p, "1 +"))
	require.ErrorAs(t, err, &record)
	assert.Equal(t, clixml.ParserError, record.Category)
}

// remotingCommands: parameters by name and place, pipes, and several statements.
func remotingCommands(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	split := runspacepool.Cmdlet("Sort-Object").With("Descending", true)
	split.End = true
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{
		runspacepool.Cmdlet("Write-Output", []int{2, 3, 1}), split,
		runspacepool.Cmdlet("Get-Command").With("Name", []string{"Get-Command"}),
		runspacepool.Cmdlet("ForEach-Object").With("MemberName", "Name"),
	}})
	require.NoError(t, err)
	got, err := remoteTexts(ctx, pl)
	require.NoError(t, err)
	assert.Equal(t, []string{"3", "2", "1", "Get-Command"}, got)
	assert.Equal(t, []string{"42", "b"}, remoteOutput(ctx, t, p, "$PSSenderInfo.ApplicationArguments.Answer; $PSSenderInfo.ApplicationArguments.Inner.A"))
}

// remotingInput: objects go in while others come out, more than fits a request.
func remotingInput(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("process { $_.Length }")}, Input: true,
	})
	require.NoError(t, err)
	require.NoError(t, pl.Send(ctx, "a", strings.Repeat("x", 300_000), ""))
	r, err := pl.Next(ctx)
	require.NoError(t, err)
	assert.Equal(t, "1", r.Text())
	for range 3 {
		require.NoError(t, pl.Send(ctx, "bc"))
	}
	require.NoError(t, pl.CloseInput(ctx))
	require.NoError(t, pl.CloseInput(ctx))
	var state *runspacepool.StateError
	require.ErrorAs(t, pl.Send(ctx, "late"), &state)
	got, err := remoteTexts(ctx, pl)
	require.NoError(t, err)
	assert.Equal(t, []string{"300000", "0", "2", "2", "2"}, got)
}

func remotingStop(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl := startScript(ctx, t, p, "1; while ($true) { Start-Sleep -Milliseconds 50 }")
	_, err := pl.Next(ctx)
	require.NoError(t, err)
	require.NoError(t, pl.Stop(ctx))
	var stopped *runspacepool.PipelineError
	require.ErrorAs(t, pl.Wait(ctx), &stopped)
	assert.Equal(t, psrp.PSInvocationStopped, stopped.State)
	require.NoError(t, pl.Stop(ctx), "it has ended")
}

// remotingClose: who does not want the rest lets go of it.
func remotingClose(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl := startScript(ctx, t, p, "for ($i = 1; ; $i++) { $i }")
	for r, err := range pl.Records(ctx) {
		require.NoError(t, err)
		if r.Text() == "3" {
			break
		}
	}
	require.NoError(t, pl.Close(ctx))
	require.NoError(t, pl.Close(ctx))
	state, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationStopped, state)
	assert.Equal(t, []string{"6"}, remoteOutput(ctx, t, p, "1+2+3"))
}

// remotingMany: many at the same time, more than there are runspaces.
func remotingMany(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	var all sync.WaitGroup
	for n := range 12 {
		all.Go(func() {
			pl, err := p.Start(ctx, runspacepool.PipelineConfig{Commands: []runspacepool.Command{
				runspacepool.Script(fmt.Sprintf("1..50 | %% { $_ * %d }", n)),
			}})
			if !assert.NoError(t, err) {
				return
			}
			got, err := remoteTexts(ctx, pl)
			assert.NoError(t, err)
			var want []string
			for i := 1; i <= 50; i++ {
				want = append(want, strconv.Itoa(i*n))
			}
			assert.Equal(t, want, got)
		})
	}
	all.Wait()
}

// remotingLarge: a script and an object of several requests and answers.
func remotingLarge(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	text := strings.Repeat("0123456789", 60_000)
	r, err := startScript(ctx, t, p, "'"+text+"'").Next(ctx)
	require.NoError(t, err)
	assert.True(t, r.Value == clixml.String(text))
}

func remotingPrivateData(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	o, err := p.PrivateData(ctx)
	require.NoError(t, err)
	d, ok := clixml.Base(o).(clixml.Dictionary)
	require.True(t, ok)
	table, ok := d.Get("PSVersionTable")
	require.True(t, ok)
	v, ok := clixml.Base(table).(clixml.Dictionary).Get("PSRemotingProtocolVersion")
	require.True(t, ok)
	assert.Equal(t, clixml.Version{Major: 2, Minor: 3, Build: -1, Revision: -1}, v)
}

func remotingMetadata(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	names := map[string]bool{}
	for o, err := range p.CommandMetadata(ctx, runspacepool.MetadataQuery{Names: []string{"Get-C*"}, Types: clixml.CommandCmdlet}) {
		require.NoError(t, err)
		name, err := clixml.Get[clixml.String](o, "Name")
		require.NoError(t, err)
		names[string(name)] = true
		_, ok := o.Property("Parameters")
		assert.True(t, ok)
	}
	assert.True(t, names["Get-Command"], names)
	for _, err := range p.CommandMetadata(ctx, runspacepool.MetadataQuery{}) {
		require.NoError(t, err)
		break // the rest is not wanted
	}
}

func remotingHistory(ctx context.Context, t *testing.T, p *runspacepool.RunspacePool) {
	pl, err := p.Start(ctx, runspacepool.PipelineConfig{
		Commands: []runspacepool.Command{runspacepool.Script("'mine'; (Get-History).Count")}, AddToHistory: true, History: "what it says",
	})
	require.NoError(t, err)
	require.NoError(t, pl.Wait(ctx))
	var all []string
	for range 12 { // whichever runspace it was
		all = append(all, remoteOutput(ctx, t, p, "(Get-History).CommandLine")...)
	}
	assert.Contains(t, all, "what it says")
}
