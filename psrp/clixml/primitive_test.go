package clixml

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// primitives are values and the documents that PowerShell makes of them, with
// the limits of each type.
var primitives = []struct {
	value    Value
	document string
}{
	{nil, `<Nil />`},
	{String(""), `<S></S>`},
	{String("a <b> & \"c\" 'd'"), `<S>a &lt;b&gt; &amp; "c" 'd'</S>`},
	{String("\x00\t\r\n\x1f\x7f\u0080\u009f\u00a0é\ufffe\uffff\ufffd"), "<S>_x0000__x0009__x000D__x000A__x001F__x007F__x0080__x009F_\u00a0é_xFFFE__xFFFF_\ufffd</S>"},
	{String("😀"), `<S>_xD83D__xDE00_</S>`},
	{String("\xed\xa0\xbd.\xed\xb8\x80"), `<S>_xD83D_._xDE00_</S>`},
	{String("_x0041_ _X _ _y __x"), `<S>_x005F_x0041_ _x005F_X _ _y __x005F_x</S>`},
	{Char('a'), `<C>97</C>`},
	{Char(0), `<C>0</C>`},
	{Char(0xffff), `<C>65535</C>`},
	{Bool(true), `<B>true</B>`},
	{Bool(false), `<B>false</B>`},
	{SByte(-128), `<SB>-128</SB>`},
	{SByte(127), `<SB>127</SB>`},
	{Byte(0), `<By>0</By>`},
	{Byte(255), `<By>255</By>`},
	{Int16(math.MinInt16), `<I16>-32768</I16>`},
	{Int16(math.MaxInt16), `<I16>32767</I16>`},
	{UInt16(math.MaxUint16), `<U16>65535</U16>`},
	{Int32(math.MinInt32), `<I32>-2147483648</I32>`},
	{Int32(math.MaxInt32), `<I32>2147483647</I32>`},
	{UInt32(math.MaxUint32), `<U32>4294967295</U32>`},
	{Int64(math.MinInt64), `<I64>-9223372036854775808</I64>`},
	{Int64(math.MaxInt64), `<I64>9223372036854775807</I64>`},
	{UInt64(math.MaxUint64), `<U64>18446744073709551615</U64>`},
	{Single(1.1), `<Sg>1.1</Sg>`},
	{Single(math.MaxFloat32), `<Sg>3.4028235E+38</Sg>`},
	{Single(math.SmallestNonzeroFloat32), `<Sg>1E-45</Sg>`},
	{Single(123456789), `<Sg>123456790</Sg>`},
	{Single(1e9), `<Sg>1E+09</Sg>`},
	{Single(float32(math.Inf(-1))), `<Sg>-INF</Sg>`},
	{Double(0), `<Db>0</Db>`},
	{Double(math.Copysign(0, -1)), `<Db>-0</Db>`},
	{Double(1e16), `<Db>10000000000000000</Db>`},
	{Double(1e17), `<Db>1E+17</Db>`},
	{Double(1e300), `<Db>1E+300</Db>`},
	{Double(0.0001), `<Db>0.0001</Db>`},
	{Double(0.000012345), `<Db>1.2345E-05</Db>`},
	{Double(-math.MaxFloat64), `<Db>-1.7976931348623157E+308</Db>`},
	{Double(math.SmallestNonzeroFloat64), `<Db>5E-324</Db>`},
	{Double(math.Inf(1)), `<Db>INF</Db>`},
	{Double(math.NaN()), `<Db>NaN</Db>`},
	{Decimal{}, `<D>0</D>`},
	{Decimal{scale: 1}, `<D>0.0</D>`},
	{Decimal{low: 150, scale: 2}, `<D>1.50</D>`},
	{Decimal{low: 5, scale: 1, negative: true}, `<D>-0.5</D>`},
	{Decimal{low: 1, scale: 28}, `<D>0.0000000000000000000000000001</D>`},
	{Decimal{low: 1e19}, `<D>10000000000000000000</D>`},
	{Decimal{low: math.MaxUint64}, `<D>18446744073709551615</D>`},
	{Decimal{high: 1}, `<D>18446744073709551616</D>`},
	{Decimal{high: math.MaxUint32, low: math.MaxUint64}, `<D>79228162514264337593543950335</D>`},
	{Decimal{high: math.MaxUint32, low: math.MaxUint64, negative: true, scale: 28}, `<D>-7.9228162514264337593543950335</D>`},
	{ByteArray{}, `<BA />`},
	{ByteArray{1, 2, 3}, `<BA>AQID</BA>`},
	{GUID{0x79, 0x2e, 0x5b, 0x37, 0x45, 0x05, 0x47, 0xef, 0xb7, 0xd2, 0x87, 0x11, 0xbb, 0x7a, 0xff, 0xa8}, `<G>792e5b37-4505-47ef-b7d2-8711bb7affa8</G>`},
	{URI("http://a/b?c=1&d=2"), `<URI>http://a/b?c=1&amp;d=2</URI>`},
	{Version{1, 2, -1, -1}, `<Version>1.2</Version>`},
	{Version{0, 0, 0, -1}, `<Version>0.0.0</Version>`},
	{Version{math.MaxInt32, 1, 2, 3}, `<Version>2147483647.1.2.3</Version>`},
	{XMLDocument(`<a b="1"><c />t</a>`), `<XD>&lt;a b="1"&gt;&lt;c /&gt;t&lt;/a&gt;</XD>`},
	{ScriptBlock("Get-Item $x\n"), `<SBK>Get-Item $x_x000A_</SBK>`},
	{SecureString("AAEC"), `<SS>AAEC</SS>`},
	{DateTime{}, `<DT>0001-01-01T00:00:00</DT>`},
	{DateTime{Ticks: MaxTicks}, `<DT>9999-12-31T23:59:59.9999999</DT>`},
	{DateTime{Ticks: MaxTicks, Kind: DateTimeUTC}, `<DT>9999-12-31T23:59:59.9999999Z</DT>`},
	{DateTime{Ticks: unixEpoch, Kind: DateTimeLocal, Offset: -14 * 60}, `<DT>1970-01-01T00:00:00-14:00</DT>`},
	{DateTime{Ticks: unixEpoch + 1200000, Kind: DateTimeLocal, Offset: 345}, `<DT>1970-01-01T00:00:00.12+05:45</DT>`},
	{TimeSpan(0), `<TS>PT0S</TS>`},
	{TimeSpan(-15000000), `<TS>-PT1.5S</TS>`},
	{TimeSpan(10 * ticksPerSecond), `<TS>PT10S</TS>`},
	{TimeSpan(86400 * ticksPerSecond), `<TS>P1D</TS>`},
	{TimeSpan(937840000005), `<TS>P1DT2H3M4.0000005S</TS>`},
	{TimeSpan(math.MaxInt64), `<TS>P10675199DT2H48M5.4775807S</TS>`},
	{TimeSpan(math.MinInt64), `<TS>-P10675199DT2H48M5.4775808S</TS>`},
	{&ProgressRecord{Activity: "a", ActivityID: 1, StatusDescription: "s", ParentActivityID: -1, PercentComplete: -1, SecondsRemaining: -1},
		`<PR><AV>a</AV><AI>1</AI><Nil /><PI>-1</PI><PC>-1</PC><T>Processing</T><SR>-1</SR><SD>s</SD></PR>`},
	{&ProgressRecord{Activity: "&", ActivityID: math.MaxInt32, CurrentOperation: "o", PercentComplete: 100, Completed: true},
		`<PR><AV>&amp;</AV><AI>2147483647</AI><S>o</S><PI>0</PI><PC>100</PC><T>Completed</T><SR>0</SR><SD /></PR>`},
}

func TestPrimitives(t *testing.T) {
	t.Parallel()
	for _, test := range primitives {
		t.Run(test.document, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.document, mustAppend(t, test.value))
			assert.Empty(t, difference(test.value, mustParse(t, test.document)))
		})
	}
}

// TestOtherForms are documents that nobody writes as Append does, read as
// PowerShell 7.6 reads them.
func TestOtherForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		document string
		want     Value
	}{
		{`<S />`, String("")},
		{`<S>a&#x1;b&#0;</S>`, String("a\x01b\x00")},
		{`<S>_X0041__x00e9_</S>`, String("Aé")},
		{`<S>_x0001F600__x00000041_</S>`, String("😀A")},
		{`<S>_x00410042_ _xFFFFFFFF_ _x00_ _x004g_</S>`, String("_x00410042_ _xFFFFFFFF_ _x00_ _x004g_")},
		{`<S>_x0041_x0042_</S>`, String("Ax0042_")},
		{`<S>a<!-- c -->b<![CDATA[<x>&amp;]]>c<?p?></S>`, String("ab<x>&amp;c")},
		{"<S>a\r\nb\rc&#13;\n</S>", String("a\nb\nc\r\n")},
		{`<S>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</S>`, String(`<>&"'AB`)},
		{`<I32> 5 </I32>`, Int32(5)},
		{`<I32>+5</I32>`, Int32(5)},
		{`<I32>-0</I32>`, Int32(0)},
		{`<U16>+7</U16>`, UInt16(7)},
		{`<B>1</B>`, Bool(true)},
		{`<B> 0 </B>`, Bool(false)},
		{`<D>0.12345678901234567890123456785</D>`, decimal("0.1234567890123456789012345678")},
		{`<D>0.12345678901234567890123456775</D>`, decimal("0.1234567890123456789012345678")},
		{`<D>0.123456789012345678901234567750001</D>`, decimal("0.1234567890123456789012345678")},
		{`<D>-0.0</D>`, decimal("0.0")},
		{`<D>.5</D>`, decimal("0.5")},
		{`<D>5.</D>`, decimal("5")},
		{`<D>79228162514264337593543950335.4</D>`, decimal("79228162514264337593543950335")},
		{`<D>1.00000000000000000000000000000000000</D>`, decimal("1.0000000000000000000000000000")},
		{`<D>8.9228162514264337593543950335</D>`, decimal("8.922816251426433759354395034")},
		{`<D>8.9228162514264337593543950345</D>`, decimal("8.922816251426433759354395034")},
		{`<Db>Infinity</Db>`, Double(math.Inf(1))},
		{`<Db>1e400</Db>`, Double(math.Inf(1))},
		{`<Db> 1e5 </Db>`, Double(100000)},
		{`<Db>nan</Db>`, Double(math.NaN())},
		{`<Db>.5</Db>`, Double(0.5)},
		{`<Db>+5.</Db>`, Double(5)},
		{`<Sg>3.4028236E+38</Sg>`, Single(float32(math.Inf(1)))},
		{`<DT>1970-01-01</DT>`, DateTime{Ticks: unixEpoch}},
		{`<DT> 1970-01-01T00:00:00z </DT>`, DateTime{Ticks: unixEpoch, Kind: DateTimeUTC}},
		{`<DT>1970-01-01T00:00:00.12345678</DT>`, DateTime{Ticks: unixEpoch + 1234568}},
		{`<DT>1970-01-01T00:00:00.123456745</DT>`, DateTime{Ticks: unixEpoch + 1234567}},
		{`<DT>1970-01-01T00:00:00.99999999</DT>`, DateTime{Ticks: unixEpoch + ticksPerSecond}},
		{`<DT>1970-01-01T00:00:00+15:00</DT>`, DateTime{Ticks: unixEpoch, Kind: DateTimeLocal, Offset: 900}},
		{`<TS>P1Y</TS>`, TimeSpan(365 * 86400 * ticksPerSecond)},
		{`<TS>P1M</TS>`, TimeSpan(30 * 86400 * ticksPerSecond)},
		{`<TS>PT36H</TS>`, TimeSpan(36 * 3600 * ticksPerSecond)},
		{`<TS>PT0.12345678S</TS>`, TimeSpan(1234567)},
		{`<TS>PT.5S</TS>`, TimeSpan(5000000)},
		{`<TS>PT5.S</TS>`, TimeSpan(50000000)},
		{`<TS> -PT0S </TS>`, TimeSpan(0)},
		{`<TS>PT2147483647S</TS>`, TimeSpan(2147483647 * ticksPerSecond)},
		{"<BA>AQ \r\nID</BA>", ByteArray{1, 2, 3}},
		{`<BA>AR==</BA>`, ByteArray{1}},
		{`<G>{792E5B37-4505-47EF-B7D2-8711BB7AFFA8}</G>`, GUID{0x79, 0x2e, 0x5b, 0x37, 0x45, 0x05, 0x47, 0xef, 0xb7, 0xd2, 0x87, 0x11, 0xbb, 0x7a, 0xff, 0xa8}},
		{`<G> 792e5b37450547efb7d28711bb7affa8 </G>`, GUID{0x79, 0x2e, 0x5b, 0x37, 0x45, 0x05, 0x47, 0xef, 0xb7, 0xd2, 0x87, 0x11, 0xbb, 0x7a, 0xff, 0xa8}},
		{`<Version> 01. +2 </Version>`, Version{1, 2, -1, -1}},
		{"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- a --><I32>1</I32>\n", Int32(1)},
		{`<p:I32 xmlns:p="http://schemas.microsoft.com/powershell/2004/04">1</p:I32>`, Int32(1)},
		{`<I32 xmlns="http://schemas.microsoft.com/powershell/2004/04">1</I32>`, Int32(1)},
		{`<PR><AV>a</AV><AI>1</AI><S>o</S><PI>-1</PI><PC>5</PC><T>completed</T><SR>-1</SR><SD>s</SD></PR>`,
			&ProgressRecord{Activity: "a", ActivityID: 1, CurrentOperation: "o", StatusDescription: "s", ParentActivityID: -1, PercentComplete: 5, SecondsRemaining: -1, Completed: true}},
	}
	for _, test := range tests {
		t.Run(test.document, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, difference(test.want, mustParse(t, test.document)))
		})
	}
}

func decimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// TestPrimitivesOutOfRange: each is refused by PowerShell 7.6 too.
func TestPrimitivesOutOfRange(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"Char":     {`<C>65536</C>`, `<C>-1</C>`, `<C>a</C>`, `<C />`},
		"Boolean":  {`<B>True</B>`, `<B></B>`, `<B>2</B>`},
		"SByte":    {`<SB>128</SB>`, `<SB>-129</SB>`},
		"Byte":     {`<By>256</By>`, `<By>-1</By>`, `<By>++1</By>`},
		"Int16":    {`<I16>32768</I16>`, `<I16>-32769</I16>`},
		"UInt16":   {`<U16>65536</U16>`},
		"Int32":    {`<I32>2147483648</I32>`, `<I32>5.0</I32>`, `<I32></I32>`, `<I32>1,000</I32>`, `<I32>0x1</I32>`, `<I32>1_0</I32>`},
		"UInt32":   {`<U32>4294967296</U32>`},
		"Int64":    {`<I64>9223372036854775808</I64>`},
		"UInt64":   {`<U64>18446744073709551616</U64>`},
		"Single":   {`<Sg>x</Sg>`},
		"Double":   {`<Db>0x1p3</Db>`, `<Db>1_0</Db>`, `<Db>+INF</Db>`, `<Db></Db>`, `<Db>1,000</Db>`, `<Db>e</Db>`},
		"Decimal":  {`<D>79228162514264337593543950336</D>`, `<D>79228162514264337593543950335.5</D>`, `<D>1E5</D>`, `<D>1(</D>`, `<D>.</D>`, `<D></D>`, `<D>--1</D>`, `<D>` + strings.Repeat("0", 1001) + `</D>`},
		"DateTime": {`<DT>10000-01-01T00:00:00</DT>`, `<DT>0000-01-01T00:00:00</DT>`, `<DT>2020-02-30T00:00:00</DT>`, `<DT>2020-01-01T24:00:00</DT>`, `<DT>2020-01-01T00:00:60</DT>`, `<DT>2020-01-01T00:00:00.Z</DT>`, `<DT>2020-01-01T00:00</DT>`, `<DT>9999-12-31T23:59:59.99999999</DT>`, `<DT>-2020-01-01T00:00:00</DT>`, `<DT>2020-01-01T00:00:00,5</DT>`, `<DT>2020-01-01T0:00:00</DT>`, `<DT>2020-01-01T00:00:00+24:00</DT>`, `<DT>2020-01-01T00:00:00.1a</DT>`, `<DT></DT>`},
		"TimeSpan": {`<TS>P10675199DT2H48M5.4775808S</TS>`, `<TS>P</TS>`, `<TS>PT</TS>`, `<TS>P1DT</TS>`, `<TS>PT1.5H</TS>`, `<TS>PT1S1M</TS>`, `<TS>+PT1S</TS>`, `<TS>PT2147483648S</TS>`, `<TS>PT1</TS>`, `<TS>PT.S</TS>`, `<TS>1S</TS>`, `<TS>P1S</TS>`, `<TS>PT1D</TS>`, `<TS>P2147483647Y</TS>`, `<TS>P10675199D10675199D</TS>`, `<TS>PT1.1.1S</TS>`, `<TS>PT1TS</TS>`, `<TS></TS>`},
		"Byte[]":   {`<BA>AQI</BA>`, `<BA>A*==</BA>`},
		"Guid":     {`<G>792e5b37-4505-47ef-b7d2-8711bb7affa</G>`, `<G>792e5b37-4505-47ef-b7d2-8711bb7affag</G>`, `<G>{792e5b37-4505-47ef-b7d2-8711bb7affa8</G>`, `<G></G>`},
		"Version":  {`<Version>1</Version>`, `<Version>1.2.3.4.5</Version>`, `<Version>1.-2</Version>`, `<Version>1.2147483648</Version>`, `<Version>1..2</Version>`, `<Version></Version>`},
	}
	for name, documents := range tests {
		for _, document := range documents {
			t.Run(name+" "+document[:min(60, len(document))], func(t *testing.T) {
				t.Parallel()
				_, err := Parse([]byte(document))
				var where *Error
				require.ErrorAs(t, err, &where)
				var out *RangeError
				require.ErrorAs(t, err, &out)
				assert.Equal(t, name, out.Type)
				assert.NotEmpty(t, out.Reason)
				element, _, _ := strings.Cut(document[1:], ">")
				assert.Equal(t, strings.TrimSuffix(element, " /"), where.Path)
				assert.Contains(t, err.Error(), where.Path)
			})
		}
	}
}

func TestAppendOutOfRange(t *testing.T) {
	t.Parallel()
	deep := Value(nil)
	for range MaxEncodedDepth {
		deep = List{deep}
	}
	for name, v := range map[string]Value{
		"date":        DateTime{Ticks: MaxTicks + 1},
		"early date":  DateTime{Ticks: -1},
		"kind":        DateTime{Kind: 3},
		"offset":      DateTime{Kind: DateTimeLocal, Offset: 1440},
		"version":     Version{1, -1, -1, -1},
		"gap":         Version{1, 1, -1, 1},
		"null key":    Dictionary{{nil, Int32(1)}},
		"member set":  MemberSet{},
		"in adapted":  &Object{Adapted: Properties{{"a", MemberSet{}}}},
		"in a list":   List{Dictionary{{Int32(1), Version{-1, 0, 0, 0}}}},
		"in extended": &Object{Extended: Properties{{"a", MemberSet{{"b", DateTime{Ticks: -1}}}}}},
	} {
		before := []byte("before")
		after, err := Append(before, v)
		var out *RangeError
		require.ErrorAs(t, err, &out, name)
		assert.Equal(t, "before", string(after), name)
		_, err = AppendFile(nil, FileEntry{Value: v})
		require.ErrorAs(t, err, &out, name)
	}
	_, err := Append(nil, deep)
	var limit *LimitError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, LimitError{Name: "MaxEncodedDepth", Limit: MaxEncodedDepth}, *limit)
	assert.NotEmpty(t, mustAppend(t, deep.(List)[0]))
	sets := MemberSet{}
	for range MaxEncodedDepth {
		sets = MemberSet{{"a", sets}}
	}
	_, err = Append(nil, &Object{Extended: Properties(sets)})
	require.ErrorAs(t, err, &limit)
	loop := List{nil}
	loop[0] = loop
	_, err = Append(nil, loop)
	require.ErrorAs(t, err, &limit, "a list that holds itself")
	assert.False(t, errors.Is(err, ErrSecureString))
}
