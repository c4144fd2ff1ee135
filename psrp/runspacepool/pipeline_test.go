package runspacepool

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// nextRecord is a record that has to come.
func nextRecord(t *testing.T, pl *Pipeline) *Record {
	t.Helper()
	r, err := pl.Next(bounded(t))
	require.NoError(t, err)
	return r
}

// TestNext: records come one by one, and nothing is received while nobody asks.
func TestNext(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{Commands: []Command{Script("1\n2"), Cmdlet("Out-String")}})
	assert.Equal(t, "1 2 | Out-String", c.line)
	c.out.put(Received{Fragments: c.output(clixml.Int32(1), clixml.Int32(2))}, nil)
	c.out.put(Received{Fragments: c.output(clixml.Int32(3))}, nil)
	c.out.put(Received{Fragments: c.end(), Done: true}, nil)
	assert.Zero(t, c.out.asked())
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	assert.Equal(t, 1, c.out.asked())
	assert.Equal(t, "2", nextRecord(t, pl).Text())
	assert.Equal(t, 1, c.out.asked())
	assert.Equal(t, "3", nextRecord(t, pl).Text())
	assert.Equal(t, 2, c.out.asked())
	assert.Equal(t, []*Pipeline{pl}, p.Pipelines())
	_, err := pl.Next(bounded(t))
	require.ErrorIs(t, err, io.EOF)
	_, err = pl.Next(bounded(t))
	require.ErrorIs(t, err, io.EOF)
	state, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationCompleted, state)
	assert.Empty(t, p.Pipelines())
	require.NoError(t, p.settle(bounded(t)))
	assert.Equal(t, 1, c.called("Close"), "it is released")
	require.NoError(t, pl.Stop(bounded(t)))
	assert.Zero(t, c.called("Stop"))
}

// TestNextInTime: a context's end loses nothing.
func TestNextInTime(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	ctx, cancel := context.WithTimeout(bounded(t), time.Millisecond)
	defer cancel()
	_, err := pl.Next(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	assert.Equal(t, "1", nextRecord(t, pl).Text())
	assert.Equal(t, 1, c.out.asked(), "it was the same Receive")
}

func TestPipelineEnds(t *testing.T) {
	why := errors.New("why")
	for name, test := range map[string]struct {
		give  func(c *fakeCommand)
		check func(t *testing.T, err error)
	}{
		"failed": {
			func(c *fakeCommand) {
				c.out.put(Received{Fragments: c.fragments(psrp.PipelineStateMessage(c.fake.id, c.pipeline(), psrp.PSInvocationFailed, "oh"), 0)}, nil)
			},
			func(t *testing.T, err error) {
				var record *clixml.ErrorRecord
				require.ErrorAs(t, err, &record)
				assert.Equal(t, "oh", record.Text())
			},
		},
		"without a state": {
			func(c *fakeCommand) { c.out.put(Received{Done: true}, nil) },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, errNoState) },
		},
		"transport": {
			func(c *fakeCommand) { c.out.put(Received{}, why) },
			func(t *testing.T, err error) { assert.ErrorIs(t, err, why) },
		},
		"nonsense": {
			func(c *fakeCommand) {
				c.out.put(Received{Fragments: []byte("nonsense, and long enough for a header")}, nil)
			},
			func(*testing.T, error) {},
		},
		"too large": {
			func(c *fakeCommand) {
				c.out.put(Received{Fragments: c.output(clixml.String(strings.Repeat("x", 3000)))}, nil)
			},
			func(t *testing.T, err error) {
				var order *psrp.OrderError
				require.ErrorAs(t, err, &order)
				assert.Greater(t, order.Size, int64(2000))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			p := open(t, f, Config{MaxObjectSize: 2000})
			pl, c := run(t, p, f, PipelineConfig{})
			test.give(c)
			err := pl.Wait(bounded(t))
			var failed *PipelineError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, psrp.PSInvocationFailed, failed.State)
			test.check(t, err)
			require.NoError(t, p.settle(bounded(t)))
			assert.Equal(t, 1, f.called("Close"))
		})
	}
}

// TestObjectError: one object that cannot be read is no end.
func TestObjectError(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{MaxDepth: 3})
	pl, c := run(t, p, f, PipelineConfig{})
	deep := clixml.List{clixml.List{clixml.List{clixml.List{clixml.Int32(1)}}}}
	c.out.put(Received{Fragments: join(
		c.output(clixml.Int32(1), deep),
		c.fragments(c.message(psrp.MessageErrorRecord, c.pipeline(), clixml.Int32(7)), 0),
		c.fragments(c.message(psrp.MessagePipelineState, c.pipeline(), clixml.Int32(7)), 0),
		c.fragments(c.message(psrp.MessageType(0x41999), c.pipeline(), clixml.Int32(7)), 0),
		c.output(clixml.Int32(2)), c.end()),
	}, nil)
	var got []string
	for r, err := range pl.Records(bounded(t)) {
		var object *ObjectError
		if errors.As(err, &object) {
			got = append(got, object.Type.String())
			continue
		}
		require.NoError(t, err)
		got = append(got, r.Text())
	}
	assert.Equal(t, []string{"1", "PIPELINE_OUTPUT", "ERROR_RECORD", "PIPELINE_STATE", "2"}, got)
}

func TestStop(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	pl, c := run(t, p, f, PipelineConfig{})
	c.out.put(Received{Fragments: c.output(clixml.Int32(1))}, nil)
	require.NoError(t, pl.Stop(bounded(t)))
	state, _ := pl.State()
	assert.Equal(t, psrp.PSInvocationStopping, state)
	assert.Equal(t, "1", nextRecord(t, pl).Text(), "what came before")
	_, err := pl.Next(bounded(t))
	var stopped *PipelineError
	require.ErrorAs(t, err, &stopped)
	assert.Equal(t, psrp.PSInvocationStopped, stopped.State)
	assert.Contains(t, err.Error(), "stopped")
}

// TestStartInTime: a pipeline that nobody waits for is ended.
func TestStartInTime(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	f.gate = make(chan struct{})
	ctx, cancel := context.WithTimeout(bounded(t), time.Millisecond)
	defer cancel()
	_, err := p.Start(ctx, PipelineConfig{Commands: []Command{Script("1")}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(f.gate)
	assert.Eventually(t, func() bool { return f.called("Close") == 1 }, patience, time.Millisecond)
	assert.Empty(t, p.Pipelines())
}

// TestInput: objects go whole and in order, in requests that are not too large.
func TestInput(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{MaxRequestSize: 1500})
	pl, c := run(t, p, f, PipelineConfig{Input: true, Commands: []Command{Script(strings.Repeat("#", 5000))}})
	require.NoError(t, pl.Send(bounded(t), 1, strings.Repeat("x", 4000), nil, "a"))
	require.NoError(t, pl.Send(bounded(t)))
	require.Error(t, pl.Send(bounded(t), func() {}), "no form in CLIXML")
	require.NoError(t, pl.CloseInput(bounded(t)))
	require.NoError(t, pl.CloseInput(bounded(t)))
	var state *StateError
	require.ErrorAs(t, pl.Send(bounded(t), 1), &state)
	messages := c.messages()
	require.Len(t, messages, 6)
	assert.Equal(t, psrp.MessageCreatePipeline, messages[0].Type)
	var got []string
	for _, m := range messages[1:5] {
		assert.Equal(t, psrp.MessagePipelineInput, m.Type)
		v, err := clixml.Parse(m.Data)
		require.NoError(t, err)
		got = append(got, clixml.Text(v)[:1])
	}
	assert.Equal(t, []string{"1", "x", "$", "a"}, got)
	assert.Equal(t, psrp.MessageEndOfPipelineInput, messages[5].Type)
	assert.Empty(t, messages[5].Data)
	for _, size := range c.sizes {
		assert.LessOrEqual(t, size, 1500)
	}

	closed, _ := run(t, p, f, PipelineConfig{})
	require.ErrorAs(t, closed.Send(bounded(t), 1), &state, "it has no input")
}

// TestSendInTime: an object is sent to its end, whoever waits.
func TestSendInTime(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{MaxRequestSize: 1500})
	pl, c := run(t, p, f, PipelineConfig{Input: true})
	ctx, cancel := context.WithCancel(bounded(t))
	before := f.called("command Send stdin")
	c.lock.Lock() // the first request waits
	done := make(chan error, 1)
	go func() { done <- pl.Send(ctx, strings.Repeat("x", 10_000)) }()
	assert.Eventually(t, func() bool { return f.called("command Send stdin") > before }, patience, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	c.lock.Unlock()
	require.NoError(t, pl.Send(bounded(t), "next"))
	assert.Equal(t, 3, len(c.messages()), "both are whole")
}

func TestPipelineConfig(t *testing.T) {
	f := newFake(t)
	p := open(t, f, Config{})
	_, err := p.Start(bounded(t), PipelineConfig{})
	require.ErrorContains(t, err, "needs a command")
	_, err = p.Start(bounded(t), PipelineConfig{Commands: []Command{Cmdlet("x", make(chan int))}})
	require.Error(t, err)
	scope := true
	first := Command{Text: "first", Script: true, UseLocalScope: &scope, End: true, Merge: Merge{Error: MergeOutput, Warning: MergeNull, PreviousResults: true}}
	_, c := run(t, p, f, PipelineConfig{
		Commands: []Command{first, Cmdlet("second", 1).With("Name", "v")}, Nested: true, History: "h", AddToHistory: true, RedirectErrorOutput: true,
		Streams: AddInvocationInfoToError,
	})
	o := object(t, c.messages()[0])
	shell := mustGet[*clixml.Object](t, o, "PowerShell")
	assert.Equal(t, clixml.String("h"), mustGet[clixml.String](t, shell, "History"))
	assert.True(t, bool(mustGet[clixml.Bool](t, o, "AddToHistory")) && bool(mustGet[clixml.Bool](t, o, "NoInput")) &&
		bool(mustGet[clixml.Bool](t, o, "IsNested")) && bool(mustGet[clixml.Bool](t, shell, "IsNested")) &&
		bool(mustGet[clixml.Bool](t, shell, "RedirectShellErrorOutputPipe")))
	assert.EqualValues(t, 1, mustGet[clixml.Int32](t, o, "RemoteStreamOptions"))
	extra := mustGet[clixml.List](t, shell, "ExtraCmds")
	require.Len(t, extra, 2, "all statements are here, the first too")
	cmds := mustGet[clixml.List](t, shell, "Cmds")
	require.Len(t, cmds, 1)
	cmd := cmds[0].(*clixml.Object)
	assert.True(t, bool(mustGet[clixml.Bool](t, cmd, "UseLocalScope")))
	for name, want := range map[string]int{
		"MergeMyResult": 2, "MergeToResult": 1, "MergePreviousResults": 3, "MergeError": 1, "MergeWarning": 8, "MergeVerbose": 0,
	} {
		assert.EqualValues(t, want, mustGet[clixml.Int32](t, cmd, name), name)
	}
	second := mustGet[clixml.List](t, extra[1].(*clixml.Object), "Cmds")
	arguments := mustGet[clixml.List](t, second[0].(*clixml.Object), "Args")
	require.Len(t, arguments, 2)
	name, ok := arguments[0].(*clixml.Object).Property("N")
	assert.True(t, ok && name == nil, "the first goes by its place")
	assert.Equal(t, clixml.String("Name"), mustGet[clixml.String](t, arguments[1].(*clixml.Object), "N"))
}

func mustGet[T clixml.Value](t *testing.T, o *clixml.Object, name string) T {
	t.Helper()
	v, err := clixml.Get[T](o, name)
	require.NoError(t, err, name)
	return v
}
