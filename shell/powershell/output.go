package powershell

import (
	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/outofproc"
	"github.com/winrmd/winrmd/shell"
)

// data takes one Data packet of the engine: its fragments go into the stream
// that they belong to, as they are.
func (s *session) data(packet outofproc.Packet) error {
	if packet.ID == outofproc.SessionID {
		return s.poolData(packet.Text)
	}
	s.mu.Lock()
	p := s.pipelines[packet.ID]
	discarded := p == nil || p.discarded
	s.mu.Unlock()
	if discarded {
		return nil
	}
	return s.pipelineData(p, packet.Text)
}

func (s *session) poolData(text []byte) error {
	for f, err := range psrp.FragmentsText(text) {
		if err != nil {
			return err
		}
		piece := s.pool.control.piece(f)
		m, watched, err := s.pool.control.message(f)
		if err != nil {
			return err
		}
		if watched {
			s.mu.Lock()
			s.pool.told(m, f.Header.ObjectID)
			s.mu.Unlock()
		}
		s.pool.out.Put(piece)
	}
	return nil
}

func (s *session) pipelineData(p *pipeline, text []byte) error {
	for f, err := range psrp.FragmentsText(text) {
		if err != nil {
			return err
		}
		piece := p.control.piece(f)
		m, watched, err := p.control.message(f)
		if err != nil {
			return err
		}
		if watched && m.Type == psrp.MessagePipelineHostCall {
			s.called(p, m, f.Header.ObjectID)
		}
		p.out.Put(piece)
		if watched && m.Type == psrp.MessagePipelineState && final(m) {
			s.finished(p)
		}
	}
	return nil
}

// final reports whether a PIPELINE_STATE is one after which nothing comes.
func final(m psrp.Message) bool {
	state, err := psrp.ParseState(m.Data)
	return err != nil || psrp.PSInvocationState(state).Final()
}

// control follows the objects of one stream: it knows the type of the message
// that a fragment belongs to and collects the content of those few that the
// session must understand.
type control struct {
	kind    psrp.MessageType // of the object whose fragments come now
	collect psrp.Defragmenter
}

// piece is a fragment for the shell's streams.
func (c *control) piece(f psrp.FragmentText) shell.Piece {
	if f.Header.Start {
		c.kind = 0
		if f.HasMessage {
			c.kind = f.Message.Type
		}
	}
	return shell.Piece{
		Data: shell.Base64Data(f.Text), Object: f.Header.ObjectID, End: f.Header.End, Class: class(c.kind),
	}
}

// message gives the content of a watched message when its last fragment comes.
func (c *control) message(f psrp.FragmentText) (psrp.Message, bool, error) {
	if !watched(c.kind) {
		return psrp.Message{}, false, nil
	}
	return c.collect.AddText(f)
}

// class says what may become of a message that nobody has fetched: only output
// and records may be dropped, and what two sides agreed on when a pool was
// opened or a key exchanged concerns that client alone.
func class(t psrp.MessageType) shell.Class {
	switch {
	case t.Droppable():
		return shell.ClassDrop
	case t == psrp.MessageSessionCapability, t == psrp.MessageApplicationPrivateData,
		t == psrp.MessageRunspacePoolState, t == psrp.MessageEncryptedSessionKey:
		return shell.ClassSession
	}
	return shell.ClassKeep
}

// watched are the messages whose content the session must know.
func watched(t psrp.MessageType) bool {
	switch t {
	case psrp.MessageApplicationPrivateData, psrp.MessageRunspacePoolState,
		psrp.MessageRunspaceAvailability, psrp.MessageRunspacePoolHostCall,
		psrp.MessagePipelineState, psrp.MessagePipelineHostCall:
		return true
	}
	return false
}
