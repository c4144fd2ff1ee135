package xmlscan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestScope scans the content of an element by itself.
func TestScope(t *testing.T) {
	const src = `<e xmlns="d" xmlns:p="u"><b xmlns:p="v" xmlns:q="a&amp;&quot;b">1<p:x/>2<y q:z=""/></b></e>`
	s := atRoot(t, src)
	_, err := s.Next()
	require.NoError(t, err)
	scope := s.Scope()
	start := s.Offset()
	require.NoError(t, s.Skip())
	end := s.Start()
	require.Equal(t, `1<p:x/>2<y q:z=""/>`, src[start:end])

	const want = "text \"1\"\n<{v}x>\n</{v}x>\ntext \"2\"\n<{d}y {a&\"b}z=\"\">\n</{d}y>\n"
	content := NewContent([]byte(src), start, end, scope)
	assert.Equal(t, start, content.Offset())
	got, err := dump(content)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	declared := string(scope.AppendDeclarations(nil))
	assert.Equal(t, ` xmlns="d" xmlns:p="v" xmlns:q="a&amp;&quot;b"`, declared)
	assert.Equal(t, 4, scope.Len())
	got, err = dump(New([]byte("<w" + declared + ">" + src[start:end] + "</w>")))
	require.NoError(t, err)
	assert.Equal(t, "<{d}w>\n"+want+"</{d}w>\n", got)
}

func TestScopeIsACopy(t *testing.T) {
	s := atRoot(t, `<a xmlns:p="u"><b xmlns:q="v"/><c xmlns:r="w"/></a>`)
	_, err := s.Next()
	require.NoError(t, err)
	scope := s.Scope()
	_, err = dump(s)
	require.NoError(t, err)
	assert.Equal(t, ` xmlns:p="u" xmlns:q="v"`, string(scope.AppendDeclarations(nil)))
}

func TestContent(t *testing.T) {
	for _, tt := range []struct{ name, src, want, reason string }{
		{"nothing", "", "", ""},
		{"text", " x ", "text \" x \"\n", ""},
		{"two elements", "<a/><b/>", "<{}a>\n</{}a>\n<{}b>\n</{}b>\n", ""},
		{"CDATA", "<![CDATA[x]]>", "text \"x\"\n", ""},
		{"end tag", "<a/></b>", "", "end tag without"},
		{"XML declaration", `<?xml version="1.0"?>`, "", "processing instruction"},
		{"not ended", "<a>", "", "element a is open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := dump(NewContent([]byte(tt.src), 0, len(tt.src), Scope{}))
			if tt.reason != "" {
				require.ErrorContains(t, err, tt.reason)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestResolveQName(t *testing.T) {
	s := atRoot(t, `<a xmlns="d" xmlns:p="u"/>`)
	for _, tt := range []struct {
		value, space, local string
		ok                  bool
	}{
		{"p:x", "u", "x", true},
		{"x", "d", "x", true},
		{"q:x", "", "x", false},
		{"xml:x", xmlNamespace, "x", true},
	} {
		space, local, ok := s.ResolveQName(tt.value)
		assert.Equal(t, tt.ok, ok, tt.value)
		assert.Equal(t, tt.space, space, tt.value)
		assert.Equal(t, tt.local, local, tt.value)
	}
	s = atRoot(t, `<a/>`)
	space, local, ok := s.ResolveQName("x")
	assert.True(t, ok)
	assert.Equal(t, ":x", space+":"+local)
}

// TestManyNamespaces: the limit counts what is in scope, not what was.
func TestManyNamespaces(t *testing.T) {
	src := "<a>" + strings.Repeat("<a"+numbered(" xmlns:p%='u'", 60)+"/>", 10) + "</a>"
	_, err := dump(New([]byte(src)))
	assert.NoError(t, err)
}
