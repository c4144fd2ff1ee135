package spool

import "github.com/winrmd/winrmd/shell"

// record implements shell.Record. There may be very many of them.
type record struct {
	segment *segment
	offset  int64
	length  int32 // of the content
	freed   bool  // guarded by Spool.mu
}

// Find implements shell.Spool. A text that is no Ref is a RefError; a Ref of a
// record that cannot be there is a CorruptError. Each record that is returned
// holds its segment until it is freed itself.
func (s *Spool) Find(text string) (shell.Record, error) {
	r, err := parseRef(text)
	if err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.underWay.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.segments[r.segment]
	if g == nil {
		return nil, &CorruptError{File: s.path(r.segment), Offset: r.offset, Reason: "there is no such segment"}
	}
	if r.end() > g.size {
		return nil, &CorruptError{File: g.path, Offset: r.offset, Reason: "the file ends before the record does"}
	}
	g.held++
	return &record{segment: g, offset: r.offset, length: r.length}, nil
}

// Size implements shell.Record.
func (r *record) Size() int { return int(r.length) }

// Ref implements shell.Record.
func (r *record) Ref() string {
	return ref{segment: r.segment.number, offset: r.offset, length: r.length}.String()
}

// Free implements shell.Record. To free a record again does nothing.
func (r *record) Free() {
	s := r.segment.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.freed {
		return
	}
	r.freed = true
	r.segment.held--
	s.settle(r.segment)
}
