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
	if p != nil {
		p.noteOutput()
	}
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
		if !watched {
			s.pool.out.Put(piece)
			continue
		}
		s.toldPool(m, piece)
	}
	return nil
}

// toldPool notes what the engine says of the pool and puts out its last piece,
// both at once for a client that connects meanwhile.
func (s *session) toldPool(m psrp.Message, piece shell.Piece) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pool.told(m, piece.Object)
	if m.Type == psrp.MessageRunspacePoolState && s.pool.state.Final() {
		piece.Class = shell.ClassKeep // a later client must hear of it too
	}
	s.pool.out.Put(piece)
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
		if f.Header.Start && p.control.kind == psrp.MessagePipelineState {
			s.lookForLimits(p, f) // nothing comes after it
		}
		if watched && m.Type == psrp.MessagePipelineHostCall {
			s.called(p, m, piece)
			continue
		}
		p.border.pass(p.out, piece)
		if f.Header.End && p.control.kind == psrp.MessageErrorRecord {
			s.lookForLimits(p, f)
		}
		if watched && m.Type == psrp.MessagePipelineState && final(m) {
			s.finished(p)
			return nil
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
	kind  psrp.MessageType // of the object whose fragments come now
	order psrp.Assembler
	blob  []byte
	cut   bool // blob is only the beginning of its object
}

// maxWatched is how many bytes are collected of one message. The states and
// numbers that are looked for stand near its beginning.
const maxWatched = 10 << 20

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
	complete, err := c.order.Add(f.Header)
	if err != nil {
		return psrp.Message{}, false, err
	}
	c.cut = !f.Header.Start && c.cut || len(c.blob)+int(f.Header.BlobLength) > maxWatched
	if !c.cut {
		if c.blob, err = f.AppendBlob(c.blob); err != nil {
			return psrp.Message{}, false, err
		}
	}
	if !complete {
		return psrp.Message{}, false, nil
	}
	blob := c.blob
	c.blob = nil
	m, err := psrp.ParseMessage(blob)
	return m, err == nil, err
}

// class says what may become of a message that nobody has fetched: only output
// and records may be dropped, and what two sides agreed on when a pool was
// opened or a key exchanged, or what one has asked the pool, concerns that
// client alone.
func class(t psrp.MessageType) shell.Class {
	switch {
	case t.Droppable():
		return shell.ClassDrop
	case t == psrp.MessageSessionCapability, t == psrp.MessageApplicationPrivateData,
		t == psrp.MessageRunspacePoolState, t == psrp.MessageEncryptedSessionKey,
		t == psrp.MessageRunspaceAvailability:
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
