package xmlscan

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// atRoot returns a scanner on the root element of src.
func atRoot(t *testing.T, src string) *Scanner {
	t.Helper()
	s := New([]byte(src))
	k, err := s.Next()
	require.NoError(t, err)
	require.Equal(t, StartElement, k)
	return s
}

func TestText(t *testing.T) {
	long := strings.Repeat("QUJD", 20)
	for _, tt := range []struct{ name, content, text, raw string }{
		{"empty", ``, "", ""},
		{"plain", `abc`, "abc", "abc"},
		{"long", long, long, long},
		{"surrounding space", " \r\n\tabc\n ", " \n\tabc\n ", "abc"},
		{"inner space", "ab c\nd", "ab c\nd", "abcd"},
		{"space in a long one", long + "\r\n" + long, long + "\n" + long, long + long},
		{"entity", `a&amp;b&#x3D;`, "a&b=", "a&b="},
		{"space as a reference", "a&#32;b&#13;", "a b\r", "ab"},
		{"comment", "ab<!-- x -->cd", "abcd", "abcd"},
		{"comments only", "<!-- x --><!-- y -->", "", ""},
		{"CDATA", "a <![CDATA[<b &amp;]]> c", "a <b &amp; c", "a<b&amp;c"},
		{"only CDATA", "<![CDATA[a b]]>", "a b", "ab"},
		{"only space", " \n ", " \n ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := "<r><e>" + tt.content + "</e><f/></r>"
			for _, read := range []struct {
				want string
				call func(*Scanner) (string, error)
			}{
				{tt.text, (*Scanner).Text},
				{tt.raw, func(s *Scanner) (string, error) { b, err := s.RawText(); return string(b), err }},
			} {
				s := atRoot(t, src)
				ok, err := s.NextChild(1)
				require.NoError(t, err)
				require.True(t, ok)
				got, err := read.call(s)
				require.NoError(t, err)
				assert.Equal(t, read.want, got)
				assert.Equal(t, EndElement, s.Kind())
				assert.True(t, s.Is("", "e"))
				ok, err = s.NextChild(1)
				require.NoError(t, err)
				assert.True(t, ok && s.Is("", "f"), "what follows can be read")
			}
		})
	}
}

func TestTextOfEmptyTag(t *testing.T) {
	s := atRoot(t, `<e/>`)
	got, err := s.RawText()
	require.NoError(t, err)
	assert.Empty(t, got)
	assert.Equal(t, EndElement, s.Kind())
}

func TestTextRefusesChildren(t *testing.T) {
	for _, content := range []string{`<b/>`, `a<b/>`, `a<!-- -->b<c/>`} {
		for name, call := range map[string]func(*Scanner) error{
			"Text":    func(s *Scanner) error { _, err := s.Text(); return err },
			"RawText": func(s *Scanner) error { _, err := s.RawText(); return err },
		} {
			s := atRoot(t, "<a>"+content+"</a>")
			var syntax *SyntaxError
			require.ErrorAs(t, call(s), &syntax, "%s of %s", name, content)
			assert.Contains(t, syntax.Reason, "only text")
		}
	}
}

func TestTextNeedsStart(t *testing.T) {
	s := New([]byte(`<a/>`))
	_, err := s.Text()
	require.Error(t, err)
	_, err = s.RawText()
	assert.Error(t, err, "the error stays")
}

// TestRawTextPointsIntoSource: base64 is not copied.
func TestRawTextPointsIntoSource(t *testing.T) {
	src := []byte("<a>\n" + strings.Repeat("QUJD", 100) + "\n</a>")
	s := New(src)
	_, err := s.Next()
	require.NoError(t, err)
	got, err := s.RawText()
	require.NoError(t, err)
	require.Len(t, got, 400)
	assert.Same(t, unsafe.SliceData(src[4:]), unsafe.SliceData(got))
}

func TestVisible(t *testing.T) {
	for n := range 100 {
		for _, c := range []byte{0, ' ', '\n', 0x7F, 0x80, 0xFF} {
			b := []byte(strings.Repeat("~!", 50))
			b[n] = c
			got := visible(b)
			if c == 0x7F {
				assert.Equal(t, len(b), got)
				continue
			}
			assert.LessOrEqual(t, got, n, "byte %#x at %d", c, n)
			assert.Greater(t, got+32, n, "byte %#x at %d", c, n)
		}
	}
}
