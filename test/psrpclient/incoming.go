package psrpclient

import (
	"encoding/base64"
	"fmt"

	"github.com/winrmd/winrmd/psrp"
)

// Output takes the CLIXML of one PIPELINE_OUTPUT. It is valid until Output
// returns.
type Output func(clixml []byte) error

// PipelineError says that a pipeline did not complete.
type PipelineError struct {
	State psrp.PSInvocationState
	// Reason is the CLIXML of the PIPELINE_STATE.
	Reason string
}

// Error implements error.
func (e *PipelineError) Error() string {
	return fmt.Sprintf("the pipeline came to the state %v: %s", e.State, e.Reason)
}

// stream decodes one stream of fragments: base64 text to bytes, fragments to
// messages.
type stream struct {
	raw      []byte
	messages psrp.Defragmenter
}

// add takes the text of one or more whole fragments and calls each for every
// message that they complete.
func (s *stream) add(text []byte, each func(psrp.Message) error) error {
	raw, err := base64.StdEncoding.AppendDecode(s.raw[:0], text)
	if err != nil {
		return fmt.Errorf("fragments: %w", err)
	}
	s.raw = raw
	for f, err := range psrp.Fragments(raw) {
		if err != nil {
			return err
		}
		m, complete, err := s.message(f)
		if err == nil && complete {
			err = each(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// message gives the message that a fragment completes. Most have one fragment
// and need not be copied.
func (s *stream) message(f psrp.Fragment) (m psrp.Message, complete bool, err error) {
	whole := f.Header.Start && f.Header.End && f.Header.FragmentID == 0
	if whole && !s.messages.Pending() {
		m, err = psrp.ParseMessage(f.Blob)
		return m, err == nil, err
	}
	return s.messages.Add(f.Header, f.Blob)
}

// poolState follows the messages of a runspace pool.
type poolState struct {
	state    psrp.RunspacePoolState
	greeted  bool // APPLICATION_PRIVATE_DATA has come
	initData bool // RUNSPACEPOOL_INIT_DATA has come
	closing  bool // the client has asked for the pool's end
}

func (p *poolState) message(m psrp.Message) error {
	switch m.Type {
	case psrp.MessageApplicationPrivateData:
		p.greeted = true
	case psrp.MessageRunspacePoolInitData:
		p.initData = true
	case psrp.MessageRunspacePoolState:
		n, err := psrp.ParseState(m.Data)
		if err != nil {
			return err
		}
		p.state = psrp.RunspacePoolState(n)
		if p.state.Final() && !p.closing {
			return fmt.Errorf("the runspace pool came to the state %v: %s", p.state, m.Data)
		}
	}
	return nil
}

// opened reports whether a client may use the pool.
func (p *poolState) opened() bool { return p.greeted && p.state == psrp.RunspacePoolOpened }

// pipelineState follows the messages of a pipeline.
type pipelineState struct {
	final bool
	err   error // why it did not complete
}

// message takes one message, and gives output to whom it is for.
func (p *pipelineState) message(m psrp.Message, output Output) error {
	switch m.Type {
	case psrp.MessagePipelineOutput:
		if output == nil {
			return nil
		}
		return output(m.Data)
	case psrp.MessagePipelineState:
		return p.changed(m)
	}
	return nil
}

func (p *pipelineState) changed(m psrp.Message) error {
	n, err := psrp.ParseState(m.Data)
	if err != nil {
		return err
	}
	state := psrp.PSInvocationState(n)
	p.final = state.Final()
	if p.final && state != psrp.PSInvocationCompleted {
		p.err = &PipelineError{State: state, Reason: string(m.Data)}
	}
	return nil
}
