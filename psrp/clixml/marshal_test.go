package clixml

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// all has a field of every kind that Marshal knows.
type all struct {
	_        TypeName `clixml:"Contoso.All,Contoso.Base"`
	Bool     bool
	Int      int
	Int8     int8
	Int16    int16
	Int32    int32
	Int64    int64
	Uint     uint
	Uint8    uint8
	Uint16   uint16
	Uint32   uint32
	Uint64   uint64
	Float32  float32
	Float64  float64
	String   string
	Bytes    []byte
	Time     time.Time
	Duration time.Duration
	URL      url.URL
	URLs     []*url.URL
	Address  netip.Addr
	ID       uuid.UUID
	Big      *big.Int
	List     []string
	Table    map[string]int
	Numbers  map[int]string
	Inner    inner
	Pointer  *inner
	Null     *inner
	Version  Version
	Char     Char
	Decimal  Decimal
	Any      Value
	Object   *Object
	Renamed  string `clixml:"Other name"`
	Adapted  string `clixml:",adapted"`
	Left     string `clixml:",omitempty"`
	Skipped  string `clixml:"-"`
	hidden   string
	embedded
}

type inner struct{ N int }

type embedded struct{ Embedded string }

func sample() all {
	return all{
		Bool: true, Int: -5, Int8: -8, Int16: -16, Int32: -32, Int64: math.MinInt64,
		Uint: 5, Uint8: 8, Uint16: 16, Uint32: 32, Uint64: math.MaxUint64, Float32: 1.5, Float64: 2.5,
		String: "a_x0041_", Bytes: []byte{1, 2}, Time: time.Date(2020, 1, 2, 3, 4, 5, 600, time.UTC),
		Duration: time.Hour + 100*time.Nanosecond, URL: url.URL{Scheme: "http", Host: "h", Path: "/a"},
		URLs: []*url.URL{{Scheme: "http", Host: "h"}}, Address: netip.MustParseAddr("::1"),
		ID: uuid.MustParse("792e5b37-4505-47ef-b7d2-8711bb7affa8"), Big: big.NewInt(7),
		List: []string{"a", "b"}, Table: map[string]int{"b": 2, "a": 1}, Numbers: map[int]string{10: "ten", 9: "nine"},
		Inner: inner{1}, Pointer: &inner{2}, Version: Version{1, 2, -1, -1}, Char: 'c', Decimal: decimal("1.50"),
		Any: Int64(9), Object: NewCustomObject(Property{"a", nil}), Renamed: "r", Adapted: "ad", hidden: "h",
		embedded: embedded{"e"},
	}
}

const sampleDocument = `<Obj RefId="0"><TN RefId="0"><T>Contoso.All</T><T>Contoso.Base</T><T>System.Management.Automation.PSCustomObject</T>` +
	`<T>System.Object</T></TN><Props><S N="Adapted">ad</S></Props><MS><B N="Bool">true</B><I32 N="Int">-5</I32><SB N="Int8">-8</SB>` +
	`<I16 N="Int16">-16</I16><I32 N="Int32">-32</I32><I64 N="Int64">-9223372036854775808</I64><U32 N="Uint">5</U32><By N="Uint8">8</By>` +
	`<U16 N="Uint16">16</U16><U32 N="Uint32">32</U32><U64 N="Uint64">18446744073709551615</U64><Sg N="Float32">1.5</Sg><Db N="Float64">2.5</Db>` +
	`<S N="String">a_x005F_x0041_</S><BA N="Bytes">AQI=</BA><DT N="Time">2020-01-02T03:04:05.0000006Z</DT><TS N="Duration">PT1H0.0000001S</TS>` +
	`<URI N="URL">http://h/a</URI><Obj N="URLs" RefId="1"><TN RefId="1"><T>System.Collections.ArrayList</T><T>System.Object</T></TN>` +
	`<LST><URI>http://h</URI></LST></Obj><S N="Address">::1</S><S N="ID">792e5b37-4505-47ef-b7d2-8711bb7affa8</S><S N="Big">7</S>` +
	`<Obj N="List" RefId="2"><TNRef RefId="1" /><LST><S>a</S><S>b</S></LST></Obj>` +
	`<Obj N="Table" RefId="3"><TN RefId="2"><T>System.Collections.Hashtable</T><T>System.Object</T></TN><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En>` +
	`<En><S N="Key">b</S><I32 N="Value">2</I32></En></DCT></Obj><Obj N="Numbers" RefId="4"><TNRef RefId="2" /><DCT><En><I32 N="Key">9</I32><S N="Value">nine</S></En>` +
	`<En><I32 N="Key">10</I32><S N="Value">ten</S></En></DCT></Obj><Obj N="Inner" RefId="5"><TN RefId="3"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN>` +
	`<MS><I32 N="N">1</I32></MS></Obj><Obj N="Pointer" RefId="6"><TNRef RefId="3" /><MS><I32 N="N">2</I32></MS></Obj><Nil N="Null" /><Version N="Version">1.2</Version>` +
	`<C N="Char">99</C><D N="Decimal">1.50</D><I64 N="Any">9</I64><Obj N="Object" RefId="7"><TNRef RefId="3" /><MS><Nil N="a" /></MS></Obj>` +
	`<S N="Other name">r</S><S N="Embedded">e</S></MS></Obj>`

func TestMarshal(t *testing.T) {
	t.Parallel()
	v, err := Marshal(sample())
	require.NoError(t, err)
	assert.Equal(t, sampleDocument, mustAppend(t, v))

	var got all
	require.NoError(t, Unmarshal(mustParse(t, sampleDocument), &got))
	want := sample()
	want.hidden = ""
	assert.Empty(t, difference(want.Object, got.Object))
	want.Object, got.Object = nil, nil
	assert.Equal(t, want, got)
}

func TestMarshalOthers(t *testing.T) {
	t.Parallel()
	var null *int
	var failure error = &url.Error{Op: "Get", URL: "u", Err: errors.New("inner")}
	tests := []struct {
		value any
		want  string
	}{
		{nil, `<Nil />`},
		{null, `<Nil />`},
		{new(5), `<I32>5</I32>`},
		{map[string]int(nil), `<Nil />`},
		{[]string(nil), `<Nil />`},
		{math.MaxInt64, `<I64>9223372036854775807</I64>`},
		{uint(math.MaxUint64), `<U64>18446744073709551615</U64>`},
		{uintptr(5), `<U32>5</U32>`},
		{[2]byte{1, 2}, `<BA>AQI=</BA>`},
		{String("s"), `<S>s</S>`},
		{marshals("x"), `<URI>x</URI>`},
		{time.Date(2020, 1, 1, 0, 0, 0, 0, time.FixedZone("", -5400)), `<DT>2020-01-01T00:00:00-01:30</DT>`},
		{any([]any{1, "a", nil}), `<Obj RefId="0"><TN RefId="0"><T>System.Collections.ArrayList</T><T>System.Object</T></TN><LST><I32>1</I32><S>a</S><Nil /></LST></Obj>`},
		{Stack{nil}, `<Obj RefId="0"><TN RefId="0"><T>System.Collections.Stack</T><T>System.Object</T></TN><STK><Nil /></STK></Obj>`},
		{Queue{}, `<Obj RefId="0"><TN RefId="0"><T>System.Collections.Queue</T><T>System.Object</T></TN><QUE /></Obj>`},
		{Enumerable{}, `<Obj RefId="0"><TN RefId="0"><T>System.Object[]</T><T>System.Array</T><T>System.Object</T></TN><IE /></Obj>`},
		{NewPrimitiveDictionary(Entry{String("a"), Int32(1)}), `<Obj RefId="0"><TN RefId="0"><T>System.Management.Automation.PSPrimitiveDictionary</T><T>System.Collections.Hashtable</T><T>System.Object</T></TN><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En></DCT></Obj>`},
		{NewEnum("System.DayOfWeek", "Monday", Int32(1)), `<Obj RefId="0"><TN RefId="0"><T>System.DayOfWeek</T><T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN><ToString>Monday</ToString><I32>1</I32></Obj>`},
		{&ProgressRecord{Activity: "a"}, `<PR><AV>a</AV><AI>0</AI><Nil /><PI>0</PI><PC>0</PC><T>Processing</T><SR>0</SR><SD /></PR>`},
	}
	for _, test := range tests {
		v, err := Marshal(test.value)
		require.NoError(t, err)
		assert.Equal(t, test.want, mustAppend(t, v))
	}
	v, err := Marshal(struct{ E error }{fmt.Errorf("outer: %w", failure)})
	require.NoError(t, err)
	e, _ := v.(*Object).Property("E")
	r, err := ReadErrorRecord(e)
	require.NoError(t, err)
	assert.Equal(t, `outer: Get "u": inner`, r.Message)
	assert.Equal(t, "*fmt.wrapError", r.CategoryReason)
	assert.Equal(t, "NotSpecified: (:) [], *fmt.wrapError", r.CategoryMessage)
	in, _ := r.Exception.Property("InnerException")
	assert.Equal(t, `System.Management.Automation.RuntimeException: Get "u": inner`, Text(in))
	assert.Same(t, r, NewErrorRecord(fmt.Errorf("again: %w", r), "", OpenError))
	v, err = Marshal(&InformationalRecord2{})
	require.NoError(t, err)
	assert.Equal(t, `<S>mine</S>`, mustAppend(t, v.(*Object).Base))
}

// InformationalRecord2 says itself what object it is.
type InformationalRecord2 struct{}

// Object returns the object.
func (*InformationalRecord2) Object() *Object { return &Object{Base: String("mine")} }

type marshals string

func (m marshals) MarshalCLIXML() (Value, error) {
	if m == "" {
		return nil, errors.New("refused")
	}
	return URI(m), nil
}

func (m *marshals) UnmarshalCLIXML(v Value) error {
	u, ok := v.(URI)
	if !ok {
		return errors.New("no URI")
	}
	*m = marshals(u)
	return nil
}

type textFails struct{}

func (textFails) MarshalText() ([]byte, error) { return nil, errors.New("no text") }

func TestMarshalErrors(t *testing.T) {
	t.Parallel()
	type deep struct{ Items []map[string]any }
	loop := []any{nil}
	loop[0] = loop
	tests := []struct {
		value any
		want  string
	}{
		{make(chan int), "clixml: a chan int has no form in CLIXML"},
		{complex(1, 1), "clixml: a complex128 has no form in CLIXML"},
		{deep{[]map[string]any{{"a": func() {}}}}, "clixml: Items[0][a]: a func() has no form in CLIXML"},
		{deep{[]map[string]any{{"a": marshals("")}}}, "clixml: Items[0][a]: refused"},
		{[]any{textFails{}}, "clixml: [0]: no text"},
		{map[*int]int{nil: 1}, "a key is null"},
		{loop, "more than the limit MaxEncodedDepth of 49 allows"},
	}
	for _, test := range tests {
		_, err := Marshal(test.value)
		var conversion *ConversionError
		require.ErrorAs(t, err, &conversion)
		assert.Contains(t, err.Error(), test.want)
	}
}

type node struct {
	Name string
	Next *node
	All  []*node
	More map[string]*node
}

// TestMarshalIdentity: pointers that are the same stay the same, in circles
// too.
func TestMarshalIdentity(t *testing.T) {
	t.Parallel()
	a, b := &node{Name: "a"}, &node{Name: "b"}
	a.Next, b.Next = b, a
	a.All = []*node{a, b, a}
	a.More = map[string]*node{"self": a}
	b.More = a.More
	v, err := Marshal(a)
	require.NoError(t, err)
	var got *node
	require.NoError(t, Unmarshal(mustParse(t, mustAppend(t, v)), &got))
	assert.Equal(t, "a", got.Name)
	assert.Same(t, got, got.Next.Next)
	assert.Same(t, got.All[0], got)
	assert.Same(t, got.All[1], got.Next)
	assert.Same(t, got.More["self"], got)
	table := map[string]any{}
	table["self"] = table
	v, err = Marshal(table)
	require.NoError(t, err)
	assert.Equal(t, `<Obj RefId="0"><TN RefId="0"><T>System.Collections.Hashtable</T><T>System.Object</T></TN><DCT><En><S N="Key">self</S><Ref N="Value" RefId="0" /></En></DCT></Obj>`, mustAppend(t, v))
}
