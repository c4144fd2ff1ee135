package powershell

import (
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

	input     inbound // the stream stdin of the command
	openInput bool    // the client has not ended the pipeline's input
	announced bool    // the engine was told of it
	calls     calls   // host calls that wait for an answer
	control   control
	discarded bool          // nobody wants its output any more
	stopped   chan struct{} // closed when the engine has stopped it; nil: nobody asked
	closed    chan struct{} // closed when the engine has closed it; nil: not begun
}

func newPipeline(cmd *shell.Command, id psrp.GUID, limits limits) *pipeline {
	p := &pipeline{cmd: cmd, out: cmd.Stream(stdout), id: psGuid(id), wireID: id}
	p.input.init(limits)
	return p
}

// finished is what the session does when the engine says that a pipeline has
// come to its end: the client is told, and the engine may forget it.
func (s *session) finished(p *pipeline) {
	p.cmd.Finish(0)
	s.release(p)
}
