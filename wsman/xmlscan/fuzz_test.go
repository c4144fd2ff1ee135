package xmlscan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzScanner: what this package accepts encoding/xml accepts, with the same
// elements, attributes and text in it; and scanning the root's content by
// itself gives the same again.
func FuzzScanner(f *testing.F) {
	for _, tt := range accepted {
		f.Add([]byte(tt.src))
	}
	for _, tt := range refused {
		f.Add([]byte(tt.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := dump(New(src))
		if err != nil {
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			assert.True(t, syntax.Offset >= 0 && syntax.Offset <= len(src), "offset %d", syntax.Offset)
			return
		}
		standard, err := dumpStandard(src)
		require.NoError(t, err, "encoding/xml refuses what is accepted here")
		require.Equal(t, standard, got)

		s := New(src)
		_, err = s.Next()
		require.NoError(t, err)
		scope, start := s.Scope(), s.Offset()
		require.NoError(t, s.Skip())
		inner, err := dump(NewContent(src, start, s.Start(), scope))
		require.NoError(t, err, "content by itself")
		require.Contains(t, got, inner)
	})
}

// FuzzText: Text and RawText read the same as the tokens say.
func FuzzText(f *testing.F) {
	f.Add([]byte("QUJD"))
	f.Add([]byte(" QU\r\nJD<!-- --><![CDATA[ x ]]>&#32;&amp;"))
	f.Add([]byte("a<b/>"))
	f.Fuzz(func(t *testing.T, content []byte) {
		src := append(append([]byte("<a>"), content...), "</a>"...)
		s := New(src)
		var want []byte
		plain := true
		for k := Kind(0); k != EOF; {
			var err error
			if k, err = s.Next(); err != nil {
				return
			}
			plain = plain && !(k == StartElement && s.Depth() > 1)
			want = append(want, s.Chars()...)
		}
		s.Reset(src)
		_, err := s.Next()
		require.NoError(t, err)
		text, err := s.TextBytes()
		if !plain {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, string(want), string(text))
		s.Reset(src)
		_, err = s.Next()
		require.NoError(t, err)
		raw, err := s.RawText()
		require.NoError(t, err)
		require.Equal(t, string(appendVisible(nil, want)), string(raw))
	})
}
