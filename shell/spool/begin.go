package spool

import "os"

// begin makes a segment for at least need bytes and seals the one before it.
// The caller holds writing.
func (s *Spool) begin(need int64) error {
	unlock, err := s.total.lock()
	if err != nil {
		return writeError(err)
	}
	defer unlock()
	room, err := s.room(need, s.spare())
	if err != nil {
		return err
	}
	g := &segment{spool: s, number: 1, ours: true, size: max(need, min(s.segmentSize, room))}
	if s.newest != nil {
		g.number = s.newest.number + 1
	}
	g.path = s.path(g.number)
	if g.file, err = create(g.path, g.size); err != nil {
		return writeError(err)
	}
	s.replace(g)
	return nil
}

// spare is how many bytes the newest segment counts that it will not when
// another is begun. The caller holds writing.
func (s *Spool) spare() int64 {
	if g := s.newest; g != nil && g.ours {
		return g.size - g.end
	}
	return 0 // where the records of one from before end is not known
}

// replace makes g the newest segment.
func (s *Spool) replace(g *segment) {
	old := s.newest
	if old != nil {
		old.seal()
	}
	s.mu.Lock()
	s.segments[g.number] = g
	s.newest = g
	s.used += g.size
	if old != nil {
		if old.ours {
			s.open = append(s.open, old)
		}
		s.settle(old)
	}
	surplus := s.surplus()
	s.mu.Unlock()
	closeFile(surplus)
}

// seal cuts a segment to what was written. The caller holds writing.
func (g *segment) seal() {
	g.sealed = true
	if g.ours {
		g.cut(g.end)
	}
}

// cut makes a segment smaller that is not written to any more. If that fails
// it counts as it is. The caller holds writing.
func (g *segment) cut(size int64) bool {
	if os.Truncate(g.path, size) != nil {
		return false
	}
	g.spool.mu.Lock()
	defer g.spool.mu.Unlock()
	g.spool.used -= g.size - size
	g.size = size
	return true
}
