package clixml

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBrokenDocuments: each error says where and what.
func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	tests := []struct{ document, want string }{
		{``, `byte 0: unexpected end: there is no element`},
		{`  `, `byte 2: unexpected end: there is no element`},
		{`x`, `byte 0: text before the first element`},
		{`<S>a`, `byte 4 (S): unexpected end: the element is not ended`},
		{`<S>a</S`, `byte 7 (S): unexpected end: an end tag is cut off`},
		{`<S>a</`, `byte 6 (S): unexpected end: an end tag is cut off`},
		{`<S>a</T>`, `byte 4 (S): end tag </S> expected`},
		{`<S>a</Sx>`, `byte 4 (S): end tag </S> expected`},
		{`<S`, `byte 2: unexpected end: a start tag is cut off`},
		{`<S /`, `byte 4: unexpected end: a start tag is cut off`},
		{`<`, `byte 1: unexpected end: markup is cut off`},
		{`< S>`, `byte 0: "<" that begins no element`},
		{`</S>`, `byte 0: "<" that begins no element`},
		{`<S N>`, `byte 3: an attribute expected`},
		{`<S N=a>`, `byte 5: the value of an attribute is not in quotes`},
		{`<S N="a>`, `byte 8: unexpected end: an attribute is not ended`},
		{`<S N="<">`, `byte 6: "<" within an attribute`},
		{`<S N="a"N="b">`, `byte 8: a space or ">" expected in a start tag`},
		{`<S N="a" N="b"/>`, `byte 9: attribute N twice`},
		{`<S N=`, `byte 5: unexpected end: a start tag is cut off`},
		{`<S N`, `byte 4: unexpected end: a start tag is cut off`},
		{`<S ` + strings.Repeat(`a`, 1) + `="" b="" c="" d="" e="" f="" g="" h="" i="" j="" k="" l="" m="" n="" o="" p="" q=""/>`, `more than 16 attributes`},
		{`<` + strings.Repeat("a", 300) + `/>`, `byte 0: a name of 300 characters`},
		{`<S>&nbsp;</S>`, `byte 3 (S): unknown reference "&nbsp;"`},
		{`<S>a & b</S>`, `byte 5 (S): "&" that begins no reference`},
		{`<S>&#xD800;</S>`, `unknown reference "&#xD800;"`},
		{`<S>&#x110000;</S>`, `unknown reference`},
		{`<S>&#;</S>`, `unknown reference`},
		{"<S>a\x01</S>", `byte 4 (S): character U+0001, which XML does not allow`},
		{"<S>\uffff</S>", `byte 3 (S): character U+FFFF, which XML does not allow`},
		{"<S>a\xff</S>", `byte 4 (S): bytes that are not UTF-8`},
		{"<S>\xed\xa0\x80</S>", `byte 3 (S): bytes that are not UTF-8`},
		{"<S N=\"\x02\"/>", `byte 6: character U+0002, which XML does not allow`},
		{`<S>a]]>b</S>`, `byte 4 (S): "]]>" in text`},
		{`<S><![CDATA[a</S>`, `unexpected end: a CDATA section is not ended`},
		{`<S><!-- -- --></S>`, `"--" within a comment`},
		{`<S><!-- </S>`, `unexpected end: a comment is not ended`},
		{`<S><!ELEMENT></S>`, `a declaration, such as a document type, is not allowed`},
		{`<!DOCTYPE S><S/>`, `byte 0: a declaration, such as a document type, is not allowed`},
		{`<?p <S/>`, `unexpected end: a processing instruction is not ended`},
		{` <?xml version="1.0"?><S/>`, `byte 1: an XML declaration that is not at the beginning`},
		{`<S><T/></S>`, `byte 3 (S): an element where only text may stand`},
		{`<S/><S/>`, `byte 4: a second element after the first, where one value is expected`},
		{`<S/>x`, `byte 4: text after the last element`},
		{`<p:S/>`, `byte 0: the prefix p: is not declared`},
		{`<p:S xmlns:p="urn:x"/>`, `byte 0: namespace "urn:x" is not PowerShell's`},
		{`<S xmlns="urn:x"/>`, `byte 0: namespace "urn:x" is not PowerShell's`},
		{`<Obj><p:S/></Obj>`, `byte 5 (Obj): element p:S is not in the namespace of the first element`},
		{`<p:Obj xmlns:p="http://schemas.microsoft.com/powershell/2004/04"><S/></p:Obj>`, `element S is not in the namespace of the first element`},
		{`<Obj><S xmlns=""/></Obj>`, `namespace "" is not PowerShell's`},

		{`<Foo/>`, `(Foo): element Foo is no value`},
		{`<LST/>`, `(LST): element LST is no value`},
		{`<Nil>x</Nil>`, `byte 5 (Nil): text where only elements may stand`},
		{`<Nil><S/></Nil>`, `byte 5 (Nil/S): an element where nothing may stand`},
		{`<Ref/>`, `(Ref): attribute RefId is missing`},
		{`<Ref RefId="9"/>`, `(Ref): there is no object "9" before this reference to it`},
		{`<Obj><TNRef/></Obj>`, `(Obj/TNRef): attribute RefId is missing`},
		{`<Obj><TNRef RefId="5"/></Obj>`, `(Obj/TNRef): there are no type names "5" before this reference to them`},
		{`<Obj><TN><S/></TN></Obj>`, `(Obj/TN/S): element S among type names`},
		{`<Obj>text<I32>1</I32></Obj>`, `byte 5 (Obj): text where only elements may stand`},
		{`<Obj><LST>text</LST></Obj>`, `byte 10 (Obj/LST): text where only elements may stand`},
		{`<Obj><Foo/></Obj>`, `(Obj/Foo): element Foo is no part of an object`},
		{`<Obj><Nil/></Obj>`, `(Obj/Nil): element Nil is no part of an object`},
		{`<Obj RefId="0"><Ref RefId="0"/></Obj>`, `(Obj/Ref): element Ref is no part of an object`},
		{`<Obj><I32>1</I32><S>a</S></Obj>`, `(Obj/S): element S, where the object already stands on I32`},
		{`<Obj><MS><S>b</S></MS></Obj>`, `(Obj/MS/S): attribute N is missing`},
		{`<Obj><Props><MS N="a"/></Props></Obj>`, `(Obj/Props/MS[a]): element MS is no value`},
		{`<Obj><MS><I32 N="Count">x</I32></MS></Obj>`, `(Obj/MS/I32[Count]): "x" is no Int32`},
		{`<Obj><DCT><S/></DCT></Obj>`, `(Obj/DCT/S): element S in a dictionary, which holds En only`},
		{`<Obj><DCT><En/></DCT></Obj>`, `an entry has no Key`},
		{`<Obj><DCT><En><S N="Key">a</S></En></DCT></Obj>`, `an entry has no Value`},
		{`<Obj><DCT><En><S N="Value">a</S><S N="Key">b</S></En></DCT></Obj>`, `the attribute N is "Value", not Key`},
		{`<Obj><DCT><En><S>a</S></En></DCT></Obj>`, `attribute N is missing`},
		{`<Obj><DCT><En><Nil N="Key"/><S N="Value"/></En></DCT></Obj>`, `a key is null`},
		{`<Obj><DCT><En><S N="Key"/><S N="Value"/><S N="x"/></En></DCT></Obj>`, `an element after the value of an entry`},
		{`<Obj RefId="a&x;"/>`, `byte 13 (Obj): unknown reference "&x;"`},
		{`<Obj><MS><S N="&x;"/></MS></Obj>`, `byte 15 (Obj/MS/S[&x;]): unknown reference "&x;"`},
		{`<PR><AV>a</AV></PR>`, `a progress record ends before its element AI`},
		{`<PR><AI>1</AI></PR>`, `element AI in a progress record, where AV should be`},
		{`<PR><AV/><AI>x</AI></PR>`, `"x" is no Int32`},
		{`<PR><AV/><AI>1</AI><Nil/><PI>0</PI><PC>0</PC><T>Half</T><SR>0</SR><SD/></PR>`, `"Half" is no ProgressRecordType`},
		{`<PR><AV/><AI>1</AI><Nil/><PI>0</PI><PC>0</PC><T>Completed</T><SR>0</SR><SD/><S/></PR>`, `an element where nothing may stand`},
	}
	for _, test := range tests {
		t.Run(test.document[:min(60, len(test.document))], func(t *testing.T) {
			t.Parallel()
			v, err := Parse([]byte(test.document))
			var where *Error
			require.ErrorAs(t, err, &where)
			assert.Nil(t, v)
			assert.Contains(t, err.Error(), test.want)
			assert.Contains(t, err.Error(), "CLIXML at byte ")
			assert.LessOrEqual(t, where.Offset, len(test.document))
		})
	}
}

// TestCutDocuments: no beginning of a document is one, and none is read as if
// it were whole.
func TestCutDocuments(t *testing.T) {
	t.Parallel()
	document := mustAppend(t, generate(1, generatorOptions{}))
	for i := range document {
		_, err := Parse([]byte(document[:i]))
		var where *Error
		require.ErrorAs(t, err, &where, "%d bytes", i)
		require.Contains(t, where.Reason, "unexpected end", "%d bytes", i)
	}
}

// TestLongPath: a path is for people.
func TestLongPath(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(strings.Repeat(`<Obj><LST>`, 90) + `<x/>`))
	require.ErrorContains(t, err, "Obj/LST/Obj/LST")
	assert.Less(t, len(err.Error()), 400)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int) []byte {
		return []byte(strings.Repeat(`<Obj><LST>`, n) + `<S/>` + strings.Repeat(`</LST></Obj>`, n))
	}
	tests := []struct {
		name   string
		limits Limits
		good   []byte
		bad    []byte
	}{
		{"MaxDepth", Limits{}, nested(DefaultMaxDepth - 1), nested(DefaultMaxDepth)},
		{"MaxDepth", Limits{MaxDepth: 2}, nested(1), nested(2)},
		{"MaxDepth", Limits{MaxDepth: 2},
			[]byte(`<Obj><MS><MS N="a"/></MS></Obj>`), []byte(`<Obj><MS><MS N="a"><MS N="b"/></MS></MS></Obj>`)},
		{"MaxElements", Limits{MaxElements: 3}, []byte(`<Obj><LST><S/><S/></LST></Obj>`), []byte(`<Obj><LST><S/><S/><S/></LST></Obj>`)},
		{"MaxElements", Limits{MaxElements: 3}, []byte(`<Obj><TN><T>a</T><T>b</T></TN></Obj>`), []byte(`<Obj><TN><T>a</T><T>b</T><T>c</T></TN></Obj>`)},
		{"MaxElements", Limits{MaxElements: 4},
			[]byte(`<Obj><DCT><En><S N="Key"/><S N="Value"/></En></DCT></Obj>`),
			[]byte(`<Obj><DCT><En><S N="Key"/><S N="Value"/></En><En/></DCT></Obj>`)},
		{"MaxElements", Limits{MaxElements: 2}, []byte(`<Obj><MS><MS N="a"/></MS></Obj>`), []byte(`<Obj><MS><MS N="a"/><MS N="b"/></MS></Obj>`)},
		{"MaxSize", Limits{MaxSize: 8}, []byte(`<S>a</S>`), []byte(`<S>aa</S>`)},
		{"MaxSize", Limits{MaxSize: 4}, []byte(`<S/>`), []byte(`<!-- a --><S/>`)},
		{"MaxSize", Limits{MaxSize: 4}, []byte(`<S/>`), []byte(`   <!-- a --><S/>`)},
	}
	for _, test := range tests {
		_, err := test.limits.Parse(test.good)
		require.NoError(t, err, "%s", test.good)
		_, err = test.limits.Parse(test.bad)
		var limit *LimitError
		require.ErrorAs(t, err, &limit, "%s", test.bad)
		assert.Equal(t, test.name, limit.Name)
		assert.NotZero(t, limit.Limit)
	}
}

// TestPartial: what stands before a limit can be shown.
func TestPartial(t *testing.T) {
	t.Parallel()
	const document = `<Obj RefId="0"><TN RefId="0"><T>A</T></TN><ToString>text</ToString><MS><S N="first">1</S>` +
		`<Obj N="list" RefId="1"><LST><I32>1</I32><I32>2</I32></LST></Obj><S N="last">9</S></MS></Obj>`
	v, err := Limits{MaxSize: strings.Index(document, "2</I32>") + 1}.Parse([]byte(document))
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	text := "text"
	assert.Empty(t, difference(&Object{
		TypeNames: []string{"A"}, ToString: &text,
		Extended: Properties{{"first", String("1")}, {"list", &Object{Base: List{Int32(1)}}}},
	}, v))

	v, err = Limits{MaxDepth: 2}.Parse([]byte(document))
	require.ErrorAs(t, err, &limit)
	assert.Empty(t, difference(&Object{
		TypeNames: []string{"A"}, ToString: &text,
		Extended: Properties{{"first", String("1")}, {"list", &Object{Base: List{}}}},
	}, v))

	v, err = Limits{MaxElements: 7}.Parse([]byte(`<Obj><DCT><En><S N="Key">a</S><S N="Value">b</S></En><En><S N="Key">c</S><Obj N="Value"><MS><I32 N="x">1</I32></MS></Obj></En></DCT></Obj>`))
	require.ErrorAs(t, err, &limit)
	assert.Empty(t, difference(&Object{Base: Dictionary{
		{String("a"), String("b")}, {String("c"), &Object{Extended: Properties{}}},
	}}, v))

	for i := 1; i < len(document); i++ {
		_, err := Limits{MaxSize: i}.Parse([]byte(document))
		require.ErrorAs(t, err, &limit, "%d bytes", i)
	}
}
