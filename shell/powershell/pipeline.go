package powershell

import (
	"context"
	"time"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/shell"
)

// pipeline is one pipeline of a runspace pool. Its fields are guarded by the
// session's lock but for those of the first group, which do not change.
type pipeline struct {
	cmd    *shell.Command
	out    *shell.Stream
	id     string    // PSGuid: the pipeline id in the bytes of the message, not the CommandId
	wireID psrp.GUID // the same
	made   time.Time

	input     inbound // the stream stdin of the command
	openInput bool    // the client has not ended the pipeline's input
	// endedInput says that END_OF_PIPELINE_INPUT was sent. An engine that gets
	// input after it says no more than "Remote transport error" and is lost, with
	// all that runs in it (measured).
	endedInput bool
	announced  bool  // the engine was told of it
	calls      calls // host calls that wait for an answer
	control    control
	border     border
	begun      chan struct{} // closed when the engine has put out something for it
	discarded  bool          // nobody wants its output any more
	stopped    chan struct{} // closed when the engine has stopped it; nil: nobody asked
	closed     chan struct{} // closed when the engine has closed it; nil: not begun
}

func newPipeline(cmd *shell.Command, id psrp.GUID, limits limits) *pipeline {
	p := &pipeline{cmd: cmd, out: cmd.Stream(stdout), id: psGuid(id), wireID: id, made: time.Now(), begun: make(chan struct{})}
	p.input.init(limits)
	return p
}

// beginning is how long after its Command a pipeline that has put out nothing may
// not have begun. An engine says nowhere that it has.
const beginning = time.Second

// waitBegun waits until a pipeline has begun, as far as can be known: a Signal in
// that moment makes an engine report an error, fail the pipeline, or keep its
// runspace for ever (measured).
func (p *pipeline) waitBegun(ctx context.Context) {
	timer := time.NewTimer(beginning - time.Since(p.made))
	defer timer.Stop()
	select {
	case <-p.begun:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// noteOutput is called when something of the pipeline has come.
func (p *pipeline) noteOutput() {
	if !isClosed(p.begun) {
		close(p.begun) // by the one goroutine that reads
	}
}

// finished is what the session does when the engine says that a pipeline has
// come to its end: the client is told, and the engine may forget it. Nothing
// comes after that: an engine in which a Signal has met a pipeline that was just
// beginning says twice that it has stopped (measured).
func (s *session) finished(p *pipeline) {
	s.mu.Lock()
	p.discarded = true
	s.mu.Unlock()
	p.cmd.Finish(0)
	s.release(p)
}
