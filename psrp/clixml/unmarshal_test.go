package clixml

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUnmarshal are values that go into targets of other types.
func TestUnmarshal(t *testing.T) {
	t.Parallel()
	text := "shown"
	enum := NewEnum("System.DayOfWeek", "Monday", Int32(1))
	wrapped := &Object{Base: String("in"), Extended: Properties{{"a", Int32(1)}}}
	tests := []struct {
		value Value
		want  any
	}{
		{Int64(5), int8(5)},
		{Byte(5), 5},
		{UInt64(math.MaxUint64), uint64(math.MaxUint64)},
		{Char('a'), 97},
		{Char('a'), uint16('a')},
		{Char('a'), "a"},
		{enum, 1},
		{enum, "Monday"},
		{enum, Int32(1)},
		{wrapped, "in"},
		{wrapped, String("in")},
		{wrapped, map[string]int{"a": 1}},
		{&Object{ToString: &text}, "shown"},
		{Version{1, 2, -1, -1}, "1.2"},
		{GUID{}, "00000000-0000-0000-0000-000000000000"},
		{ScriptBlock("a"), "a"},
		{XMLDocument("<a/>"), "<a/>"},
		{URI("http://h"), "http://h"},
		{String("http://h"), url.URL{Scheme: "http", Host: "h"}},
		{String("1.2.3.4"), netip.MustParseAddr("1.2.3.4")},
		{&Object{Adapted: Properties{{"IsPresent", Bool(true)}}}, true},
		{Double(1.5), float32(1.5)},
		{Double(math.Inf(1)), float32(math.Inf(1))},
		{decimal("1.5"), 1.5},
		{UInt64(1 << 63), float64(1 << 63)},
		{Int32(3), 3.0},
		{TimeSpan(10), time.Microsecond},
		{TimeSpan(math.MaxInt64), time.Duration(math.MaxInt64)},
		{TimeSpan(math.MinInt64), time.Duration(math.MinInt64)},
		{DateTime{Ticks: unixEpoch}, time.Unix(0, 0).UTC()},
		{Int32(7), []int{7}},
		{List{Int32(7), Int32(8)}, []int{7, 8}},
		{Stack{Int32(7)}, []int{7}},
		{Queue{}, []int{}},
		{ByteArray{1}, []byte{1}},
		{List{Byte(1)}, []byte{1}},
		{nil, []int(nil)},
		{nil, (*int)(nil)},
		{nil, map[string]int(nil)},
		{nil, ""},
		{nil, Int32(0)},
		{(*Object)(nil), (*Object)(nil)},
		{Dictionary{{String("n"), Int32(1)}}, inner{1}},
		{Dictionary{{String("n"), Int32(1)}}, map[string]int{"n": 1}},
		{Dictionary{{Int32(2), nil}}, map[int]*int{2: nil}},
		{&Object{Adapted: Properties{{"N", Int32(1)}}, Extended: Properties{{"N", Int32(2)}}}, inner{2}},
		{&Object{Adapted: Properties{{"N", Int32(1)}}, Extended: Properties{{"N", Int32(2)}}}, map[string]int{"N": 2}},
		{MemberSet{{"N", Int32(1)}}, inner{1}},
		{MemberSet{{"N", Int32(1)}}, map[string]int{"N": 1}},
		{URI("x"), marshals("x")},
		{URI("x"), new(marshals("x"))},
		{Int32(1), new(new(1))},
	}
	for _, test := range tests {
		target := reflect.New(reflect.TypeOf(test.want))
		require.NoError(t, Unmarshal(test.value, target.Interface()), "%T", test.want)
		assert.Equal(t, test.want, target.Elem().Interface(), "%#v", test.value)
	}
	kept, gone := Int32(5), List{nil}
	require.NoError(t, Unmarshal(nil, &kept))
	require.NoError(t, Unmarshal(nil, &gone))
	assert.Equal(t, Int32(5), kept)
	assert.Nil(t, gone)
	var anything any = 5
	require.NoError(t, Unmarshal(enum, &anything))
	assert.Same(t, enum, anything)
	require.NoError(t, Unmarshal(nil, &anything))
	assert.Nil(t, anything)
}

func TestUnmarshalErrors(t *testing.T) {
	t.Parallel()
	type needs struct {
		A int `clixml:"a,required"`
	}
	type outer struct{ Items map[string][]needs }
	tests := []struct {
		value  Value
		target any
		want   string
	}{
		{nil, nil, "clixml: the target is a <nil>, not a pointer to something"},
		{nil, 5, "the target is a int, not a pointer to something"},
		{nil, (*int)(nil), "not a pointer to something"},
		{Int64(128), new(int8), "128 does not fit into a int8"},
		{Int64(-1), new(uint), "-1 does not fit into a uint"},
		{UInt64(256), new(uint8), "256 does not fit into a uint8"},
		{UInt64(math.MaxUint64), new(int), "element U64 does not go into a int"},
		{Double(1e300), new(float32), "1e+300 does not fit into a float32"},
		{String("1"), new(int), "element S does not go into a int"},
		{String("1"), new(uint), "element S does not go into a uint"},
		{String("1"), new(float64), "element S does not go into a float64"},
		{String("1"), new(bool), "element S does not go into a bool"},
		{Int32(1), new(string), "element I32 does not go into a string"},
		{Int32(1), new(time.Time), "element I32 does not go into a time.Time"},
		{Int32(1), new(time.Duration), "element I32 does not go into a time.Duration"},
		{Int32(1), new(url.URL), "element I32 does not go into a url.URL"},
		{String(":"), new(url.URL), "missing protocol scheme"},
		{Int32(1), new(netip.Addr), "element I32 does not go into a netip.Addr"},
		{String("x"), new(netip.Addr), "ParseAddr"},
		{Int32(1), new(inner), "element I32 does not go into a clixml.inner"},
		{Int32(1), new(map[string]int), "does not go into a map[string]int"},
		{NewCustomObject(), new(chan int), "an object of type System.Management.Automation.PSCustomObject does not go into a chan int"},
		{Int32(1), new(String), "element I32 does not go into a clixml.String"},
		{Int32(1), new(fmt.Stringer), "element I32 does not go into a fmt.Stringer"},
		{Int32(1), new(marshals), "no URI"},
		{Dictionary{{Int32(1), nil}}, new(map[string]int), "[1]: element I32 does not go into a string"},
		{Dictionary{{List{}, nil}}, new(map[any]int), "does not go into"},
		{NewCustomObject(), new(needs), "clixml: a: the property is missing"},
		{NewCustomObject(Property{"items", Dictionary{{String("k"), List{NewCustomObject(Property{"A", String("x")})}}}}), new(outer),
			"clixml: Items[k][0].a: element S does not go into a int"},
	}
	for _, test := range tests {
		err := Unmarshal(test.value, test.target)
		var conversion *ConversionError
		require.ErrorAs(t, err, &conversion, "%#v", test.target)
		assert.Contains(t, err.Error(), test.want)
	}
}

// TestUnmarshalBounds: a small document may stand for a huge value, or an
// endless one.
func TestUnmarshalBounds(t *testing.T) {
	t.Parallel()
	type lists struct{ Items []lists }
	circle := &Object{}
	circle.Extended = Properties{{"Items", &Object{Base: List{circle}}}}
	var target lists
	var limit *LimitError
	require.ErrorAs(t, Unmarshal(circle, &target), &limit)
	assert.Equal(t, "MaxDepth", limit.Name)
	wide := &Object{}
	for range 10 {
		list := List{}
		for range 10 {
			list = append(list, wide)
		}
		wide = &Object{Extended: Properties{{"Items", list}}}
	}
	require.ErrorAs(t, Unmarshal(wide, &target), &limit)
	assert.Equal(t, "MaxElements", limit.Name)
}

func TestText(t *testing.T) {
	t.Parallel()
	text := "shown"
	circle := &Object{}
	circle.Base = List{circle, circle}
	tests := []struct {
		value Value
		want  string
	}{
		{nil, "$null"},
		{(*Object)(nil), "$null"},
		{String("a"), "a"},
		{Char(0x41), "A"},
		{Char(0xd800), "\xed\xa0\x80"},
		{Bool(true), "True"},
		{Bool(false), "False"},
		{Int32(-1), "-1"},
		{decimal("1.50"), "1.50"},
		{Double(1e17), "1E+17"},
		{GUID{}, "00000000-0000-0000-0000-000000000000"},
		{SecureString("AAEC"), "System.Security.SecureString"},
		{ByteArray("abc"), "YWJj"},
		{URI("u"), "u"}, {XMLDocument("<a/>"), "<a/>"}, {ScriptBlock("b"), "b"},
		{TimeSpan(-937840000005), "-1.02:03:04.0000005"},
		{TimeSpan(ticksPerSecond), "00:00:01"},
		{DateTime{Ticks: unixEpoch, Kind: DateTimeUTC}, "1970-01-01T00:00:00Z"},
		{DateTime{Ticks: -1}, ""},
		{List{Int32(1), nil, List{}}, "{1, $null, {}}"},
		{Dictionary{{String("a"), Int32(1)}, {Int32(2), nil}}, "@{a=1; 2=$null}"},
		{MemberSet{{"a", Int32(1)}}, "@{a=1}"},
		{&Object{ToString: &text, Base: Int32(1)}, "shown"},
		{&Object{Base: Int32(1)}, "1"},
		{NewCustomObject(Property{"a", Int32(1)}, Property{"b", nil}), "@{a=1; b=$null}"},
		{&Object{Adapted: Properties{{"a", Int32(1)}}}, "@{a=1}"},
		{&Object{TypeNames: []string{"T"}}, "T"},
		{&Object{}, ""},
		{&ProgressRecord{Activity: "a", StatusDescription: "s", CurrentOperation: "o", PercentComplete: 5, Completed: true}, "a: s: o 5% (completed)"},
		{&ProgressRecord{Activity: "a", StatusDescription: " ", PercentComplete: -1}, "a"},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, Text(test.value), "%#v", test.value)
	}
	assert.Contains(t, Text(circle), "{{{")
	assert.LessOrEqual(t, len(Text(String(strings.Repeat("é", maxText)))), maxText+10)
	assert.LessOrEqual(t, len(Text(ByteArray(make([]byte, 2*maxText)))), maxText+10)
	long := List{}
	for range maxText {
		long = append(long, String("abc"))
	}
	assert.LessOrEqual(t, len(Text(long)), maxText+10)
}
