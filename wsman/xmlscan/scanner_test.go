package xmlscan

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accepted are documents and what is in them.
var accepted = []struct{ name, src, want string }{
	{"one element", `<a/>`, "<{}a>\n</{}a>\n"},
	{"start and end", `<a></a>`, "<{}a>\n</{}a>\n"},
	{"space in tags", "<a \t\r\n></a \n>", "<{}a>\n</{}a>\n"},
	{"space around", " \n<a/>\t\r\n", "<{}a>\n</{}a>\n"},
	{"declaration", `<?xml version="1.0" encoding='utf-8' standalone="yes" ?><a/>`, "<{}a>\n</{}a>\n"},
	{"declaration after UTF-16", `<?xml version="1.0" encoding="UTF-16"?><a/>`, "<{}a>\n</{}a>\n"},
	{"comments", `<!-- 1 --><a><!----></a><!-- 2 -->`, "<{}a>\n</{}a>\n"},
	{"text", `<a>x</a>`, "<{}a>\ntext \"x\"\n</{}a>\n"},
	{"entities", `<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;</a>`, "<{}a>\ntext \"<>&\\\"'AB\U0001F600\"\n</{}a>\n"},
	{"CDATA", `<a>x<![CDATA[<&amp;]]]]>y</a>`, "<{}a>\ntext \"x<&amp;]]y\"\n</{}a>\n"},
	{"line ends", "<a>1\r\n2\r3\n4&#13;</a>", "<{}a>\ntext \"1\\n2\\n3\\n4\\r\"\n</{}a>\n"},
	{"line ends in CDATA", "<a><![CDATA[1\r\n2\r]]></a>", "<{}a>\ntext \"1\\n2\\n\"\n</{}a>\n"},
	{"not ASCII", "<a>h\u00e4\uFFFD\U00010000</a>", "<{}a>\ntext \"h\u00e4\uFFFD\U00010000\"\n</{}a>\n"},
	{"attributes", `<a b="1" c='"2"' d = "&lt;3"/>`, "<{}a {}b=\"1\" {}c=\"\\\"2\\\"\" {}d=\"<3\">\n</{}a>\n"},
	{"namespaces", `<p:a xmlns:p="u" p:b="1" b="2"><c/></p:a>`, "<{u}a {u}b=\"1\" {}b=\"2\">\n<{}c>\n</{}c>\n</{u}a>\n"},
	{
		"default namespace", `<a xmlns="u" b=""><c xmlns=""/><d xmlns="v"/><e/></a>`,
		"<{u}a {}b=\"\">\n<{}c>\n</{}c>\n<{v}d>\n</{v}d>\n<{u}e>\n</{u}e>\n</{u}a>\n",
	},
	{
		"prefix hidden", `<p:a xmlns:p="u"><p:a xmlns:p="v"/><p:a/></p:a>`,
		"<{u}a>\n<{v}a>\n</{v}a>\n<{u}a>\n</{u}a>\n</{u}a>\n",
	},
	{"declared after use", `<p:a p:b="1" xmlns:p="u"/>`, "<{u}a {u}b=\"1\">\n</{u}a>\n"},
	{"xml prefix", `<a xml:lang="en"/>`, "<{}a {http://www.w3.org/XML/1998/namespace}lang=\"en\">\n</{}a>\n"},
	{"xml prefix declared", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`, "<{}a>\n</{}a>\n"},
	{"entity in a URI", `<p:a xmlns:p="a&amp;b"/>`, "<{a&b}a>\n</{a&b}a>\n"},
	{"names", `<_a.b-c1 d_="x"/>`, "<{}_a.b-c1 {}d_=\"x\">\n</{}_a.b-c1>\n"},
	{"nesting at the limit", strings.Repeat("<a>", MaxDepth) + strings.Repeat("</a>", MaxDepth), strings.Repeat("<{}a>\n", MaxDepth) + strings.Repeat("</{}a>\n", MaxDepth)},
}

func TestAccepts(t *testing.T) {
	for _, tt := range accepted {
		t.Run(tt.name, func(t *testing.T) {
			got, err := dump(New([]byte(tt.src)))
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			standard, err := dumpStandard([]byte(tt.src))
			require.NoError(t, err, "encoding/xml")
			assert.Equal(t, standard, got, "encoding/xml")
		})
	}
}

// refused are documents, where they go wrong and why.
var refused = []struct {
	name, src string
	offset    int
	reason    string
}{
	{"nothing", ``, 0, "there is no element"},
	{"only white space", " \n", 2, "there is no element"},
	{"text only", `x`, 0, "text outside"},
	{"text before", ` x<a/>`, 1, "text outside"},
	{"text after", `<a/>x`, 4, "text outside"},
	{"CDATA after", `<a/><![CDATA[ ]]>`, 4, "text outside"},
	{"byte order mark", "\uFEFF<a/>", 0, "text outside"},
	{"two roots", `<a/><b/>`, 4, "second root"},
	{"not ended", `<a>`, 3, "element a is open"},
	{"not ended, text", `<a>x`, 4, "element a is open"},
	{"tag not ended", `<a`, 2, "unexpected end"},
	{"tag not ended, slash", `<a/`, 2, "not ended"},
	{"end tag not ended", `<a></a`, 6, "not ended"},
	{"end tag with attribute", `<a></a b="">`, 7, "not ended"},
	{"wrong end", `<a></b>`, 3, "end tag of element a expected"},
	{"longer end", `<a></ab>`, 6, "not ended"},
	{"other prefix at the end", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`, 29, "end tag of element p:a expected"},
	{"end without start", `</a>`, 0, "end tag without"},
	{"DOCTYPE", `<!DOCTYPE a><a/>`, 0, "document type"},
	{"DOCTYPE with entity", `<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>`, 0, "document type"},
	{"element declaration", `<a><!ELEMENT a ANY></a>`, 3, "document type"},
	{"processing instruction", `<a><?php x?></a>`, 3, "processing instruction"},
	{"processing instruction first", `<?xml-stylesheet href=""?><a/>`, 0, "processing instruction"},
	{"declaration not first", ` <?xml version="1.0"?><a/>`, 1, "processing instruction"},
	{"declaration without version", `<?xml encoding="utf-8"?><a/>`, 6, "malformed"},
	{"declaration empty", `<?xml ?><a/>`, 6, "a name is expected"},
	{"declaration not ended", `<?xml version="1.0"`, 19, "malformed"},
	{"version 1.1", `<?xml version="1.1"?><a/>`, 6, "malformed"},
	{"other encoding", `<?xml version="1.0" encoding="latin1"?><a/>`, 20, "malformed"},
	{"comment not ended", `<!-- <a/>`, 0, "comment"},
	{"dashes in a comment", `<!-- -- --><a/>`, 0, "comment"},
	{"comment ended by three", `<!-- ---><a/>`, 0, "comment"},
	{"control in a comment", "<!--\x01--><a/>", 4, "control character"},
	{"long comment", "<!--" + strings.Repeat(" ", MaxComment+1) + "--><a/>", 0, "longer than"},
	{"CDATA not ended", `<a><![CDATA[x]]</a>`, 3, "CDATA"},
	{"CDATA end in text", `<a>x]]></a>`, 4, `"]]>"`},
	{"control character", "<a>\x00</a>", 3, "control character"},
	{"control character after base64", "<a>" + strings.Repeat("A", 40) + "\x1f</a>", 43, "control character"},
	{"control in CDATA", "<a><![CDATA[\x02]]></a>", 12, "control character"},
	{"control reference", "<a>x&#0;</a>", 4, "'&' begins no"},
	{"surrogate reference", "<a>&#xD800;</a>", 3, "'&' begins no"},
	{"reference beyond Unicode", "<a>&#x110000;</a>", 3, "'&' begins no"},
	{"reference not a number", "<a>&#x;</a>", 3, "'&' begins no"},
	{"reference signed", "<a>&#+65;</a>", 3, "'&' begins no"},
	{"upper case X", "<a>&#X41;</a>", 3, "'&' begins no"},
	{"long reference", "<a>&#" + strings.Repeat("0", 20) + "65;</a>", 3, "'&' begins no"},
	{"unknown entity", `<a>&nbsp;</a>`, 3, "'&' begins no"},
	{"lone ampersand", `<a>a & b</a>`, 5, "'&' begins no"},
	{"second ampersand", `<a>&amp;&</a>`, 8, "'&' begins no"},
	{"not UTF-8", "<a>\xff</a>", 3, "not UTF-8"},
	{"UTF-8 cut off", "<a>\xc3</a>", 3, "not UTF-8"},
	{"surrogate in UTF-8", "<a>\xed\xa0\x80</a>", 3, "not UTF-8"},
	{"U+FFFF", "<a>\uFFFF</a>", 3, "character U+FFFF"},
	{"name of digits", `<1a/>`, 1, "a name is expected"},
	{"no name", `< a/>`, 1, "a name is expected"},
	{"name not ASCII", "<\u00e4/>", 1, "a name is expected"},
	{"empty prefix", `<:a/>`, 1, "a name is expected"},
	{"empty local name", `<a:/>`, 3, "a name is expected"},
	{"two colons", `<a:b:c/>`, 4, "white space"},
	{"long name", "<" + strings.Repeat("a", MaxName+1) + "/>", 1, "longer than"},
	{"attribute without value", `<a b/>`, 4, "has no value"},
	{"attribute not quoted", `<a b=c/>`, 5, "not quoted"},
	{"attribute not ended", `<a b="c/>`, 5, "not ended"},
	{"attributes not apart", `<a b="1"c="2"/>`, 8, "white space"},
	{"less-than in an attribute", `<a b="<"/>`, 6, "'<'"},
	{"control in an attribute", "<a b='\x01'/>", 6, "control character"},
	{"entity in an attribute", "<a b='&e;'/>", 6, "'&' begins no"},
	{"attribute twice", `<a b="" b=""/>`, 8, "given twice"},
	{"attribute twice by namespace", `<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>`, 34, "given twice"},
	{"prefix twice", `<a xmlns:p="u" xmlns:p="v"/>`, 15, "given twice"},
	{"default namespace twice", `<a xmlns="u" xmlns="v"/>`, 13, "given twice"},
	{"undeclared prefix", `<p:a/>`, 0, "prefix p is not declared"},
	{"undeclared attribute prefix", `<a p:b=""/>`, 3, "prefix p is not declared"},
	{"prefix out of scope", `<a><b xmlns:p="u"/><p:c/></a>`, 19, "prefix p is not declared"},
	{"prefix declared as nothing", `<a xmlns:p=""/>`, 3, "as nothing"},
	{"prefix xmlns declared", `<a xmlns:xmlns="u"/>`, 3, "xmlns is declared"},
	{"prefix xml for another", `<a xmlns:xml="u"/>`, 3, "belong together"},
	{"other prefix for xml", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, 3, "belong together"},
	{"prefix for xmlns", `<a xmlns:p="http://www.w3.org/2000/xmlns/"/>`, 3, "is declared"},
	{"element xmlns", `<xmlns:a/>`, 0, "prefix xmlns is not declared"},
	{"too deep", strings.Repeat("<a>", MaxDepth+1), 3 * MaxDepth, "nest deeper"},
	{"too many attributes", "<a" + numbered(" b%=''", MaxAttributes+1) + "/>", 2 + len(numbered(" b%=''", MaxAttributes)) + 1, "more than 64 attributes"},
	{"too many namespaces", nested(5, MaxAttributes-4), -1, "more than 256 namespace"},
}

// numbered repeats pattern n times with numbers in place of '%'.
func numbered(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(pattern, "%", string(rune('a'+i/26))+string(rune('a'+i%26))))
	}
	return b.String()
}

// nested returns elements that each declare n prefixes.
func nested(depth, n int) string {
	var b strings.Builder
	for range depth {
		b.WriteString("<a" + numbered(" xmlns:p%='u'", n) + ">")
	}
	return b.String() + strings.Repeat("</a>", depth)
}

func TestRefuses(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			s := New([]byte(tt.src))
			_, err := dump(s)
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			assert.Contains(t, syntax.Reason, tt.reason)
			assert.Contains(t, err.Error(), tt.reason)
			if tt.offset >= 0 {
				assert.Equal(t, tt.offset, syntax.Offset)
			}
			_, again := s.Next()
			assert.Equal(t, err, again, "an error stays")
		})
	}
}

func TestKindString(t *testing.T) {
	for k, want := range map[Kind]string{
		0: "nothing", StartElement: "start of element", EndElement: "end of element",
		Text: "text", EOF: "end of document",
	} {
		assert.Equal(t, want, k.String())
	}
}
