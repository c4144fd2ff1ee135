package runspacepool

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
)

// piece is a fragment of a test's object: f of n.
func piece(id uint64, f, n int) []byte {
	m := psrp.Message{MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationClient, Type: psrp.MessagePipelineOutput}, Data: fmt.Appendf(nil, "object %d", id)}
	whole := m.Append(nil)
	size := (len(whole) + n - 1) / n
	i := 0
	for fragment, err := range psrp.Fragments(psrp.AppendFragments(nil, id, whole, size)) {
		if err == nil && i == f {
			return append(fragment.Header.Append(nil), fragment.Blob...)
		}
		i++
	}
	panic("no such fragment")
}

// all takes everything that there is.
func (in *inbound) all(t *testing.T) (got []string) {
	t.Helper()
	for {
		m, complete, err := in.take()
		require.NoError(t, err)
		if !complete {
			return got
		}
		got = append(got, string(m.Data))
	}
}

func join(pieces ...[]byte) (b []byte) {
	for _, p := range pieces {
		b = append(b, p...)
	}
	return b
}

// TestResume: whatever a server gives again, objects come once, whole and in
// order.
func TestResume(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []byte
		want          []string
	}{
		"nothing again": {
			before: join(piece(1, 0, 1), piece(2, 0, 1)), after: join(piece(3, 0, 1)), want: []string{"object 1", "object 2", "object 3"},
		},
		"the last answer again": {
			before: join(piece(1, 0, 1), piece(4, 0, 1)), after: join(piece(1, 0, 1), piece(4, 0, 1), piece(6, 0, 1)),
			want: []string{"object 1", "object 4", "object 6"},
		},
		"goes on within an object": {
			before: join(piece(1, 0, 1), piece(2, 0, 3)), after: join(piece(2, 1, 3), piece(2, 2, 3)), want: []string{"object 1", "object 2"},
		},
		"a piece of an object again": {
			before: join(piece(2, 0, 3), piece(2, 1, 3)), after: join(piece(2, 1, 3), piece(2, 2, 3)), want: []string{"object 2"},
		},
		"an object from its beginning": {
			before: join(piece(2, 0, 3), piece(2, 1, 3)), after: join(piece(2, 0, 3), piece(2, 1, 3), piece(2, 2, 3), piece(3, 0, 1)),
			want: []string{"object 2", "object 3"},
		},
		"an object without its beginning": {
			after: join(piece(5, 1, 3), piece(5, 2, 3), piece(6, 0, 2), piece(6, 1, 2)), want: []string{"object 6"},
		},
		"an object is given up": {
			before: join(piece(1, 0, 2)), after: join(piece(2, 1, 2), piece(3, 0, 1)), want: []string{"object 3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var in inbound
			in.init(1 << 20)
			in.put(test.before)
			got := in.all(t)
			in.resume()
			in.put(test.after)
			assert.Equal(t, test.want, append(got, in.all(t)...))
		})
	}
}

// TestStrict: without a break in the stream, all that is wrong is an error.
func TestStrict(t *testing.T) {
	for name, fragments := range map[string][]byte{
		"middle first": piece(1, 1, 2),
		"cut off":      piece(1, 0, 1)[:30],
		"no header":    {1, 2, 3},
		"too large":    piece(1, 0, 1),
		"two objects":  join(piece(1, 0, 2), piece(2, 1, 2)),
	} {
		t.Run(name, func(t *testing.T) {
			var in inbound
			in.init(1 << 20)
			if name == "too large" {
				in.init(45)
			}
			in.put(fragments)
			_, complete, err := in.take()
			assert.False(t, complete)
			require.Error(t, err)
		})
	}
}

// FuzzInbound: no bytes of a server lead to a panic, a message too large or one
// that comes twice.
func FuzzInbound(f *testing.F) {
	f.Add(piece(1, 0, 1), piece(1, 0, 1))
	f.Add(join(piece(1, 0, 1), piece(2, 0, 2)), join(piece(2, 1, 2), piece(3, 0, 1)))
	f.Add(piece(2, 0, 3), join(piece(2, 0, 3), piece(2, 1, 3), piece(2, 2, 3)))
	f.Add([]byte{}, []byte{0, 0, 0})
	f.Fuzz(func(t *testing.T, before, after []byte) {
		var in inbound
		in.init(1 << 10)
		for _, b := range [][]byte{before, after} {
			in.put(b)
			for {
				m, complete, err := in.take()
				if err != nil {
					return
				}
				if !complete {
					break
				}
				if len(m.Data)+psrp.MessageHeaderSize > 1<<10 {
					t.Fatal("a message of more than the limit")
				}
			}
			completed := in.completed
			in.resume()
			in.put(b) // all of it again
			m, complete, err := in.take()
			if complete && err == nil && in.completed <= completed && completed != 0 {
				t.Fatalf("object %d comes twice: %v", in.completed, m.Type)
			}
			in.rest = nil
		}
	})
}
