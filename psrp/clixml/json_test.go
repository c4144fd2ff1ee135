package clixml

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAppendJSON(t *testing.T) {
	t.Parallel()
	text := "text"
	for want, v := range map[string]Value{
		"null":                    nil,
		`"a\"b<"`:                 String("a\"b<"),
		"1152921504606846976":     Int64(1 << 60),
		"0.1":                     Double(0.1),
		`"NaN"`:                   Double(math.NaN()),
		`"YWJj"`:                  ByteArray("abc"),
		"false":                   Bool(false),
		`"Monday"`:                NewEnum("System.DayOfWeek", "Monday", Int32(1)),
		`{"1":"one"}`:             Dictionary{{Key: Int32(1), Value: String("one")}},
		"[1,[2]]":                 List{Int32(1), Stack{Int32(2)}},
		"7":                       &Object{Base: Int32(7)},
		`"text"`:                  &Object{ToString: &text},
		`{"b":1,"a":"x"}`:         NewCustomObject(Property{"b", Int32(1)}, Property{"a", String("x")}),
		`"` + "\uFFFD" + `"`:      String("\xed\xa0\x80"),
		`[{"n":null},"00:00:01"]`: Queue{&Object{Adapted: Properties{{"n", nil}}}, String("00:00:01")},
	} {
		assert.Equal(t, want, string(AppendJSON(nil, v, 8)))
	}
	itself := NewCustomObject()
	itself.Extended = Properties{{"Self", itself}}
	line := AppendJSON(nil, itself, 8)
	assert.True(t, json.Valid(line))
	assert.Equal(t, 8, strings.Count(string(line), `"Self"`))
	circle := &Object{}
	circle.Base = circle
	assert.True(t, json.Valid(AppendJSON(nil, circle, 8)))
}

// TestHostColors: a color is a number, or, as engines send it, a name.
func TestHostColors(t *testing.T) {
	t.Parallel()
	message := func(color Value) Value {
		return &Object{TypeNames: []string{hostInformationMessage}, Extended: Properties{{"Message", String("m")}, {"ForegroundColor", color}}}
	}
	for _, color := range []Value{Int32(12), String("Red"), NewEnum("System.ConsoleColor", "Red", Int32(12))} {
		m, ok := ReadHostInformationMessage(message(color))
		assert.True(t, ok)
		assert.Equal(t, new(int32(12)), m.ForegroundColor)
		assert.Nil(t, m.BackgroundColor)
	}
	_, ok := ReadHostInformationMessage(message(String("Reddish")))
	assert.False(t, ok)
}
