package psrpclient

import (
	"context"
	"errors"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
)

// Pipeline is a pipeline of a Pool: one command of the shell.
type Pipeline struct {
	pool    *Pool
	id      string
	guid    psrp.GUID
	channel channel
	state   pipelineState
	done    bool // the command's state was Done
}

// Run implements Session.
func (p *Pool) Run(ctx context.Context, script string) (Running, error) {
	l, err := p.Start(ctx, script, false)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Start begins a script. takesInput says that Send and EndInput follow.
func (p *Pool) Start(ctx context.Context, script string, takesInput bool) (*Pipeline, error) {
	l := &Pipeline{pool: p}
	l.id, l.guid = newID()
	text := p.sender.text(psrp.MessageCreatePipeline, l.guid, pipelineDocument(script, takesInput))
	return l, l.do(ctx, wsman.ActionCommand, `<rsp:CommandLine CommandId="`+l.id+`"><rsp:Command> </rsp:Command><rsp:Arguments>`+
		string(text)+`</rsp:Arguments></rsp:CommandLine>`)
}

// ConnectPipeline connects to a pipeline that another client has begun.
func (p *Pool) ConnectPipeline(ctx context.Context, id string) (*Pipeline, error) {
	l := &Pipeline{pool: p, id: id, guid: mustGUID(id)}
	return l, l.do(ctx, wsman.ActionConnect, `<rsp:Connect CommandId="`+id+`"/>`)
}

// Err is why a pipeline that has ended did not complete: a *PipelineError.
func (l *Pipeline) Err() error { return l.state.err }

// ID is the CommandId.
func (l *Pipeline) ID() string { return l.id }

// Receive is one Receive, which gives what there is. It reports whether the
// pipeline and its command have ended.
func (l *Pipeline) Receive(ctx context.Context, output Output) (ended bool, err error) {
	return l.receive(ctx, l.pool.receiveEnvelope(l.id), output)
}

// Repeat sends the Receive again whose answer was lost, with its MessageID.
func (l *Pipeline) Repeat(ctx context.Context, output Output) (ended bool, err error) {
	if l.channel.lost == nil {
		return false, errors.New("no answer was lost")
	}
	return l.receive(ctx, l.channel.lost, output)
}

func (l *Pipeline) receive(ctx context.Context, envelope []byte, output Output) (ended bool, err error) {
	done, err := l.channel.receive(ctx, l.pool.client, envelope, func(m psrp.Message) error {
		return l.state.message(m, output)
	})
	l.done = l.done || done
	return l.done && l.state.final, err
}

// Wait implements Running.
func (l *Pipeline) Wait(ctx context.Context, output Output) error {
	for {
		ended, err := l.Receive(ctx, output)
		switch {
		case err != nil:
			return err
		case ended:
			return l.state.err
		case l.done:
			return errors.New("the command is Done and its pipeline did not end")
		}
	}
}

// Reconnect attaches the command of a pool that was reconnected.
func (l *Pipeline) Reconnect(ctx context.Context) error {
	return l.do(ctx, wsman.ActionReconnect, `<rsp:Reconnect CommandId="`+l.id+`"/>`)
}

// Send gives the pipeline an object as input, as CLIXML.
func (l *Pipeline) Send(ctx context.Context, clixml string) error {
	return l.send(ctx, psrp.MessagePipelineInput, clixml)
}

// EndInput says that no input follows.
func (l *Pipeline) EndInput(ctx context.Context) error {
	return l.send(ctx, psrp.MessageEndOfPipelineInput, "")
}

func (l *Pipeline) send(ctx context.Context, t psrp.MessageType, clixml string) error {
	return l.do(ctx, wsman.ActionSend, `<rsp:Send><rsp:Stream Name="stdin" CommandId="`+l.id+`">`+
		string(l.pool.sender.text(t, l.guid, clixml))+`</rsp:Stream></rsp:Send>`)
}

// Stop stops the pipeline, whose output so far can still be received.
func (l *Pipeline) Stop(ctx context.Context) error { return l.signal(ctx, wsman.SignalPowerShellStop) }

// Release implements Running.
func (l *Pipeline) Release(ctx context.Context) error { return l.signal(ctx, wsman.SignalTerminate) }

func (l *Pipeline) signal(ctx context.Context, code string) error {
	return l.do(ctx, wsman.ActionSignal, `<rsp:Signal CommandId="`+l.id+`"><rsp:Code>`+code+`</rsp:Code></rsp:Signal>`)
}

func (l *Pipeline) do(ctx context.Context, action, body string) error {
	return l.pool.do(ctx, action, body)
}
