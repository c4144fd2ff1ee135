package psrp

import (
	"bytes"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values is a walk that must not fail.
func values[T any](t testing.TB, walk iter.Seq2[T, error]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v, err := range walk {
			require.NoError(t, err)
			if !yield(v) {
				return
			}
		}
	}
}

// randomFragments makes n fragments of random sizes and flags.
func randomFragments(r *rand.Rand, n, maxBlob int) []byte {
	var b []byte
	for range n {
		h := FragmentHeader{
			ObjectID: r.Uint64(), FragmentID: r.Uint64(), Start: r.IntN(2) == 0, End: r.IntN(2) == 0,
			BlobLength: uint32(r.IntN(maxBlob + 1)),
		}
		b = h.Append(b)
		for range h.BlobLength {
			b = append(b, byte(r.Uint32()))
		}
	}
	return b
}

func TestTextWalkEqualsPlainWalk(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		plain := randomFragments(r, 1+r.IntN(6), 1+r.IntN(150))
		text := encode(plain)
		want := slices.Collect(values(t, Fragments(plain)))
		got, err := SplitText(text, 6)
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i := range want {
			sameFragment(t, want[i], got[i])
		}
	}
}

func TestFragmentsTextDoesNotCopy(t *testing.T) {
	aligned := AppendFragments(nil, 1, bytes.Repeat([]byte("m"), 99), 99)
	unaligned := AppendFragments(nil, 2, bytes.Repeat([]byte("m"), 100), 100)
	text := encode(slices.Concat(aligned, aligned, unaligned, aligned))
	got, err := SplitText(text, 4)
	require.NoError(t, err)
	same := func(f FragmentText, at int) bool { return &f.Text[0] == &text[at] }
	assert.True(t, same(got[0], 0))
	assert.True(t, same(got[1], 160))
	assert.False(t, same(got[2], 320), "does not end with a quantum")
	assert.Equal(t, cap(got[0].Text), len(got[0].Text), "appending to it must not write into the next")

	single := encode(unaligned)
	got, err = SplitText(single, 1)
	require.NoError(t, err)
	assert.Same(t, &single[0], &got[0].Text[0], "padding belongs to the last")
	assert.Len(t, got[0].Text, len(single))
}

func TestFragmentsTextErrors(t *testing.T) {
	whole := AppendFragments(nil, 1, bytes.Repeat([]byte("m"), 60), 60) // 81 bytes, 108 characters
	text := string(encode(whole))
	huge := string(encode(FragmentHeader{ObjectID: 1, Start: true, BlobLength: 1 << 31}.Append(nil)))
	unaligned := string(encode(slices.Concat(AppendFragments(nil, 1, make([]byte, 50), 50), whole)))
	tests := map[string]struct {
		text   string
		offset int
		reason string
	}{
		"empty":                   {"", 0, "there is no fragment"},
		"bad length":              {text[:107], 107, "length of base64 text is not a multiple of 4"},
		"ends within header":      {text[:24], 0, "ends within a fragment header"},
		"ends within blob":        {text[:104], 0, "ends before its blob does"},
		"second ends in header":   {text + text[:4], 108, "ends within a fragment header"},
		"second ends within blob": {text + text[:40], 108, "ends before its blob does"},
		"blob length negative":    {huge, 0, "blob length 2147483648 is out of range"},
		"alphabet, header":        {"!" + text[1:], 0, "not base64"},
		"alphabet, message":       {text[:40] + "!" + text[41:], 28, "not base64"},
		"line break in header":    {"\n\n\n\n" + text, 0, "not base64"},
		"line break in message":   {text[:32] + "\r\n\r\n" + text[36:], 28, "not base64"},
		"padding in header":       {"AA==" + text[4:], 0, "not base64"},
		"alphabet, copied blob":   {unaligned[:88] + "!" + unaligned[89:], 0, "not base64"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := SplitText([]byte(tt.text), 10)
			var fe *FragmentError
			require.ErrorAs(t, err, &fe)
			assert.Equal(t, tt.reason, fe.Reason)
			assert.Equal(t, tt.offset, fe.Offset)
		})
	}
	t.Run("limit", func(t *testing.T) {
		_, err := SplitText([]byte(text+text+text), 3)
		require.NoError(t, err)
		_, err = SplitText([]byte(text+text+text), 2)
		var fe *FragmentError
		require.ErrorAs(t, err, &fe)
	})
	t.Run("what precedes the error is given", func(t *testing.T) {
		var n int
		var last error
		for _, err := range FragmentsText([]byte(text + text[:4])) {
			n++
			last = err
		}
		assert.Equal(t, 2, n)
		assert.Error(t, last)
	})
}

func TestFragmentsErrors(t *testing.T) {
	whole := AppendFragments(nil, 1, []byte("message"), 100)
	tests := map[string]struct {
		b      []byte
		offset int
	}{
		"empty":             {nil, 0},
		"short header":      {whole[:20], 0},
		"short blob":        {whole[:27], 0},
		"second":            {slices.Concat(whole, whole[:10]), 28},
		"blob out of range": {FragmentHeader{BlobLength: 1 << 31}.Append(nil), 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var last error
			for _, err := range Fragments(tt.b) {
				last = err
			}
			var fe *FragmentError
			require.ErrorAs(t, last, &fe)
			assert.Equal(t, tt.offset, fe.Offset)
		})
	}
}

func TestHasMessage(t *testing.T) {
	header := MessageHeader{Destination: DestinationClient, Type: MessagePipelineOutput, PipelineID: GUID{1}}
	msg := header.Append(nil)
	for name, tt := range map[string]struct {
		h    FragmentHeader
		want bool
	}{
		"whole header":    {FragmentHeader{Start: true, BlobLength: 40}, true},
		"a byte too few":  {FragmentHeader{Start: true, BlobLength: 39}, false},
		"not the first":   {FragmentHeader{BlobLength: 40}, false},
		"first and empty": {FragmentHeader{Start: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			fs, err := SplitText(encode(append(tt.h.Append(nil), msg[:tt.h.BlobLength]...)), 1)
			require.NoError(t, err)
			assert.Equal(t, tt.want, fs[0].HasMessage)
			if tt.want {
				assert.Equal(t, header, fs[0].Message)
			}
		})
	}
}

func TestAppendBlobErrors(t *testing.T) {
	f := FragmentText{Header: FragmentHeader{BlobLength: 3}, Text: encode(AppendFragments(nil, 1, []byte("abc"), 3))}
	blob, err := f.AppendBlob([]byte("x"))
	require.NoError(t, err)
	assert.Equal(t, "xabc", string(blob))
	for name, bad := range map[string]FragmentText{
		"empty":        {Header: f.Header},
		"other length": {Header: FragmentHeader{BlobLength: 4}, Text: f.Text},
		"not base64":   {Header: f.Header, Text: []byte(string(f.Text[:28]) + "!!!!")},
	} {
		blob, err = bad.AppendBlob([]byte("x"))
		var fe *FragmentError
		assert.ErrorAs(t, err, &fe, name)
		assert.Equal(t, "x", string(blob), name)
	}
}

func TestValidText(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	assert.True(t, ValidText([]byte(alphabet)))
	assert.True(t, ValidText(nil))
	for _, good := range []string{"QQ==", "QUI=", "QUJD", "QUJDQQ==", "QUJDQUI=", strings.Repeat("QUJD", 9) + "QQ=="} {
		assert.True(t, ValidText([]byte(good)), good)
	}
	for _, bad := range []string{"Q", "QQ", "QQ=", "====", "Q===", "=QQQ", "QQ==QUJD", "QU=D", "QQQ\n", "\r\n\r\n"} {
		assert.False(t, ValidText([]byte(bad)), bad)
	}
	for c := range 256 {
		for at := range 12 {
			text := []byte("QUJDQUJDQUJD")
			text[at] = byte(c)
			want := strings.IndexByte(alphabet, byte(c)) >= 0 || (c == '=' && at == 11)
			require.Equal(t, want, ValidText(text), "%q", text)
		}
	}
}

func FuzzFragmentsText(f *testing.F) {
	whole := encode(AppendFragments(nil, 1, bytes.Repeat([]byte("m"), 50), 50))
	f.Add(whole)
	f.Add(encode(AppendFragments(nil, 1, bytes.Repeat([]byte("m"), 100), 41)))
	f.Add([]byte{})
	f.Add(whole[:28])
	f.Add([]byte("\n\n\n\n" + string(whole)))
	f.Add(encode(FragmentHeader{BlobLength: 1<<31 - 1}.Append(nil)))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := SplitText(text, len(text))
		if err != nil {
			if fe, ok := errors.AsType[*FragmentError](err); !ok || fe.Offset < 0 || fe.Offset > len(text) {
				t.Fatalf("bad error %v", err)
			}
		}
		if !ValidText(text) {
			return
		}
		var want []Fragment
		var wantErr error
		for fr, err := range Fragments(decode(t, text)) {
			if wantErr = err; err == nil {
				want = append(want, fr)
			}
		}
		require.Equal(t, wantErr == nil, err == nil, "%v, %v", wantErr, err)
		if err != nil {
			return
		}
		require.Len(t, got, len(want))
		for i := range want {
			sameFragment(t, want[i], got[i])
		}
	})
}

func FuzzFragmentHeader(f *testing.F) {
	f.Add(FragmentHeader{ObjectID: 1, Start: true, End: true, BlobLength: 40}.Append(nil))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 21))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseFragmentHeader(b)
		if err != nil {
			return
		}
		again, err := ParseFragmentHeader(h.Append(nil))
		require.NoError(t, err)
		require.Equal(t, h, again)
		clean := slices.Clone(b[:FragmentHeaderSize])
		clean[16] &= 3
		require.Equal(t, clean, h.Append(nil))
	})
}
