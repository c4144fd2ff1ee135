package xmlscan

import "bytes"

// nameByte marks the bytes that a name may hold: 1 anywhere, 2 not first.
// Bytes beyond ASCII are not among them, see the package comment.
var nameByte = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = 1, 1
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = 2
	}
	t['_'], t['-'], t['.'] = 1, 2, 2
	return t
}()

// qname is a name as written: prefix:local or local.
type qname struct {
	raw, prefix, local []byte
}

// name reads a qualified name at offset at and returns where it ends.
func (s *Scanner) name(at int) (qname, int, error) {
	end, err := s.ncname(at)
	if err != nil {
		return qname{}, 0, err
	}
	q := qname{raw: s.src[at:end], local: s.src[at:end]}
	if end < len(s.src) && s.src[end] == ':' {
		q.prefix = q.raw
		first := end + 1
		if end, err = s.ncname(first); err != nil {
			return qname{}, 0, err
		}
		q.raw, q.local = s.src[at:end], s.src[first:end]
	}
	if len(q.raw) > MaxName {
		return qname{}, 0, s.fail(at, "a name is longer than %d bytes", MaxName)
	}
	return q, end, nil
}

// ncname returns the end of the name without colon at offset at.
func (s *Scanner) ncname(at int) (int, error) {
	if at >= len(s.src) || nameByte[s.src[at]] != 1 {
		return 0, s.fail(at, "a name is expected")
	}
	end := at + 1
	for end < len(s.src) && nameByte[s.src[end]] != 0 {
		end++
	}
	return end, nil
}

// prefixed reports whether q's prefix is p.
func (q qname) prefixed(p string) bool { return string(q.prefix) == p }

// same reports whether two resolved names are the same.
func same(space1, local1, space2, local2 []byte) bool {
	return bytes.Equal(local1, local2) && bytes.Equal(space1, space2)
}
