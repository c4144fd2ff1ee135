package spool

import "slices"

// settle lets a segment go if nobody needs it any more. The caller holds mu.
func (s *Spool) settle(g *segment) {
	switch {
	case s.closed || !g.idle() || s.segments[g.number] != g:
	case g != s.newest:
		s.doom(g)
	case !s.emptying && g.size > 0:
		s.emptying = true
		s.underWay.Add(1)
		go s.empty()
	}
}

// doom has a segment removed. The caller holds mu.
func (s *Spool) doom(g *segment) {
	delete(s.segments, g.number)
	if i := slices.Index(s.open, g); i >= 0 {
		s.open = slices.Delete(s.open, i, i+1)
	}
	s.doomed = append(s.doomed, g)
	if s.removing == nil {
		s.removing = make(chan struct{})
		s.underWay.Add(1)
		go s.remove()
	}
}

// empty empties the newest segment, unless something was written to it since.
func (s *Spool) empty() {
	defer s.underWay.Done()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	s.emptying = false
	s.mu.Unlock()
	s.emptyNewest()
}

// emptyNewest gives back what the newest segment has, if all its records are
// freed, and reports whether it did. The file stays, for its number, until the
// next one is begun. The caller holds writing.
func (s *Spool) emptyNewest() bool {
	s.mu.Lock()
	g := s.newest
	worth := g != nil && g.idle() && g.size > 0 && (!g.ours || g.end > 0)
	s.mu.Unlock()
	if !worth {
		return false
	}
	g.sealed, g.end = true, 0
	return g.cut(0)
}

// remove removes what is doomed until nothing is.
func (s *Spool) remove() {
	defer s.underWay.Done()
	for g := s.nextDoomed(); g != nil; g = s.nextDoomed() {
		if g.remove() == nil { // otherwise it counts until Close removes it
			s.mu.Lock()
			s.used -= g.size
			s.removals++
			s.mu.Unlock()
		}
	}
}

func (s *Spool) nextDoomed() *segment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.doomed) == 0 {
		close(s.removing)
		s.doomed, s.removing = nil, nil
		return nil
	}
	g := s.doomed[0]
	s.doomed = s.doomed[1:]
	return g
}

func (s *Spool) countRemovals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.removals
}

// Sweep says that of the records of a process before this one all that are
// wanted have been found. Segments in which there is none are removed, others
// when theirs are freed. It does not wait for the disk.
func (s *Spool) Sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		g.kept = false
		s.settle(g)
	}
}
