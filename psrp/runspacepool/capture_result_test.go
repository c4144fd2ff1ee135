package runspacepool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
)

// outcome is what became of a pipeline.
type outcome struct {
	records []any    // stream and canonical value, in order
	calls   []string // of the host, in order
	state   psrp.PSInvocationState
	reason  string // the identifier of the error that ended it, and its message
}

// captureStreams are the streams that messages belong to (MS-PSRP 2.2.2).
var captureStreams = map[psrp.MessageType]string{
	psrp.MessagePipelineOutput: "Output", psrp.MessageErrorRecord: "Error", psrp.MessageWarningRecord: "Warning",
	psrp.MessageVerboseRecord: "Verbose", psrp.MessageDebugRecord: "Debug", psrp.MessageInformationRecord: "Information",
	psrp.MessageProgressRecord: "Progress",
}

// recorded is what the recorded server says of a pipeline, read from its messages
// and not with the client.
func (p *play) recorded(command string) (o outcome) {
	var d psrp.Defragmenter
	for _, x := range p.exchanges {
		if x.action != "Receive" || x.command != command || x.fault {
			continue
		}
		for _, m := range messages(p.t, &d, x.answer) {
			v := p.parse(m)
			if stream, ok := captureStreams[m.Type]; ok {
				o.records = append(o.records, []any{stream, canonical(v)})
				continue
			}
			switch m.Type {
			case psrp.MessagePipelineHostCall:
				o.calls = append(o.calls, recordedCall(p.t, v.(*clixml.Object)))
			case psrp.MessagePipelineState:
				state := v.(*clixml.Object)
				o.state = psrp.PSInvocationState(mustGet[clixml.Int32](p.t, state, "PipelineState"))
				if reason, _ := state.Property("ExceptionAsErrorRecord"); reason != nil {
					o.reason = recordedReason(p.t, reason.(*clixml.Object))
				}
			default:
				assert.Fail(p.t, "a message that is not counted", "%v", m.Type)
			}
		}
	}
	return o
}

// recordedReason is an error's identifier and message.
func recordedReason(t *testing.T, record *clixml.Object) string {
	return fmt.Sprint(mustGet[clixml.String](t, record, "FullyQualifiedErrorId"), ": ",
		mustGet[clixml.String](t, mustGet[*clixml.Object](t, record, "Exception"), "Message"))
}

// recordedCall is a call as captureUI notes it: the method without the number that
// tells methods of the same name apart, and what is plain of its parameters.
func recordedCall(t *testing.T, o *clixml.Object) string {
	method := mustGet[*clixml.Object](t, o, "mi")
	words := []string{strings.TrimRight(*method.ToString, "123")}
	for _, v := range mustGet[clixml.List](t, o, "mp") {
		if object, ok := v.(*clixml.Object); ok {
			if activity, ok := object.Property("Activity"); ok {
				words = append(words, text(activity))
			} else if list, ok := elements(object); ok {
				words = append(words, fmt.Sprint(len(list)))
			}
			continue
		}
		words = append(words, clixml.Text(v))
	}
	return strings.Join(words, "|")
}

// pipelineCommands are the identifiers of the commands that carry pipelines of
// scripts and commands, in order.
func (p *play) pipelineCommands() (all []string) {
	readers := map[string]*psrp.Defragmenter{}
	for _, x := range p.exchanges {
		if x.action != "Command" && x.action != "Send" || x.command == "" {
			continue
		}
		if readers[x.command] == nil {
			readers[x.command] = &psrp.Defragmenter{}
		}
		for _, m := range messages(p.t, readers[x.command], x.sent) {
			if m.Type == psrp.MessageCreatePipeline {
				all = append(all, x.command)
			}
		}
	}
	return all
}

// results reads every pipeline to its end, and compares what became of it with
// what was recorded. One whose end was not recorded, since its client has gone
// before, is closed where the recording ends.
func (p *play) results(ctx context.Context, pipelines []*Pipeline) {
	commands := p.pipelineCommands()
	require.Len(p.t, commands, len(pipelines))
	for i, pl := range pipelines {
		want := p.recorded(commands[i])
		p.notes = nil
		var got outcome
		if want.state == psrp.PSInvocationNotStarted {
			for range want.records {
				got.add(p.t, ctx, pl)
			}
			require.NoError(p.t, pl.Close(ctx))
		} else {
			for got.add(p.t, ctx, pl) {
			}
			got.state, _ = pl.State()
		}
		got.calls = p.notes
		assert.Equal(p.t, want, got, "pipeline %d", i)
		p.outcomes = append(p.outcomes, got)
	}
}

// add adds the next record; it returns false at the end.
func (o *outcome) add(t *testing.T, ctx context.Context, pl *Pipeline) bool {
	r, err := pl.Next(ctx)
	var failed *PipelineError
	switch {
	case errors.Is(err, io.EOF):
		return false
	case errors.As(err, &failed):
		if failed.Record != nil {
			o.reason = fmt.Sprint(failed.Record.FullyQualifiedErrorID, ": ", failed.Record.Message)
		}
		return false
	}
	require.NoError(t, err)
	o.records = append(o.records, []any{r.Stream.String(), canonical(r.Value)})
	return true
}

// leave does what the recorded client did when it was done: it left its pool, and
// came back to it. The states are those that PowerShell has then.
func (p *play) leave(ctx context.Context, pool *RunspacePool) {
	assertState := func(want State) {
		state, reason := pool.State()
		assert.Equal(p.t, want, state)
		assert.NoError(p.t, reason)
	}
	assertState(Opened)
	for _, x := range p.exchanges {
		switch x.action {
		case "Disconnect":
			require.NoError(p.t, pool.Disconnect(ctx, DisconnectOptions{}))
			assertState(Disconnected)
			p.left++
		case "Reconnect":
			require.NoError(p.t, pool.Reconnect(ctx))
			assertState(Opened)
		}
	}
}

// totals count what was compared: captures of which nothing is read would prove
// nothing.
type totals struct {
	sent                         map[psrp.MessageType]int
	records                      map[string]int
	states                       map[psrp.PSInvocationState]int
	pools, calls, left, failures int
}

func (c *totals) add(p *play) {
	if c.sent == nil {
		c.sent, c.records, c.states = map[psrp.MessageType]int{}, map[string]int{}, map[psrp.PSInvocationState]int{}
	}
	for _, m := range p.compared {
		c.sent[m]++
	}
	c.pools++
	c.left += p.left
	for _, o := range p.outcomes {
		for _, r := range o.records {
			c.records[r.([]any)[0].(string)]++
		}
		c.states[o.state]++
		c.calls += len(o.calls)
		if o.reason != "" {
			c.failures++
		}
	}
}

// check checks the figures of the captures that there were; more may come.
func (c *totals) check(t *testing.T) {
	for kind, least := range map[psrp.MessageType]int{
		psrp.MessageSessionCapability: 36, psrp.MessageInitRunspacePool: 34, psrp.MessageConnectRunspacePool: 2, psrp.MessageCreatePipeline: 28,
		psrp.MessageGetCommandMetadata: 3, psrp.MessagePipelineInput: 27, psrp.MessageEndOfPipelineInput: 9, psrp.MessagePipelineHostResponse: 5,
		psrp.MessageResetRunspaceState: 1, psrp.MessagePublicKey: 1,
	} {
		assert.GreaterOrEqual(t, c.sent[kind], least, "%v", kind)
	}
	for stream, least := range map[string]int{
		"Output": 96, "Error": 3, "Warning": 4, "Verbose": 3, "Debug": 9, "Information": 2, "Progress": 20,
	} {
		assert.GreaterOrEqual(t, c.records[stream], least, "%v", stream)
	}
	assert.GreaterOrEqual(t, c.states[psrp.PSInvocationCompleted], 24)
	assert.GreaterOrEqual(t, c.states[psrp.PSInvocationFailed], 3)
	for what, figures := range map[string][2]int{
		"pools": {c.pools, 36}, "calls of the host": {c.calls, 17}, "times that pools were left": {c.left, 3}, "failures": {c.failures, 3},
	} {
		assert.GreaterOrEqual(t, figures[0], figures[1], what)
	}
}
