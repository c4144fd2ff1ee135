package value_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

func array(items ...clixml.Value) *clixml.Object { return value.Array(items) }

func custom(pairs ...any) *clixml.Object {
	var all clixml.Properties
	for i := 0; i < len(pairs); i += 2 {
		v, _ := pairs[i+1].(clixml.Value)
		all = append(all, clixml.Property{Name: pairs[i].(string), Value: v})
	}
	return clixml.NewCustomObject(all...)
}

// knot is a list of n elements, each of which is the list itself.
func knot(n int) *clixml.Object {
	items := make([]clixml.Value, n)
	o := array(items...)
	for i := range items {
		items[i] = o
	}
	return o
}

const decimal = "79228162514264337593543950335"

func parsed(t testing.TB, text string) clixml.Decimal {
	t.Helper()
	d, err := clixml.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

// TestTrue: what counts as true.
func TestTrue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v    clixml.Value
		want bool
	}{
		{nil, false}, {(*clixml.Object)(nil), false}, {clixml.Bool(true), true}, {clixml.Bool(false), false},
		{clixml.String(""), false}, {clixml.String("False"), true}, {clixml.Int32(0), false}, {clixml.Int32(-1), true},
		{clixml.Double(0), false}, {clixml.Double(math.NaN()), true}, {clixml.Char(0), false}, {parsed(t, "0.00"), false},
		{array(), false}, {array(nil), false}, {array(clixml.Int32(0)), false}, {array(clixml.Int32(0), clixml.Int32(0)), true},
		{array(array()), false}, {array(array(clixml.Int32(0))), true}, {knot(1), true}, {custom(), true}, {value.Hashtable(nil), true},
	} {
		assert.Equal(t, test.want, value.True(test.v), "%#v", test.v)
	}
}

// TestString: values in strings.
func TestString(t *testing.T) {
	t.Parallel()
	text := "shown"
	for _, test := range []struct {
		v    clixml.Value
		want string
	}{
		{nil, ""}, {clixml.String("a"), "a"}, {clixml.Bool(true), "True"}, {clixml.Double(1.5), "1.5"}, {parsed(t, "1.50"), "1.50"},
		{array(clixml.Int32(1), nil, clixml.String("b")), "1  b"}, {array(array(clixml.Int32(1)), clixml.Int32(2)), "1 2"},
		{custom("a", clixml.Int32(1), "b", nil), "@{a=1; b=}"}, {value.Hashtable(clixml.Dictionary{}), "System.Collections.Hashtable"},
		{clixml.TimeSpan(36_000_000_000*25 + 5), "1.01:00:00.0000005"}, {clixml.TimeSpan(-10_000_000), "-00:00:01"},
		{clixml.NewDateTime(time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)), "02/03/2024 04:05:06"},
		{clixml.ByteArray{1, 255}, "1 255"}, {clixml.SecureString("x"), "System.Security.SecureString"},
		{&clixml.Object{ToString: &text}, "shown"}, {&clixml.Object{TypeNames: []string{"A.B"}}, "A.B"},
		{knot(1), "..."},
	} {
		assert.Equal(t, test.want, value.String(test.v), "%#v", test.v)
	}
}

// TestKnots: a value that holds itself many times takes neither memory nor time
// without end, whatever is done with it.
func TestKnots(t *testing.T) {
	t.Parallel()
	k := knot(1000)
	assert.Less(t, len(value.String(k)), value.MaxText+1<<20)
	_, ok := value.Member(k, "nothing")
	assert.False(t, ok)
	o := custom("self", nil)
	for range 1000 {
		o.Extended = append(o.Extended, clixml.Property{Name: "self", Value: o})
	}
	assert.Less(t, len(value.String(o)), value.MaxText+1<<20)
	assert.True(t, value.Equal(k, k, false))
	_, err := value.Compare(k, clixml.Int32(1), false)
	assert.Error(t, err)
}

// TestCompare: the order of values; the second is looked at as the first is.
func TestCompare(t *testing.T) {
	t.Parallel()
	day := clixml.NewDateTime(time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC))
	for _, test := range []struct {
		a, b clixml.Value
		want int
	}{
		{clixml.Int32(1), clixml.Int64(2), -1}, {clixml.Int32(10), clixml.String("9"), 1}, {clixml.String("10"), clixml.Int32(9), -1},
		{clixml.String("A"), clixml.String("a"), 0}, {clixml.String("b"), clixml.String("A"), 1}, {clixml.Double(1), clixml.Int32(1), 0},
		{parsed(t, "0.1"), clixml.Double(0.1), 0}, {parsed(t, decimal), clixml.Int64(math.MaxInt64), 1}, {nil, nil, 0}, {nil, clixml.Int32(-1), -1},
		{clixml.Bool(true), clixml.String("x"), 0}, {day, clixml.String("2024-02-03T00:00:00Z"), 0}, {clixml.TimeSpan(1), clixml.TimeSpan(2), -1},
		{clixml.UInt64(math.MaxUint64), clixml.Int64(1), 1},
	} {
		n, err := value.Compare(test.a, test.b, false)
		require.NoError(t, err, "%v %v", test.a, test.b)
		assert.Equal(t, test.want, n, "%v %v", test.a, test.b)
	}
	n, err := value.Compare(clixml.String("A"), clixml.String("a"), true)
	require.NoError(t, err)
	assert.NotZero(t, n)
	_, err = value.Compare(clixml.Int32(1), clixml.String("x"), false)
	var conversion *value.ConversionError
	require.ErrorAs(t, err, &conversion)
	_, err = value.Compare(custom(), custom(), false)
	var operator *value.OperatorError
	require.ErrorAs(t, err, &operator)
}

// TestArithmetic: sums of everything that can be added.
func TestArithmetic(t *testing.T) {
	t.Parallel()
	const room = 1 << 20
	for _, test := range []struct {
		a    clixml.Value
		op   string
		b    clixml.Value
		want clixml.Value
	}{
		{clixml.Int32(1), "+", clixml.Int32(2), clixml.Int32(3)}, {clixml.Int32(math.MaxInt32), "+", clixml.Int32(1), clixml.Double(1 << 31)},
		{clixml.Int64(math.MinInt64), "-", clixml.Int32(1), clixml.Double(math.MinInt64)}, {clixml.Int32(7), "/", clixml.Int32(2), clixml.Double(3.5)},
		{clixml.Int32(8), "/", clixml.Int32(2), clixml.Int32(4)}, {clixml.Int32(-7), "%", clixml.Int32(3), clixml.Int32(-1)},
		{clixml.Int32(2), "*", clixml.String("3"), clixml.Int32(6)}, {clixml.String("2"), "+", clixml.Int32(3), clixml.String("23")},
		{clixml.String("ab"), "*", clixml.Int32(2), clixml.String("abab")}, {parsed(t, "0.1"), "+", parsed(t, "0.2"), parsed(t, "0.3")},
		{clixml.Int64(math.MinInt64), "/", clixml.Int32(-1), clixml.Double(1 << 63)}, {nil, "+", clixml.Int32(1), clixml.Int32(1)},
		{clixml.TimeSpan(2), "+", clixml.TimeSpan(3), clixml.TimeSpan(5)}, {clixml.Double(1), "/", clixml.Int32(0), clixml.Double(math.Inf(1))},
	} {
		got, err := value.Arithmetic(test.op, test.a, test.b, room)
		require.NoError(t, err, "%v %s %v", test.a, test.op, test.b)
		assert.Equal(t, test.want, got, "%v %s %v", test.a, test.op, test.b)
	}
	sum, err := value.Arithmetic("+", array(clixml.Int32(1)), array(clixml.Int32(2)), room)
	require.NoError(t, err)
	assert.Equal(t, array(clixml.Int32(1), clixml.Int32(2)), sum)
	for _, test := range []struct {
		a    clixml.Value
		op   string
		b    clixml.Value
		want any
	}{
		{clixml.Int32(1), "/", clixml.Int32(0), new(*value.OperatorError)}, {clixml.Int32(1), "+", clixml.String("x"), new(*value.ConversionError)},
		{clixml.String("x"), "-", clixml.Int32(1), new(*value.ConversionError)}, {custom(), "+", clixml.Int32(1), new(*value.OperatorError)},
		{clixml.String("x"), "*", clixml.Int32(room + 1), new(*value.TooLargeError)}, {array(nil), "*", clixml.Int32(room), new(*value.TooLargeError)},
		{clixml.String(strings.Repeat("x", room)), "+", clixml.String("x"), new(*value.TooLargeError)},
		{clixml.String("x"), "*", clixml.Int32(-1), new(*value.OperatorError)},
	} {
		_, err := value.Arithmetic(test.op, test.a, test.b, room)
		assert.ErrorAs(t, err, test.want, "%.20v %s %.20v", test.a, test.op, test.b)
	}
}

// TestRange: both directions, and no more than there is room for.
func TestRange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b clixml.Value
		want string
	}{
		{clixml.Int32(1), clixml.Int32(3), "1 2 3"}, {clixml.Int32(1), clixml.Int32(-1), "1 0 -1"}, {clixml.String("2"), clixml.Double(2.5), "2"},
		{clixml.Int32(math.MaxInt32), clixml.Int32(math.MaxInt32), "2147483647"},
	} {
		v, err := value.Range(test.a, test.b, 1<<20)
		require.NoError(t, err)
		assert.Equal(t, test.want, value.String(v))
	}
	_, err := value.Range(clixml.Int32(math.MinInt32), clixml.Int32(math.MaxInt32), 1<<20)
	assert.ErrorAs(t, err, new(*value.TooLargeError))
	for _, far := range []clixml.Value{clixml.Int64(math.MinInt64), clixml.Int64(math.MaxInt64), clixml.Double(1e300), clixml.String("x")} {
		for _, pair := range [][2]clixml.Value{{far, clixml.Int32(0)}, {clixml.Int32(0), far}, {clixml.Int64(math.MinInt64), far}} {
			_, err := value.Range(pair[0], pair[1], math.MaxInt)
			assert.ErrorAs(t, err, new(*value.ConversionError), "%v", pair)
		}
	}
}

// TestMembers: properties, entries, elements and what .NET's types have.
func TestMembers(t *testing.T) {
	t.Parallel()
	h := value.Hashtable(clixml.Dictionary{{Key: clixml.String("Key"), Value: clixml.Int32(1)}, {Key: clixml.Int32(5), Value: clixml.Int32(2)}})
	list := array(custom("a", clixml.Int32(1)), custom("a", array(clixml.Int32(2), clixml.Int32(3))), custom())
	for _, test := range []struct {
		v    clixml.Value
		name string
		want clixml.Value
	}{
		{custom("Name", clixml.String("x")), "name", clixml.String("x")}, {h, "KEY", clixml.Int32(1)}, {h, "count", clixml.Int32(2)},
		{clixml.String("äb"), "Length", clixml.Int32(2)}, {list, "Count", clixml.Int32(3)},
		{list, "a", array(clixml.Int32(1), clixml.Int32(2), clixml.Int32(3))}, {clixml.TimeSpan(90 * 10_000_000), "TotalMinutes", clixml.Double(1.5)},
	} {
		got, ok := value.Member(test.v, test.name)
		assert.True(t, ok, test.name)
		assert.Equal(t, test.want, got, test.name)
	}
	_, ok := value.Member(nil, "a")
	assert.False(t, ok)

	for _, test := range []struct {
		v, i, want clixml.Value
	}{
		{h, clixml.String("key"), clixml.Int32(1)}, {h, clixml.Int32(5), clixml.Int32(2)}, {h, clixml.String("5"), nil},
		{array(clixml.Int32(7), clixml.Int32(8)), clixml.Int32(-1), clixml.Int32(8)}, {array(), clixml.Int32(0), nil},
		{clixml.String("abc"), clixml.Int32(1), clixml.Char('b')}, {clixml.Int32(3), clixml.Int32(0), clixml.Int32(3)},
		{array(clixml.Int32(7), clixml.Int32(8)), array(clixml.Int32(1), clixml.Int32(9)), array(clixml.Int32(8))},
	} {
		got, err := value.Index(test.v, test.i)
		require.NoError(t, err)
		assert.Equal(t, test.want, got, "%v[%v]", test.v, test.i)
	}
	_, err := value.Index(nil, clixml.Int32(0))
	assert.ErrorAs(t, err, new(*value.MemberError))

	require.NoError(t, value.SetMember(h, "new", clixml.Bool(true)))
	require.NoError(t, value.SetIndex(h, clixml.String("KEY"), clixml.Int32(9)))
	m, _ := value.Member(h, "Key")
	assert.Equal(t, clixml.Int32(9), m)
	assert.ErrorAs(t, value.SetMember(custom(), "none", nil), new(*value.MemberError))
	assert.ErrorAs(t, value.SetIndex(array(nil), clixml.Int32(1), nil), new(*value.MemberError))
	assert.ErrorAs(t, value.SetIndex(clixml.String("x"), clixml.Int32(0), nil), new(*value.MemberError))
}

// TestLike: patterns.
func TestLike(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, pattern string
		want          bool
	}{
		{"Get-Date", "get-*", true}, {"", "*", true}, {"abc", "a?c", true}, {"abc", "a?", false}, {"b", "[a-c]", true}, {"d", "[a-c]", false},
		{"a*", "a`*", true}, {"ab", "a`*", false}, {"[", "[", true}, {"axbxc", "*x*c", true}, {"ÄB", "ä?", true},
	} {
		assert.Equal(t, test.want, value.Like(test.text, test.pattern, false), "%q %q", test.text, test.pattern)
	}
	assert.False(t, value.Like("A", "a", true))
	assert.False(t, value.Like(strings.Repeat("a", 20_000), strings.Repeat("a*", 500)+"b", false)) // in no exponential time
}

// FuzzOperators: no two values that a client may send make an operator panic, or
// take more than there is room for.
func FuzzOperators(f *testing.F) {
	f.Add("1", "2", int64(3), 0.5, byte(0))
	f.Add("x*[", "79228162514264337593543950335", int64(math.MinInt64), math.Inf(1), byte(7))
	f.Add("2024-02-03", "-1", int64(-1), math.NaN(), byte(200))
	f.Fuzz(func(t *testing.T, a, b string, n int64, x float64, choice byte) {
		all := []clixml.Value{
			nil, clixml.String(a), clixml.String(b), clixml.Int64(n), clixml.Int32(int32(n)), clixml.UInt64(uint64(n)), clixml.Double(x), clixml.Byte(choice),
			clixml.Bool(choice&1 > 0), clixml.Char(uint16(n)), clixml.TimeSpan(n), clixml.DateTime{Ticks: n}, array(clixml.String(a), clixml.Double(x)), array(),
			custom(a, clixml.String(b)), value.Hashtable(clixml.Dictionary{{Key: clixml.String(a), Value: clixml.Int64(n)}}), clixml.ByteArray(b),
		}
		if d, err := clixml.ParseDecimal(b); err == nil {
			all = append(all, d)
		}
		const room = 1 << 16
		left, right := all[int(choice)%len(all)], all[int(choice)/len(all)%len(all)]
		_, _ = value.Compare(left, right, choice&1 > 0)
		for _, op := range []string{"+", "-", "*", "/", "%"} {
			got, err := value.Arithmetic(op, left, right, room)
			if err == nil {
				require.LessOrEqual(t, len(value.String(got)), 2*room+len(a)+len(b)+1000, "%v %s %v", left, op, right)
			}
		}
		_, _ = value.Range(left, right, room)
		_, _ = value.Index(left, right)
		_, _ = value.Member(left, a)
		_ = value.SetIndex(left, right, nil)
		_ = value.Like(a, b, false)
		_ = fmt.Sprint(value.True(left), value.String(left), value.TypeName(left), value.Equal(left, right, false))
	})
}
