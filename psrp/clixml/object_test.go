package clixml

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestObject(t *testing.T) {
	t.Parallel()
	o := mustParse(t, `<Obj RefId="0"><TN RefId="0"><T>Deserialized.Contoso.A</T><T>System.Object</T></TN>`+
		`<Props><I32 N="Count">1</I32><S N="Both">adapted</S></Props><MS><S N="both">extended</S><Nil N="None" />`+
		`<MS N="Set"><I32 N="In">2</I32></MS><Obj N="Enum" RefId="1"><I32>5</I32></Obj></MS></Obj>`).(*Object)
	assert.True(t, o.Is("contoso.a"))
	assert.True(t, o.Is("System.Object"))
	assert.False(t, o.Is("Contoso"))
	assert.False(t, (*Object)(nil).Is("x"))

	s, err := Get[String](o, "BOTH")
	require.NoError(t, err)
	assert.Equal(t, String("extended"), s)
	n, err := Get[Int32](o, "count")
	require.NoError(t, err)
	assert.Equal(t, Int32(1), n)
	n, err = Get[Int32](o, "Enum")
	require.NoError(t, err, "the number of an enum")
	assert.Equal(t, Int32(5), n)
	e, err := Get[*Object](o, "Enum")
	require.NoError(t, err)
	assert.Equal(t, Int32(5), e.Base)
	set, err := Get[MemberSet](o, "Set")
	require.NoError(t, err)
	assert.Equal(t, MemberSet{{"In", Int32(2)}}, set)

	var wrong *PropertyError
	_, err = Get[Int32](o, "Both")
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "property Both is S, not I32", err.Error())
	_, err = Get[Int32](o, "None")
	assert.EqualError(t, err, "property None is nothing, not I32")
	_, err = Get[Int32](o, "Nowhere")
	assert.EqualError(t, err, "property Nowhere is missing")
	_, err = Get[*Object](nil, "Nowhere")
	assert.EqualError(t, err, "property Nowhere is missing")
	v, ok := o.Property("none")
	assert.True(t, ok)
	assert.Nil(t, v)
}

func TestBase(t *testing.T) {
	t.Parallel()
	assert.Nil(t, Base(nil))
	assert.Equal(t, Int32(1), Base(&Object{Base: &Object{Base: Int32(1)}}))
	empty := &Object{}
	assert.Same(t, empty, Base(empty))
	assert.Equal(t, Value((*Object)(nil)), Base((*Object)(nil)))
	circle := &Object{}
	circle.Base = circle
	assert.Same(t, circle, Base(circle))
	_, err := Append(nil, circle)
	var out *RangeError
	require.ErrorAs(t, err, &out)
	assert.Contains(t, err.Error(), "cannot stand on one that is written before it")
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	d := Dictionary{{Int32(1), String("one")}, {String("Key"), Int32(1)}, {&Object{Base: String("other")}, nil}, {String("key"), Int32(2)}}
	v, ok := d.Get("KEY")
	assert.True(t, ok)
	assert.Equal(t, Int32(1), v)
	v, ok = d.Get("other")
	assert.True(t, ok)
	assert.Nil(t, v)
	_, ok = d.Get("1")
	assert.False(t, ok)
}

func TestVersionCompare(t *testing.T) {
	t.Parallel()
	order := []Version{{1, 0, -1, -1}, {1, 0, 0, -1}, {1, 0, 0, 0}, {1, 0, 1, -1}, {1, 2, -1, -1}, {2, 0, -1, -1}}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			assert.Equal(t, want, a.Compare(b), "%s %s", a, b)
		}
	}
}

// TestStrings are the texts of types that print themselves.
func TestStrings(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1.2", Version{1, 2, -1, -1}.String())
	assert.Equal(t, "PT1S", TimeSpan(ticksPerSecond).String())
	assert.Equal(t, "1970-01-01T00:00:00Z", DateTime{Ticks: unixEpoch, Kind: DateTimeUTC}.String())
	assert.Equal(t, "OperationStopped", OperationStopped.String())
	assert.Equal(t, "NotEnabled", NotEnabled.String())
	assert.Equal(t, "32", ErrorCategory(32).String())
	assert.Equal(t, "-1", ErrorCategory(-1).String())
}
