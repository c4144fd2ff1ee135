package clixml

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRoundTrip: what is written reads back as the same, and is written the
// same again, to the byte.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5000) {
		v := generate(seed, generatorOptions{})
		document := mustAppend(t, v)
		again := mustParse(t, document)
		require.Empty(t, difference(v, again), "seed %d: %s", seed, document)
		require.Equal(t, document, mustAppend(t, again), "seed %d", seed)
	}
}

// TestFileRoundTrip: references go from one entry of a file to the next.
func TestFileRoundTrip(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		shared := generate(seed, generatorOptions{})
		entries := []FileEntry{
			{Value: shared}, {Stream: "Error", Value: generate(seed+1000, generatorOptions{})},
			{Stream: "Output", Value: List{shared, nil}}, {Stream: "Progress"},
		}
		file, err := AppendFile(nil, entries...)
		require.NoError(t, err)
		var read []FileEntry
		for e, err := range Entries(file) {
			require.NoError(t, err)
			read = append(read, e)
		}
		require.Len(t, read, len(entries))
		var a, b List
		for i := range entries {
			assert.Equal(t, entries[i].Stream, read[i].Stream)
			a, b = append(a, entries[i].Value), append(b, read[i].Value)
		}
		require.Empty(t, difference(a, b), "seed %d", seed)
	}
}

// TestIdentity: the same object stays the same, and circles are circles.
func TestIdentity(t *testing.T) {
	t.Parallel()
	const document = `<Obj RefId="0"><TN RefId="0"><T>A</T></TN><LST><Ref RefId="0" /><Obj RefId="1"><TNRef RefId="0" />` +
		`<MS><Ref N="up" RefId="0" /></MS></Obj><Ref RefId="1" /></LST></Obj>`
	v := mustParse(t, document)
	o := v.(*Object)
	list := o.Base.(List)
	assert.Same(t, o, list[0])
	assert.Same(t, list[1], list[2])
	up, ok := list[1].(*Object).Property("UP")
	assert.True(t, ok)
	assert.Same(t, o, up)
	assert.Equal(t, document, mustAppend(t, v))
	assert.NotEmpty(t, Text(v))
}

// TestReferenceNames: a RefId may be any text, and the last one counts.
func TestReferenceNames(t *testing.T) {
	t.Parallel()
	const document = `<Obj><LST><Obj RefId="00"><MS><I32 N="n">1</I32></MS></Obj><Obj RefId="7"><MS><I32 N="n">2</I32></MS></Obj>` +
		`<Obj RefId="0"><MS><I32 N="n">3</I32></MS></Obj><Obj RefId="1"><MS><I32 N="n">4</I32></MS></Obj><Obj RefId="0"><MS><I32 N="n">5</I32></MS></Obj>` +
		`<Obj RefId="7"><MS><I32 N="n">6</I32></MS></Obj>` +
		`<Ref RefId="00"/><Ref RefId="7"/><Ref RefId="0"/><Ref RefId="1"/></LST></Obj>`
	list := mustParse(t, document).(*Object).Base.(List)
	for i, want := range []Int32{1, 6, 5, 4} {
		n, err := Get[Int32](list[6+i].(*Object), "n")
		require.NoError(t, err)
		assert.Equal(t, want, n)
	}
}
