package kerberos

// sequence checks the numbers of messages received (RFC 2743 section 1.2.3).
type sequence struct {
	next    uint64
	ordered bool
	// seen has a bit for each of the 64 numbers below next, the lowest for
	// next-1, where order does not matter.
	seen uint64
}

// replayWindow is how many messages one may be late, without order.
const replayWindow = 64

// check accepts a number, once. It is called only with numbers of messages
// whose integrity was checked: others must not change what is expected.
func (s *sequence) check(n uint64) error {
	if s.ordered {
		if n != s.next {
			return ErrOutOfOrder
		}
		s.next++
		return nil
	}
	if n >= s.next {
		shift := n - s.next + 1
		if shift >= replayWindow {
			s.seen = 0
		} else {
			s.seen <<= shift
		}
		s.seen |= 1
		s.next = n + 1
		return nil
	}
	late := s.next - 1 - n
	if late >= replayWindow || s.seen&(1<<late) != 0 {
		return ErrReplay
	}
	s.seen |= 1 << late
	return nil
}
