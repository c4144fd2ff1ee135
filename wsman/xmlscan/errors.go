package xmlscan

import "fmt"

// SyntaxError says where a document is not the XML that this package takes,
// and why.
type SyntaxError struct {
	Offset int    // byte offset in the source
	Reason string // for people
}

// Error returns the reason and the offset.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("XML at byte %d: %s", e.Offset, e.Reason)
}

// fail makes a SyntaxError. The scanner stays at the error from then on.
func (s *Scanner) fail(offset int, format string, args ...any) error {
	s.err = &SyntaxError{Offset: offset, Reason: fmt.Sprintf(format, args...)}
	s.kind = 0
	return s.err
}
