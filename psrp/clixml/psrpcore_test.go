package clixml

import (
	"bufio"
	"bytes"
	_ "embed" // the script
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/psrpcore_peer.py
var psrpcoreScript string

// pythonVariable names the environment variable with the path of a Python that
// has psrpcore.
const pythonVariable = "WINRMD_TEST_PYTHON"

// psrpcore is the implementation of CLIXML of that name
// (https://github.com/jborean93/psrpcore), in a process of its own.
type psrpcore struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Reader
}

// message is a line in either direction.
type message struct {
	Do   string `json:"do,omitempty"`
	Seed uint64 `json:"seed"`
	Key  []byte `json:"data,omitempty"`
	Text string `json:"text,omitempty"`
}

type answer struct {
	Value any    `json:"value"`
	Data  string `json:"data"`
	Error string `json:"error"`
}

var sessionKey = bytes.Repeat([]byte("Key of 16 bytes!"), 2)

func startPsrpcore(t testing.TB) *psrpcore {
	t.Helper()
	python := os.Getenv(pythonVariable)
	if python == "" {
		lacks(t, pythonVariable+" that names a Python with psrpcore")
	}
	c := exec.Command(python, "-c", psrpcoreScript)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		in.Close() // its loop ends
		if err := c.Wait(); err != nil {
			t.Errorf("psrpcore's process: %v", err)
		}
	})
	p := &psrpcore{t: t, in: in, out: bufio.NewReaderSize(out, 1<<20)}
	_, err = p.ask(message{Do: "key", Key: sessionKey})
	require.NoError(t, err)
	return p
}

// ask sends a line and reads the answer. The error is psrpcore's.
func (p *psrpcore) ask(m message) (answer, error) {
	p.t.Helper()
	b, err := json.Marshal(m)
	require.NoError(p.t, err)
	_, err = p.in.Write(append(b, '\n'))
	require.NoError(p.t, err)
	line, err := p.out.ReadBytes('\n')
	require.NoError(p.t, err)
	var a answer
	require.NoError(p.t, json.Unmarshal(line, &a))
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// TestPsrpcoreReads: psrpcore reads what is written here, and what it then
// writes is read here, each time with the same meaning.
func TestPsrpcoreReads(t *testing.T) {
	t.Parallel()
	p := startPsrpcore(t)
	for seed := range uint64(2000) {
		v := generate(seed, generatorOptions{python: true})
		document := mustAppend(t, v)
		a, err := p.ask(message{Do: "read", Text: document})
		require.NoError(t, err, "seed %d: %s", seed, document)
		want := meaning(t, v)
		require.Equal(t, want, normal(t, a.Value), "seed %d: %s", seed, document)
		again, err := Parse([]byte(a.Data))
		require.NoError(t, err, "seed %d: %s", seed, a.Data)
		require.Equal(t, want, meaning(t, again), "seed %d: %s", seed, a.Data)
	}
}

// TestPsrpcoreWrites: what psrpcore makes and writes is read here, and what is
// then written reads there, each time with the same meaning.
func TestPsrpcoreWrites(t *testing.T) {
	t.Parallel()
	p := startPsrpcore(t)
	for seed := range uint64(2000) {
		a, err := p.ask(message{Do: "make", Seed: seed})
		require.NoError(t, err, "seed %d", seed)
		v, err := Parse([]byte(a.Data))
		require.NoError(t, err, "seed %d: %s", seed, a.Data)
		want := normal(t, a.Value)
		require.Equal(t, want, meaning(t, v), "seed %d: %s", seed, a.Data)
		document := mustAppend(t, v)
		a, err = p.ask(message{Do: "read", Text: document})
		require.NoError(t, err, "seed %d: %s", seed, document)
		require.Equal(t, want, normal(t, a.Value), "seed %d: %s", seed, document)
	}
}

// psrpcoreWrongs are documents of primitives of which psrpcore writes something
// else, or nothing that can be read; with why.
var psrpcoreWrongs = map[string]string{
	"<S>_x0000__x0009__x000D__x000A__x001F__x007F__x0080__x009F_\u00a0é_xFFFE__xFFFF_\ufffd</S>": "U+FFFE as it is, which is no XML",
	`<D>0.0000000000000000000000000001</D>`:                                                      "an exponent",
	`<DT>0001-01-01T00:00:00</DT>`:                                                               "a year without its zeros",
	`<TS>PT10S</TS>`:                                                                             "without the zero of the 10",
	`<SS>AAEC</SS>`:                                                                              "no secret: it wants one that can be decrypted",
	`<PR><AV>&amp;</AV><AI>2147483647</AI><S>o</S><PI>0</PI><PC>100</PC><T>Completed</T><SR>0</SR><SD /></PR>`: "it wants a status",
}

// TestPsrpcorePrimitives: psrpcore reads each primitive type at its limits, and
// writes it with the same meaning.
func TestPsrpcorePrimitives(t *testing.T) {
	t.Parallel()
	p := startPsrpcore(t)
	for _, row := range primitives {
		if psrpcoreWrongs[row.document] != "" {
			continue
		}
		a, err := p.ask(message{Do: "read", Text: row.document})
		require.NoError(t, err, row.document)
		want := meaning(t, row.value)
		assert.Equal(t, want, normal(t, a.Value), row.document)
		again, err := Parse([]byte(a.Data))
		require.NoError(t, err, a.Data)
		assert.Equal(t, want, meaning(t, again), a.Data)
	}
}

// TestPsrpcoreSecureString: both encrypt alike.
func TestPsrpcoreSecureString(t *testing.T) {
	t.Parallel()
	p := startPsrpcore(t)
	key, err := NewSessionKey(sessionKey)
	require.NoError(t, err)
	for _, plain := range []string{"", "a", "12345678", "pässwörd 😀", "1234567"} {
		document := mustAppend(t, key.Encrypt(plain))
		a, err := p.ask(message{Do: "read", Text: document})
		require.NoError(t, err)
		assert.Equal(t, []any{"SS", hexUnits(plain)}, a.Value)
		assert.Equal(t, document, a.Data)
	}
}

// normal makes the description of a value the same whichever side it is from.
func normal(t testing.TB, description any) string {
	b, err := json.Marshal(description)
	require.NoError(t, err)
	return string(b)
}

// meaning describes a value as the script does.
func meaning(t testing.TB, v Value) string {
	d := describer{seen: map[*Object]int{}}
	return normal(t, d.value(v))
}

type describer struct{ seen map[*Object]int }

func hexUnits(s string) string {
	b := []byte{}
	for _, u := range utf16Units(s) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return fmt.Sprintf("%x", b)
}

func (d *describer) value(v Value) any {
	o, ok := asObject(v).(*Object)
	if !ok {
		return describePrimitive(v)
	}
	if n, ok := d.seen[o]; ok {
		return []any{"Ref", n}
	}
	d.seen[o] = len(d.seen)
	names, text := []any{}, any(nil)
	onPrimitive := o.Base != nil && !isContainer(o.Base)
	if !onPrimitive {
		for _, name := range o.TypeNames {
			names = append(names, hexUnits(strings.TrimPrefix(name, "Deserialized.")))
		}
		// It writes none that is empty.
		if o.ToString != nil {
			text = hexUnits(*o.ToString)
		}
	}
	return []any{"Obj", names, text, d.base(o.Base), d.properties(o.Adapted), d.properties(o.Extended)}
}

func (d *describer) base(v Value) any {
	if table, ok := v.(Dictionary); ok {
		entries := []any{}
		for _, e := range table {
			entries = append(entries, []any{d.value(e.Key), d.value(e.Value)})
		}
		return []any{"DCT", entries}
	}
	if values, ok := items(v); ok {
		list := []any{}
		for _, item := range values {
			list = append(list, d.value(item))
		}
		return []any{v.element(), list}
	}
	return describePrimitive(v)
}

func (d *describer) properties(p Properties) any {
	list := []any{}
	for _, property := range p {
		list = append(list, []any{hexUnits(property.Name), d.value(property.Value)})
	}
	return list
}

func describePrimitive(v Value) any {
	switch v := v.(type) {
	case nil:
		return []any{"Nil"}
	case Bool:
		return []any{"B", bool(v)}
	case String, URI, XMLDocument, ScriptBlock:
		return []any{v.element(), hexUnits(Text(v))}
	case Single:
		if v != v {
			return []any{"Sg", "NaN"}
		}
		return []any{"Sg", fmt.Sprintf("%08x", math.Float32bits(float32(v)))}
	case Double:
		if v != v {
			return []any{"Db", "NaN"}
		}
		return []any{"Db", fmt.Sprintf("%016x", math.Float64bits(float64(v)))}
	case Char:
		return []any{"C", fmt.Sprint(uint16(v))}
	case ByteArray:
		return []any{"BA", fmt.Sprintf("%x", []byte(v))}
	case SecureString:
		key, _ := NewSessionKey(sessionKey)
		plain, err := key.Decrypt(v)
		if err != nil {
			return err.Error()
		}
		return []any{"SS", hexUnits(plain)}
	case DateTime:
		var offset any
		if v.Kind != DateTimeUnspecified {
			offset = v.Offset
		}
		return []any{"DT", fmt.Sprint(v.Ticks), offset}
	case TimeSpan:
		return []any{"TS", fmt.Sprint(int64(v))}
	case *ProgressRecord:
		return []any{"PR", hexUnits(v.Activity), v.ActivityID, hexUnits(v.StatusDescription), hexUnits(v.CurrentOperation),
			v.ParentActivityID, v.PercentComplete, v.SecondsRemaining, v.Completed}
	}
	b, err := appendNumber(nil, v)
	if err != nil {
		return err.Error()
	}
	return []any{v.element(), string(b)}
}
