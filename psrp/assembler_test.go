package psrp

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header is a fragment of object o with id f; flags: s start, e end.
func header(o, f uint64, flags string, blob uint32) FragmentHeader {
	return FragmentHeader{
		ObjectID: o, FragmentID: f, BlobLength: blob,
		Start: bytes.ContainsRune([]byte(flags), 's'), End: bytes.ContainsRune([]byte(flags), 'e'),
	}
}

func TestAssembler(t *testing.T) {
	tests := map[string]struct {
		before []FragmentHeader // all in order
		next   FragmentHeader
		reason string // empty: in order
	}{
		"single":                    {nil, header(1, 0, "se", 50), ""},
		"first of many":             {nil, header(1, 0, "s", 50), ""},
		"last":                      {[]FragmentHeader{header(1, 0, "s", 10)}, header(1, 1, "e", 10), ""},
		"ids begin again":           {[]FragmentHeader{header(9, 0, "se", 10)}, header(1, 0, "se", 10), ""},
		"empty blob":                {nil, header(1, 0, "se", 0), ""},
		"largest id":                {nil, header(math.MaxInt64, 0, "se", 0), ""},
		"as large as allowed":       {[]FragmentHeader{header(1, 0, "s", 40)}, header(1, 1, "e", 60), ""},
		"limit is for each object":  {[]FragmentHeader{header(1, 0, "se", 90)}, header(2, 0, "se", 90), ""},
		"too large":                 {[]FragmentHeader{header(1, 0, "s", 40)}, header(1, 1, "e", 61), "the object is larger than 100 bytes"},
		"too large at once":         {nil, header(1, 0, "se", 101), "the object is larger than 100 bytes"},
		"no start":                  {nil, header(1, 0, "e", 1), "the object has not begun"},
		"no start after an end":     {[]FragmentHeader{header(1, 0, "se", 1)}, header(1, 1, "e", 1), "the object has not begun"},
		"start with another id":     {nil, header(1, 1, "s", 1), "an object begins with fragment 0"},
		"second start":              {[]FragmentHeader{header(1, 0, "s", 1)}, header(1, 1, "s", 1), "the object has begun before"},
		"other object in between":   {[]FragmentHeader{header(1, 0, "s", 1)}, header(2, 0, "se", 1), "object 1 is not complete"},
		"other object's end":        {[]FragmentHeader{header(1, 0, "s", 1)}, header(2, 1, "e", 1), "object 1 is not complete"},
		"left out":                  {[]FragmentHeader{header(1, 0, "s", 1)}, header(1, 2, "e", 1), "fragment 1 must come"},
		"twice":                     {[]FragmentHeader{header(1, 0, "s", 1), header(1, 1, "", 1)}, header(1, 1, "", 1), "fragment 2 must come"},
		"object id 0":               {nil, header(0, 0, "se", 1), "the object id is out of range"},
		"object id negative as I64": {nil, header(math.MaxInt64+1, 0, "se", 1), "the object id is out of range"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := Assembler{MaxObjectSize: 100}
			for _, h := range tt.before {
				complete, err := a.Add(h)
				require.NoError(t, err)
				require.Equal(t, h.End, complete)
				require.Equal(t, !h.End, a.Pending())
			}
			before := a
			complete, err := a.Add(tt.next)
			if tt.reason == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.next.End, complete)
				assert.Equal(t, !tt.next.End, a.Pending())
				return
			}
			var oe *OrderError
			require.ErrorAs(t, err, &oe)
			assert.Equal(t, tt.next, oe.Header)
			assert.Equal(t, tt.reason, oe.Reason)
			assert.False(t, complete)
			assert.Equal(t, before, a, "an error changes nothing")
		})
	}
}

func TestAssemblerReset(t *testing.T) {
	a := Assembler{MaxObjectSize: 10}
	_, err := a.Add(header(1, 0, "s", 10))
	require.NoError(t, err)
	a.Reset()
	assert.False(t, a.Pending())
	_, err = a.Add(header(1, 1, "e", 1))
	assert.Error(t, err)
	_, err = a.Add(header(1, 0, "s", 11))
	assert.Error(t, err, "the limit stays")
}

func TestAssemblerWithoutLimit(t *testing.T) {
	var a Assembler
	for i := range uint64(10) {
		_, err := a.Add(header(1, i, map[bool]string{true: "s"}[i == 0], math.MaxInt32))
		require.NoError(t, err)
	}
}

func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0x10, 0x23, 0x11, 0x01, 0x32})
	f.Add([]byte{0x03, 0x03, 0x01, 0x10, 0x22})
	f.Fuzz(func(t *testing.T, script []byte) {
		a := Assembler{MaxObjectSize: 20}
		var object []FragmentHeader // what has come of the object now open
		for _, b := range script {
			h := FragmentHeader{
				ObjectID: uint64(b >> 6), FragmentID: uint64(b >> 4 & 3),
				Start: b&1 != 0, End: b&2 != 0, BlobLength: uint32(b >> 2 & 3 * 5),
			}
			complete, err := a.Add(h)
			if err != nil {
				continue
			}
			object = append(object, h)
			var size uint32
			for i, o := range object {
				size += o.BlobLength
				require.Equal(t, uint64(i), o.FragmentID)
				require.Equal(t, i == 0, o.Start)
				require.Equal(t, h.ObjectID, o.ObjectID)
			}
			require.LessOrEqual(t, size, uint32(20))
			require.Equal(t, h.End, complete)
			require.Equal(t, !complete, a.Pending())
			if complete {
				object = nil
			}
		}
	})
}

func TestDefragmenter(t *testing.T) {
	want := Message{
		MessageHeader: MessageHeader{Destination: DestinationClient, Type: MessagePipelineOutput, PipelineID: GUID{1}},
		Data:          bytes.Repeat([]byte("data"), 100),
	}
	object := AppendFragments(nil, 1, want.Append(nil), 100)
	var d Defragmenter
	for round := range 2 {
		n := 0
		for f := range values(t, FragmentsText(encode(object))) {
			m, complete, err := d.AddText(f)
			require.NoError(t, err)
			n++
			require.Equal(t, n == 5, complete)
			require.Equal(t, !complete, d.Pending())
			if complete {
				assert.Equal(t, want, m, "round %d", round)
			}
		}
	}
}

func TestDefragmenterErrors(t *testing.T) {
	var oe *OrderError
	var me *MessageError
	var fe *FragmentError
	fragment := func(h FragmentHeader) FragmentText {
		return FragmentText{Header: h, Text: encode(append(h.Append(nil), make([]byte, h.BlobLength)...))}
	}
	bad := fragment(header(1, 1, "e", 60))
	bad.Text[40] = '!'
	tests := map[string]struct {
		add  func(*Defragmenter) (Message, bool, error)
		want any
	}{
		"out of order":       {func(d *Defragmenter) (Message, bool, error) { return d.AddText(fragment(header(1, 2, "e", 10))) }, &oe},
		"too large":          {func(d *Defragmenter) (Message, bool, error) { return d.AddText(fragment(header(1, 1, "e", 91))) }, &oe},
		"not base64":         {func(d *Defragmenter) (Message, bool, error) { return d.AddText(bad) }, &fe},
		"no message":         {func(d *Defragmenter) (Message, bool, error) { return d.AddText(fragment(header(1, 1, "e", 29))) }, &me},
		"bytes out of order": {func(d *Defragmenter) (Message, bool, error) { return d.Add(header(2, 1, "e", 1), make([]byte, 1)) }, &oe},
		"bytes of a length":  {func(d *Defragmenter) (Message, bool, error) { return d.Add(header(1, 1, "e", 1), make([]byte, 2)) }, &oe},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := Defragmenter{MaxObjectSize: 100}
			_, complete, err := d.Add(header(1, 0, "s", 10), make([]byte, 10))
			require.NoError(t, err)
			require.False(t, complete)
			_, complete, err = tt.add(&d)
			require.ErrorAs(t, err, tt.want)
			assert.NotEmpty(t, err.Error())
			assert.False(t, complete)
			assert.False(t, d.Pending())
			_, complete, err = d.Add(header(2, 0, "se", 40), make([]byte, 40))
			assert.NoError(t, err, "a new object can come")
			assert.True(t, complete)
		})
	}
}

func TestDefragmenterReset(t *testing.T) {
	var d Defragmenter
	_, _, err := d.Add(header(1, 0, "s", 3), []byte("old"))
	require.NoError(t, err)
	d.Reset()
	m, complete, err := d.Add(header(1, 0, "se", 41), append(make([]byte, 40), 'n'))
	require.NoError(t, err)
	require.True(t, complete)
	assert.Equal(t, "n", string(m.Data))
}

func TestDefragmenterDefaultLimit(t *testing.T) {
	var d Defragmenter
	blob := make([]byte, DefaultMaxObjectSize)
	_, _, err := d.Add(header(1, 0, "s", DefaultMaxObjectSize), blob)
	require.NoError(t, err)
	_, _, err = d.Add(header(1, 1, "e", 1), blob[:1])
	assert.Error(t, err)
}
