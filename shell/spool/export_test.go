package spool

// HeaderSize is what a record takes besides its content, in bytes.
const HeaderSize = headerSize

// MaxOpen is how many segments are kept open to be read.
const MaxOpen = maxOpen

// Settle waits until segments that are freed are gone.
func (s *Spool) Settle() { s.underWay.Wait() }

// OpenFiles is how many segments have an open file.
func (s *Spool) OpenFiles() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, g := range s.segments {
		if g.file != nil {
			n++
		}
	}
	return n
}

// BreakNewest makes everything fail that is done with the newest segment's
// file.
func (s *Spool) BreakNewest() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.newest.file.Close()
}
