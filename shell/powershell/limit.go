package powershell

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell"
)

// limitID is the FullyQualifiedErrorId of the record that tells of a limit.
const limitID = "SessionLimitReached"

// limit is what an engine asks when it ends; nil where it has no limits.
func (s *session) limit() func(starved bool) error {
	if s.bounds == nil {
		return nil
	}
	return func(starved bool) error {
		if e := s.bounds.Look(starved); e != nil {
			return e
		}
		return nil
	}
}

// tellOfLimits has the pipelines that run hear of each limit that the session
// comes to, as long as the engine lives: a program that was ended says nothing
// itself, and one that cannot start another does not know why.
func (s *session) tellOfLimits() {
	if s.bounds == nil {
		return
	}
	stop := s.bounds.Tell(s.limitReached)
	go func() {
		<-s.engine.dead
		stop()
	}()
}

// limitReached puts an error record into the output of each pipeline that runs.
func (s *session) limitReached(e *shell.LimitError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pipelines {
		if p.discarded || p.closed != nil {
			continue
		}
		object := s.pool.next()
		message, err := limitMessage(s.pool.id, p.wireID, e)
		if err != nil {
			s.log.Debug("record of a limit", "error", err)
			return
		}
		p.border.tell(p.out, shell.Piece{
			Data: shell.Base64Data(psrp.SingleFragmentText(object, message)), Object: object, End: true, Class: shell.ClassDrop,
		})
	}
}

// limitMessage is the error record as a message.
func limitMessage(pool, pipeline psrp.GUID, e *shell.LimitError) ([]byte, error) {
	record := &clixml.ErrorRecord{
		Message: e.Error(), FullyQualifiedErrorID: limitID, Category: clixml.LimitsExceeded,
		CategoryReason: "LimitError", CategoryTargetName: e.Setting, CategoryTargetType: fmt.Sprint(e.Limit),
	}
	header := psrp.MessageHeader{
		Destination: psrp.DestinationClient, Type: psrp.MessageErrorRecord, RunspacePoolID: pool, PipelineID: pipeline,
	}
	return clixml.Append(header.Append(nil), record.Object())
}

// outOfMemory is what .NET calls it.
var outOfMemory = []byte("OutOfMemoryException")

// lookForLimits is called where a pipeline has failed, or part of it: whoever comes
// to a limit is told by the engine of something that has failed, and not why.
func (s *session) lookForLimits(p *pipeline, f psrp.FragmentText) {
	if s.bounds == nil {
		return
	}
	blob, err := f.AppendBlob(nil)
	starved := err == nil && bytes.Contains(blob, outOfMemory)
	if e := s.bounds.Look(starved); e != nil {
		s.log.Debug("limit", "pipeline", p.id, "error", e)
	}
}

// border is where messages of our own may come among those of an engine: between
// two of its objects, since clients put the fragments of one together as they
// come.
type border struct {
	mu      sync.Mutex
	within  bool // an object of the engine's has begun and not ended
	waiting []shell.Piece
}

// pass puts out a piece of the engine's, and what waits for the end of its object.
func (b *border) pass(out *shell.Stream, piece shell.Piece) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out.Put(piece)
	if b.within = !piece.End; b.within {
		return
	}
	for _, own := range b.waiting {
		out.Put(own)
	}
	b.waiting = nil
}

// maxWaiting is how many messages of our own wait for the end of an object.
const maxWaiting = 16

// tell puts out a message of our own, whole, as soon as no object is in the middle.
func (b *border) tell(out *shell.Stream, own shell.Piece) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case !b.within:
		out.Put(own)
	case len(b.waiting) < maxWaiting:
		b.waiting = append(b.waiting, own)
	}
}
