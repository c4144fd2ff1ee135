package powershell

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp"
)

// fuzzLimits are small enough to be met.
var fuzzLimits = limits{object: 2000, data: 10000}

func newInbound() *inbound {
	in := &inbound{}
	in.init(fuzzLimits)
	return in
}

// object is an object of n fragments for a pipeline, as plain bytes.
func object(id uint64, pipeline byte, size, n int) [][]byte {
	m := psrp.Message{
		MessageHeader: psrp.MessageHeader{Destination: psrp.DestinationServer, Type: psrp.MessagePipelineInput, PipelineID: psrp.GUID{pipeline}},
		Data:          bytes.Repeat([]byte{'x'}, size),
	}.Append(nil)
	var list [][]byte
	for f := range psrp.Fragments(psrp.AppendFragments(nil, id, m, (len(m)+n-1)/n)) {
		list = append(list, append(f.Header.Append(nil), f.Blob...))
	}
	return list
}

func base64Text(b ...[]byte) []byte {
	return base64.StdEncoding.AppendEncode(nil, bytes.Join(b, nil))
}

func noLook(psrp.FragmentText) error { return nil }

// TestTake checks what goes on at once and what is held.
func TestTake(t *testing.T) {
	in := newInbound()
	take := func(fragments ...[]byte) [][]byte {
		t.Helper()
		packets, err := in.take(base64Text(fragments...), noLook)
		require.NoError(t, err)
		var list [][]byte
		for _, p := range packets {
			b, err := base64.StdEncoding.AppendDecode(nil, p.text)
			require.NoError(t, err)
			list = append(list, b)
		}
		return list
	}
	one, two, three, other := object(1, 7, 50, 1), object(2, 7, 200, 3), object(3, 7, 50, 1), object(4, 8, 50, 1)
	assert.Equal(t, [][]byte{bytes.Join([][]byte{one[0], three[0]}, nil)}, take(one[0], three[0]), "as it came")
	assert.Empty(t, take(two[0]))
	assert.Empty(t, take(two[1]))
	assert.Equal(t, [][]byte{two[0], two[1], two[2], three[0]}, take(two[2], three[0]))
	assert.Equal(t, [][]byte{one[0]}, take(one[0], two[0]), "what is whole does not wait for what is not")
	in.reset()
	assert.Equal(t, [][]byte{one[0], other[0]}, take(one[0], other[0]), "each to its pipeline")
	assert.Empty(t, in.held)
}

// TestTakeKeepsCopies checks that what is held does not change with the
// request that it came in.
func TestTakeKeepsCopies(t *testing.T) {
	in := newInbound()
	f := object(1, 7, 300, 3)
	for _, part := range f[:2] {
		text := base64Text(part)
		_, err := in.take(text, noLook)
		require.NoError(t, err)
		clear(text)
	}
	packets, err := in.take(base64Text(f[2]), noLook)
	require.NoError(t, err)
	require.Len(t, packets, 3)
	for i := range f {
		assert.Equal(t, string(base64Text(f[i])), string(packets[i].text))
	}
}

// TestTakeSeesMessages checks that a look that refuses ends the request, and
// what is held with it.
func TestTakeSeesMessages(t *testing.T) {
	in := newInbound()
	refusal := fmt.Errorf("not this one")
	_, err := in.take(base64Text(object(1, 7, 10, 1)[0], object(2, 7, 100, 2)[0]), func(f psrp.FragmentText) error {
		if f.Header.ObjectID == 2 {
			return refusal
		}
		return nil
	})
	require.ErrorIs(t, err, refusal)
	packets, err := in.take(base64Text(object(3, 7, 10, 1)[0]), noLook)
	require.NoError(t, err)
	assert.Len(t, packets, 1)
}

// FuzzTake checks that whatever a client sends, what goes to the engine is
// whole objects, in the order in which they came, of one pipeline a packet,
// and within the limits.
func FuzzTake(f *testing.F) {
	one, two := object(1, 7, 50, 1), object(2, 7, 200, 3)
	f.Add(base64Text(one[0]), base64Text(two...), base64Text(object(3, 8, 10, 1)...))
	f.Add(base64Text(two[0]), base64Text(two[1], two[2]), base64Text(one...))
	f.Add(base64Text(two[0]), base64Text(two[2]), base64Text(two...))
	f.Add(base64Text(one[0], two[0]), base64Text(two[1]), base64Text(two[2], one[0]))
	f.Add(base64Text(one[0]), []byte("rubbish"), base64Text(one...))
	f.Add(base64Text(object(9, 7, 3000, 1)...), []byte(""), base64Text(object(9, 7, 1900, 1)...))
	f.Add(base64Text(two[0][:30]), base64Text(one[0][:10]), []byte("===="))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		in := newInbound()
		var given, taken []psrp.FragmentHeader // fragments that were seen, and those that go on
		var order psrp.Assembler
		for _, text := range [][]byte{a, b, c} {
			packets, err := in.take(slices.Clone(text), func(f psrp.FragmentText) error {
				given = append(given, f.Header)
				return nil
			})
			if err != nil {
				require.Empty(t, packets)
				require.False(t, in.order.Pending(), "what was refused is not held")
				require.Empty(t, in.held)
				given = given[:len(taken)] // nor what came of it before
				continue
			}
			for _, p := range packets {
				for fragment, err := range psrp.FragmentsText(p.text) {
					require.NoError(t, err)
					taken = append(taken, fragment.Header)
					if fragment.Header.Start {
						require.True(t, fragment.HasMessage)
						require.Equal(t, p.message.PipelineID, fragment.Message.PipelineID)
					}
					_, err = order.Add(fragment.Header)
					require.NoError(t, err, "in order")
				}
			}
			require.False(t, order.Pending(), "whole objects only")
			require.True(t, slices.Equal(given[:len(taken)], taken), "all that was seen, and nothing twice")
			require.Equal(t, len(given)-len(taken), len(in.held), "the rest is held")
		}
		size := 0
		for _, h := range taken {
			size += int(h.BlobLength)
		}
		require.LessOrEqual(t, size, fuzzLimits.data)
	})
}
