package psrpclient

import (
	"context"
	"fmt"
	"io"
	"os/exec"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
)

// Session is an opened runspace pool over whichever transport.
type Session interface {
	// Run begins a script.
	Run(ctx context.Context, script string) (Running, error)
	// Close ends the pool and waits until it has ended.
	Close(ctx context.Context) error
}

// Running is a pipeline of a Session.
type Running interface {
	// Wait gives the output as it comes and returns when the pipeline has come
	// to its end; a *PipelineError where that is not Completed.
	Wait(ctx context.Context, output Output) error
	// Release lets the server forget a pipeline that has ended.
	Release(ctx context.Context) error
}

// maxLine is the longest line that an engine may write.
const maxLine = 16 << 20

// Pipe is a runspace pool in an engine process of its own. It is not safe for
// concurrent use and has one pipeline at a time.
type Pipe struct {
	process *exec.Cmd
	stdin   io.Closer
	packets *outofproc.Reader
	out     *outofproc.Writer
	unacked int // Data packets that were not acknowledged
	sender  sender
	stream  stream
	state   poolState
	current *PipePipeline
}

// OpenPipe starts `engine -s` and opens a runspace pool in it. The engine is
// killed when ctx ends.
func OpenPipe(ctx context.Context, engine string) (*Pipe, error) {
	p := &Pipe{process: exec.CommandContext(ctx, engine, "-s")}
	_, p.sender.pool = newID()
	stdin, err := p.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.process.Start(); err != nil {
		return nil, err
	}
	p.stdin = stdin
	p.packets, p.out = outofproc.NewReader(stdout, maxLine), outofproc.NewWriter(stdin)
	if err := p.open(); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// open waits until the pool is opened.
func (p *Pipe) open() error {
	if err := p.send(outofproc.SessionID, p.sender.opening()); err != nil {
		return err
	}
	for !p.state.opened() {
		if _, err := p.read(); err != nil {
			return err
		}
	}
	return nil
}

// PID is the engine's process.
func (p *Pipe) PID() int { return p.process.Process.Pid }

// send writes fragments once those before were acknowledged.
func (p *Pipe) send(id string, text []byte) error {
	for p.unacked > 0 {
		if _, err := p.read(); err != nil {
			return err
		}
	}
	p.unacked++
	return p.out.Data(outofproc.StreamDefault, id, text)
}

// await reads until an acknowledgement has come.
func (p *Pipe) await(kind outofproc.Kind, id string) error {
	for {
		packet, err := p.read()
		if err != nil || packet.Kind == kind && packet.ID == id {
			return err
		}
	}
}

// read takes one packet. Data goes where it belongs.
func (p *Pipe) read() (outofproc.Packet, error) {
	packet, err := p.packets.ReadPacket()
	if err != nil {
		return packet, fmt.Errorf("engine: %w", err)
	}
	switch {
	case packet.Kind == outofproc.DataAck:
		p.unacked--
	case packet.Kind != outofproc.Data:
	case packet.ID == outofproc.SessionID:
		err = p.stream.add(packet.Text, p.state.message)
	case p.current != nil && packet.ID == p.current.id:
		err = p.current.stream.add(packet.Text, p.current.message)
	}
	return packet, err
}

// Run implements Session.
func (p *Pipe) Run(_ context.Context, script string) (Running, error) {
	guid := mustGUID(newGUID())
	l := &PipePipeline{pipe: p, id: guid.String()}
	p.current = l
	if err := p.out.Command(l.id); err != nil {
		return nil, err
	}
	if err := p.await(outofproc.CommandAck, l.id); err != nil {
		return nil, err
	}
	return l, p.send(l.id, p.sender.text(psrp.MessageCreatePipeline, guid, pipelineDocument(script, false)))
}

func newGUID() string {
	id, _ := newID()
	return id
}

// Close implements Session.
func (p *Pipe) Close(context.Context) error {
	p.state.closing = true
	err := p.out.Close(outofproc.SessionID)
	if err == nil {
		err = p.await(outofproc.CloseAck, outofproc.SessionID)
	}
	p.end()
	return err
}

// end closes the engine's input and waits for its process. An engine counts
// that as an abnormal end and says so in its exit status, which means nothing.
func (p *Pipe) end() {
	p.stdin.Close()
	_ = p.process.Wait()
}

// PipePipeline is a pipeline of a Pipe.
type PipePipeline struct {
	pipe   *Pipe
	id     string // PSGuid
	stream stream
	state  pipelineState
	output Output
}

func (l *PipePipeline) message(m psrp.Message) error { return l.state.message(m, l.output) }

// Wait implements Running.
func (l *PipePipeline) Wait(_ context.Context, output Output) error {
	l.output = output
	for !l.state.final {
		if _, err := l.pipe.read(); err != nil {
			return err
		}
	}
	return l.state.err
}

// Release implements Running.
func (l *PipePipeline) Release(context.Context) error {
	if err := l.pipe.out.Close(l.id); err != nil {
		return err
	}
	return l.pipe.await(outofproc.CloseAck, l.id)
}
