package xmlscan

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPositions(t *testing.T) {
	const src = `<a><b>x</b><c/></a>`
	s := New([]byte(src))
	assert.Zero(t, s.Depth())
	assert.Nil(t, s.Space())
	assert.Nil(t, s.Local())
	for _, want := range []struct {
		kind       Kind
		start, end int
		depth      int
		local      string
	}{
		{StartElement, 0, 3, 1, "a"},
		{StartElement, 3, 6, 2, "b"},
		{Text, 6, 7, 2, "b"},
		{EndElement, 7, 11, 2, "b"},
		{StartElement, 11, 15, 2, "c"},
		{EndElement, 15, 15, 2, "c"},
		{EndElement, 15, 19, 1, "a"},
		{EOF, 19, 19, 0, ""},
		{EOF, 19, 19, 0, ""},
	} {
		k, err := s.Next()
		require.NoError(t, err)
		assert.Equal(t, want.kind, k)
		assert.Equal(t, want.kind, s.Kind())
		assert.Equal(t, want.start, s.Start())
		assert.Equal(t, want.end, s.Offset())
		assert.Equal(t, want.depth, s.Depth())
		assert.Equal(t, want.local, string(s.Local()))
	}
}

func TestSkip(t *testing.T) {
	s := atRoot(t, `<a><b><c>1</c><c/>2</b><d/></a>`)
	_, err := s.Next()
	require.NoError(t, err)
	require.NoError(t, s.Skip())
	assert.Equal(t, EndElement, s.Kind())
	assert.True(t, s.Is("", "b"))
	require.NoError(t, s.Skip(), "at the end it does nothing")
	assert.True(t, s.Is("", "b"))
	_, err = s.Next()
	require.NoError(t, err)
	assert.True(t, s.Is("", "d"))
	require.NoError(t, s.Skip())
	_, err = s.Next()
	require.NoError(t, err)
	assert.True(t, s.Is("", "a") && s.Kind() == EndElement)

	s = atRoot(t, `<a><b></a>`)
	require.Error(t, s.Skip())
	assert.Error(t, s.Skip())
}

// TestNextChild reads children of which some are left half read.
func TestNextChild(t *testing.T) {
	s := atRoot(t, `<a> <b><x/><y>1</y></b>text<c>2</c><!-- --><d/><e><f><g/></f></e></a>`)
	var got []string
	for {
		ok, err := s.NextChild(1)
		require.NoError(t, err)
		if !ok {
			break
		}
		got = append(got, string(s.Local()))
		assert.Equal(t, 2, s.Depth())
		switch string(s.Local()) {
		case "b":
			ok, err := s.NextChild(2)
			require.NoError(t, err)
			assert.True(t, ok && s.Is("", "x"))
		case "c":
			text, err := s.Text()
			require.NoError(t, err)
			assert.Equal(t, "2", text)
		case "d":
			ok, err := s.NextChild(2)
			require.NoError(t, err)
			assert.False(t, ok)
		case "e":
			for range 2 {
				_, err := s.Next()
				require.NoError(t, err)
			}
		}
	}
	assert.Equal(t, []string{"b", "c", "d", "e"}, got)
	assert.True(t, s.Kind() == EndElement && s.Is("", "a"))
	ok, err := s.NextChild(1)
	require.NoError(t, err)
	assert.False(t, ok, "it stays at the end")
	ok, err = s.NextChild(0)
	require.NoError(t, err)
	assert.False(t, ok)
	assert.Equal(t, EOF, s.Kind())
	ok, err = s.NextChild(0)
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestNextChildError(t *testing.T) {
	for _, src := range []string{`<a><b></a>`, `<a>&x;</a>`} {
		s := atRoot(t, src)
		var err error
		for range 3 {
			_, err = s.NextChild(1)
		}
		assert.Error(t, err, src)
	}
}

func TestAttr(t *testing.T) {
	s := atRoot(t, "<a xmlns:p='u' b='1' p:b='2' c='x&#10;&amp;\r\n\ty' d=''>t</a>")
	for _, tt := range []struct {
		space, local, want string
		ok                 bool
	}{
		{"", "b", "1", true},
		{"u", "b", "2", true},
		{"", "c", "x\n&  y", true},
		{"", "d", "", true},
		{"v", "b", "", false},
		{"", "p", "", false},
		{"", "xmlns:p", "", false},
	} {
		got, ok := s.Attr(tt.space, tt.local)
		assert.Equal(t, tt.ok, ok, tt.local)
		assert.Equal(t, tt.want, got, tt.local)
	}
	assert.Equal(t, 4, s.Attrs())
	assert.Zero(t, testing.AllocsPerRun(10, func() { s.AttrBytes("u", "b") }))
	_, err := s.Next()
	require.NoError(t, err)
	_, ok := s.Attr("", "b")
	assert.False(t, ok, "attributes are those of a start tag")
	assert.Zero(t, s.Attrs())
}

func TestReset(t *testing.T) {
	s := New([]byte(`<a xmlns="u" b=""><c>`))
	_, err := dump(s)
	require.Error(t, err)
	s.Reset([]byte(`<a/>`))
	got, err := dump(s)
	require.NoError(t, err)
	assert.Equal(t, "<{}a>\n</{}a>\n", got)
}
