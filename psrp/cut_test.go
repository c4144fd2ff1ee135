package psrp

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cutter is CutText or Cut, with the smallest max that cuts anything.
type cutter struct {
	cut      func(f []byte, from, shift, max int) ([]byte, int)
	form     func(plain []byte) []byte
	plain    func(t testing.TB, b []byte) []byte
	smallest int
}

var cutters = map[string]cutter{
	"text":  {CutText, encode, decode, 32},
	"plain": {Cut, func(b []byte) []byte { return b }, func(_ testing.TB, b []byte) []byte { return b }, 24},
}

// cutAll cuts every fragment of one object so that each part fits max.
func (c cutter) cutAll(t testing.TB, object []byte, max int) [][]byte {
	var parts [][]byte
	shift := 0
	for f := range values(t, Fragments(object)) {
		piece := c.form(append(f.Header.Append(nil), f.Blob...))
		for from := 0; ; shift++ {
			part, next := c.cut(piece, from, shift, max)
			require.NotNil(t, part)
			require.LessOrEqual(t, len(part), max)
			require.Zero(t, next%3)
			parts = append(parts, part)
			if from = next; next == 0 {
				break
			}
		}
	}
	return parts
}

func TestCutReassembles(t *testing.T) {
	for name, c := range cutters {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			for range 1500 {
				msg := make([]byte, MessageHeaderSize+r.IntN(500))
				for i := range msg {
					msg[i] = byte(r.Uint32())
				}
				object := AppendFragments(nil, 1+r.Uint64N(9), msg, 1+r.IntN(len(msg)+10))
				checkReassembles(t, c, object, c.smallest+r.IntN(len(msg)*2), msg)
			}
		})
	}
}

// checkReassembles cuts object and lets the parts' ids and flags be judged by
// the Defragmenter, which takes nothing that is out of order.
func checkReassembles(t testing.TB, c cutter, object []byte, max int, msg []byte) {
	var d Defragmenter
	want, err := ParseMessage(msg)
	require.NoError(t, err)
	first, err := ParseFragmentHeader(object)
	require.NoError(t, err)
	parts := c.cutAll(t, object, max)
	for i, part := range parts {
		fs := slices.Collect(values(t, Fragments(c.plain(t, part))))
		require.Len(t, fs, 1)
		require.Equal(t, first.ObjectID, fs[0].Header.ObjectID)
		require.Equal(t, uint64(i), fs[0].Header.FragmentID)
		m, complete, err := d.Add(fs[0].Header, fs[0].Blob)
		require.NoError(t, err)
		require.Equal(t, i == len(parts)-1, complete)
		if complete {
			require.Equal(t, want, m)
		}
	}
}

func TestCutWhole(t *testing.T) {
	for name, c := range cutters {
		t.Run(name, func(t *testing.T) {
			f := c.form(AppendFragments(nil, 7, []byte("blob!"), 5))
			part, next := c.cut(f, 0, 0, len(f))
			assert.Zero(t, next)
			assert.Same(t, &f[0], &part[0], "not copied")
			part, next = c.cut(f, 0, 4, len(f))
			assert.Zero(t, next)
			assert.Equal(t, append(FragmentHeader{ObjectID: 7, FragmentID: 4, Start: true, End: true, BlobLength: 5}.
				Append(nil), "blob!"...), c.plain(t, part))
			assert.Equal(t, c.form(AppendFragments(nil, 7, []byte("blob!"), 5)), f, "the original is untouched")
		})
	}
}

// TestCutFlags cuts a fragment from the middle of an object: no part of it
// may start or end the object.
func TestCutFlags(t *testing.T) {
	for _, start := range []bool{false, true} {
		for _, end := range []bool{false, true} {
			h := FragmentHeader{ObjectID: 1, FragmentID: 5, Start: start, End: end, BlobLength: 7}
			f := encode(append(h.Append(nil), "abcdefg"...))
			var got []FragmentHeader
			var blob []byte
			for from, shift := 0, 2; ; shift++ {
				part, next := CutText(f, from, shift, 32)
				fs, err := SplitText(part, 1)
				require.NoError(t, err)
				got = append(got, fs[0].Header)
				blob, err = fs[0].AppendBlob(blob)
				require.NoError(t, err)
				if from = next; from == 0 {
					break
				}
			}
			assert.Equal(t, "abcdefg", string(blob))
			assert.Equal(t, []FragmentHeader{
				{ObjectID: 1, FragmentID: 7, Start: start, BlobLength: 3},
				{ObjectID: 1, FragmentID: 8, BlobLength: 3},
				{ObjectID: 1, FragmentID: 9, End: end, BlobLength: 1},
			}, got)
		}
	}
}

func TestCutRefuses(t *testing.T) {
	for name, c := range cutters {
		good := c.form(AppendFragments(nil, 1, []byte("0123456789"), 10))
		lying := c.form(append(FragmentHeader{ObjectID: 1, BlobLength: 11}.Append(nil), "0123456789"...))
		tests := map[string]struct {
			f                []byte
			from, shift, max int
		}{
			"no room":              {good, 0, 0, c.smallest - 1},
			"no room for a header": {good, 0, 0, 1},
			"negative room":        {good, 0, 0, -1},
			"empty":                {nil, 0, 0, 100},
			"short":                {good[:20], 0, 0, 100},
			"lying length":         {lying, 0, 0, 100},
			"lying length, cut":    {lying, 0, 0, c.smallest},
			"from below 0":         {good, -3, 0, 100},
			"from at the end":      {good, 12, 0, 100},
			"from far beyond":      {good, 3000, 0, 100},
			"shift below 0":        {good, 0, -1, 100},
		}
		for what, tt := range tests {
			t.Run(name+", "+what, func(t *testing.T) {
				part, next := c.cut(tt.f, tt.from, tt.shift, tt.max)
				assert.Nil(t, part)
				assert.Zero(t, next)
			})
		}
	}
	part, _ := CutText(encode(AppendFragments(nil, 1, []byte("0123456789"), 10)), 1, 0, 100)
	assert.Nil(t, part, "text is cut at quanta")
	part, _ = CutText([]byte("!AAAAAAAAAAAAAAAAAAAAAAAAAAA"), 0, 0, 100)
	assert.Nil(t, part, "not base64")
}

// TestCutEmptyBlob: there is nothing to cut, but the id may change.
func TestCutEmptyBlob(t *testing.T) {
	f := encode(FragmentHeader{ObjectID: 1, End: true}.Append(nil))
	part, next := CutText(f, 0, 1, 28)
	assert.Zero(t, next)
	assert.Equal(t, FragmentHeader{ObjectID: 1, FragmentID: 1, End: true}.Append(nil), decode(t, part))
	part, _ = CutText(f, 0, 1, 27)
	assert.Nil(t, part)
}

func FuzzCutText(f *testing.F) {
	whole := encode(AppendFragments(nil, 1, bytes.Repeat([]byte("m"), 100), 100))
	f.Add(whole, 0, 0, 32)
	f.Add(whole, 3, 1, 64)
	f.Add(whole, 99, 33, 32)
	f.Add(whole, -3, 1<<30, -1)
	f.Add(whole[:28], 0, 0, 28)
	f.Fuzz(func(t *testing.T, text []byte, from, shift, max int) {
		part, next := CutText(text, from, shift, max)
		if part == nil {
			require.Zero(t, next)
			return
		}
		require.LessOrEqual(t, len(part), max)
		require.True(t, next == 0 || next > from, "the rest must get shorter")
		if !ValidText(text) {
			return
		}
		for fr := range values(t, Fragments(decode(t, part))) {
			require.Len(t, part, len(encode(fr.Header.Append(fr.Blob))), "one fragment")
		}
	})
}

func BenchmarkCutText(b *testing.B) {
	f := encode(AppendFragments(nil, 1, bytes.Repeat([]byte("m"), DefaultMaxBlob), 0))
	b.SetBytes(int64(len(f)))
	b.ReportAllocs()
	for b.Loop() {
		for from, shift := 0, 0; ; shift++ {
			part, next := CutText(f, from, shift, 12000)
			if from = next; part == nil || next == 0 {
				break
			}
		}
	}
}

func BenchmarkFragmentsText(b *testing.B) {
	for name, n := range map[string]int{"100": 100, "32K": DefaultMaxBlob} {
		text := encode(AppendFragments(nil, 1, bytes.Repeat([]byte("m"), n), 0))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range FragmentsText(text) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkValidText(b *testing.B) {
	text := bytes.Repeat([]byte("QUJD"), 11000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if !ValidText(text) {
			b.Fatal("not valid")
		}
	}
}
