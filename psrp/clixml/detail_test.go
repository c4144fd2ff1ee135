package clixml

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDateTimes: times go in and come out as the same instant.
func TestDateTimes(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", -(5*3600 + 45*60))
	for _, want := range []time.Time{
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999900, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 100, zone), time.Date(2020, 2, 29, 1, 2, 3, 400, zone),
	} {
		d := NewDateTime(want)
		assert.True(t, want.Equal(d.Time()), "%s %s", want, d)
		assert.Equal(t, want.Format(time.RFC3339Nano), d.Time().Format(time.RFC3339Nano))
		again, err := ParseDateTime(d.String())
		require.NoError(t, err)
		assert.Equal(t, d, again)
	}
	assert.Equal(t, "2020-01-01T00:00:00+01:30", NewDateTime(time.Date(2020, 1, 1, 0, 0, 0, 99, time.FixedZone("", 5400))).String())
	for _, year := range []int{-1, 0, 10000} {
		_, err := Append(nil, NewDateTime(time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)))
		require.Error(t, err)
	}
}

// TestMarshalKeys: whatever keys a map has, they come in one order.
func TestMarshalKeys(t *testing.T) {
	t.Parallel()
	type key struct{ A string }
	for _, m := range []any{
		map[float64]int{2: 1, 1: 2, 3: 3}, map[uint8]int{2: 1, 1: 2, 3: 3}, map[key]int{{"b"}: 1, {"a"}: 2, {"c"}: 3},
		map[any]int{"b": 1, "a": 2, "c": 3},
	} {
		first, err := Marshal(m)
		require.NoError(t, err)
		for range 5 {
			v, err := Marshal(m)
			require.NoError(t, err)
			assert.Empty(t, difference(first, v))
		}
		table := first.(*Object).Base.(Dictionary)
		assert.Equal(t, []Value{Int32(2), Int32(1), Int32(3)}, []Value{table[0].Value, table[1].Value, table[2].Value})
	}
}

// TestErrors: causes can be found, and errors say what they are about.
func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	assert.ErrorIs(t, &Error{Err: cause}, cause)
	assert.ErrorIs(t, &RecordError{Err: cause}, cause)
	assert.ErrorIs(t, &ConversionError{Err: cause}, cause)
	assert.EqualError(t, &Error{Offset: 5, Path: "Obj", Reason: "why", Err: cause}, "CLIXML at byte 5 (Obj): why: cause")
	assert.EqualError(t, &ConversionError{Path: "A[1]", Err: cause}, "clixml: A[1]: cause")
	assert.Equal(t, &ConversionError{Path: "A", Err: cause}, at("A", cause))
	assert.NoError(t, at("A", nil))
}

// TestAttributes: names of properties with all that an attribute may hold.
func TestAttributes(t *testing.T) {
	t.Parallel()
	v := mustParse(t, "<Obj><MS><S N='a&amp;b&#x43;'/><S N=\"x\r\ny\rz\tw\"/><S N='_x0041_\"'/><S N=''/><S N = \"]]>\"/></MS></Obj>")
	var names []string
	for _, p := range v.(*Object).Extended {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"a&bC", "x y z w", `A"`, "", "]]>"}, names)
}

func TestNestedObjects(t *testing.T) {
	t.Parallel()
	const document = `<Obj RefId="0"><Obj RefId="1"><S>in</S><MS><MS N="empty" /></MS></Obj><Props /><MS><Nil N="n" /></MS></Obj>`
	v := mustParse(t, document)
	assert.Equal(t, document, mustAppend(t, v))
	assert.Equal(t, String("in"), Base(v))
	assert.Equal(t, `<Obj RefId="0"><MS><MS N="a" /></MS></Obj>`, mustAppend(t, &Object{Extended: Properties{{"a", MemberSet(nil)}}}))
	assert.Equal(t, `<Nil />`, mustAppend(t, (*ProgressRecord)(nil)))
	assert.Equal(t, GUID{}.String(), Text(GUID{}))
}
