package clixml

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// enginePath is a real engine: the one that is named, or what lies beside the
// repository, or PowerShell itself.
var enginePath = sync.OnceValue(func() string {
	if path := os.Getenv("WINRMD_TEST_ENGINE"); path != "" {
		return path
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		out, err := exec.Command(filepath.Join(dir, "shared", "pshost", "install")).Output()
		if err == nil {
			return filepath.Join(strings.TrimSpace(string(out)), "unix", "pshost")
		}
	}
	path, err := exec.LookPath("pwsh")
	if err != nil {
		return ""
	}
	return path
})

// engine runs a script of testdata and returns the lines that it prints.
func engine(t *testing.T, script string, arguments ...string) []string {
	t.Helper()
	path := enginePath()
	if path == "" {
		lacks(t, "PowerShell engine: WINRMD_TEST_ENGINE, ../shared/pshost or pwsh")
	}
	text, err := os.ReadFile(filepath.Join("testdata", script))
	require.NoError(t, err)
	// pshost takes no arguments for a script.
	wrapped := filepath.Join(t.TempDir(), script)
	quoted := ""
	for _, a := range arguments {
		quoted += " '" + strings.ReplaceAll(a, "'", "''") + "'"
	}
	require.NoError(t, os.WriteFile(wrapped, fmt.Appendf(nil, "& {\n%s}%s\n", text, quoted), 0o600))
	c := exec.Command(path, "-File", wrapped)
	c.Env = append(os.Environ(), "TZ=UTC")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, "%s", &stderr)
	require.Empty(t, stderr.String())
	return strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), "\r", "")), "\n")
}

// indentation is what PSSerializer puts between elements: an end of line in a
// text is escaped.
var indentation = regexp.MustCompile(`>\r?\n *<`)

// decodeDocument decodes a line of the engine's into a file in UTF-16.
func decodeDocument(t *testing.T, line string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(line)
	require.NoError(t, err)
	return append([]byte{0xff, 0xfe}, b...)
}

func readFile(t *testing.T, file []byte) Value {
	t.Helper()
	var found []Value
	for e, err := range Entries(file) {
		require.NoError(t, err)
		found = append(found, e.Value)
	}
	require.Len(t, found, 1)
	return found[0]
}

// readWithEngine has the engine read documents, and returns what it has read.
func readWithEngine(t *testing.T, documents [][]byte) []Value {
	t.Helper()
	var lines []byte
	for _, d := range documents {
		lines = append(base64.StdEncoding.AppendEncode(lines, d), '\n')
	}
	path := filepath.Join(t.TempDir(), "documents")
	require.NoError(t, os.WriteFile(path, lines, 0o600))
	out := engine(t, "engine_read.ps1", path)
	require.Len(t, out, len(documents))
	var values []Value
	for _, line := range out {
		values = append(values, readFile(t, decodeDocument(t, line)))
	}
	return values
}

// TestEngineWrites: what PowerShell serializes is read here, written the same to
// the byte, and means the same to PowerShell again.
func TestEngineWrites(t *testing.T) {
	t.Parallel()
	lines := engine(t, "engine_write.ps1")
	require.Greater(t, len(lines), 30)
	var theirs, ours [][]byte
	for _, line := range lines {
		name, encoded, _ := strings.Cut(line, " ")
		file := decodeDocument(t, encoded)
		v := readFile(t, file)
		again, err := AppendFile(nil, FileEntry{Value: v})
		require.NoError(t, err, name)
		text, err := fileText(file)
		require.NoError(t, err)
		if indentation.ReplaceAllString(string(text), "><") != string(again) {
			t.Errorf("%s: %.500s", name, again)
		}
		checkEngineRecord(t, name, v)
		theirs, ours = append(theirs, text), append(ours, again)
	}
	want, got := readWithEngine(t, theirs), readWithEngine(t, ours)
	for i := range want {
		sortTables(want[i], map[*Object]bool{})
		sortTables(got[i], map[*Object]bool{})
		if d := difference(want[i], got[i]); d != "" {
			t.Errorf("%s in %.500s", d, ours[i])
		}
	}
}

// sortTables sorts dictionaries: PowerShell reads them into ones without an
// order.
func sortTables(v Value, seen map[*Object]bool) {
	o, ok := v.(*Object)
	if !ok || o == nil || seen[o] {
		return
	}
	seen[o] = true
	if table, ok := o.Base.(Dictionary); ok {
		slices.SortFunc(table, func(a, b Entry) int {
			return strings.Compare(typeName(a.Key)+Text(a.Key), typeName(b.Key)+Text(b.Key))
		})
		for _, e := range table {
			sortTables(e.Value, seen)
		}
	}
	list, _ := items(o.Base)
	for _, item := range list {
		sortTables(item, seen)
	}
	for _, p := range append(append(Properties{}, o.Adapted...), o.Extended...) {
		sortTables(p.Value, seen)
	}
}

// checkEngineRecord reads records as such.
func checkEngineRecord(t *testing.T, name string, v Value) {
	t.Helper()
	switch name {
	case "error", "extended-error":
		e, err := ReadErrorRecord(v)
		require.NoError(t, err)
		require.NotNil(t, e.Invocation)
		assert.NotEmpty(t, e.Invocation.PositionMessage)
		assert.NotEmpty(t, e.Message)
		assert.NotEmpty(t, e.CategoryReason)
		again, err := ReadErrorRecord(e.Object())
		require.NoError(t, err)
		assert.Equal(t, e, again)
		if name == "extended-error" {
			assert.Equal(t, "in short", e.Text())
			assert.Equal(t, "do it", e.RecommendedAction)
			assert.NotEmpty(t, e.ScriptStackTrace)
			// What a message of a session holds is what is made here.
			assert.Empty(t, difference(withoutPrivate(v), withInvocation(e.Object(), v)))
		}
	case "progress":
		p, err := ReadProgressRecord(v)
		require.NoError(t, err)
		assert.Equal(t, "activity: status", p.Text())
	case "all-progress":
		p, err := ReadProgressRecord(v)
		require.NoError(t, err)
		assert.Equal(t, &ProgressRecord{
			Activity: "a _x0041_ \r\n <&>", ActivityID: math.MaxInt32, StatusDescription: "s", CurrentOperation: "o",
			ParentActivityID: 7, PercentComplete: 100, SecondsRemaining: math.MaxInt32, Completed: true,
		}, p)
	case "limits":
		checkLimits(t, v)
	case "information":
		i, err := ReadInformationRecord(v)
		require.NoError(t, err)
		m, ok := ReadHostInformationMessage(i.MessageData)
		require.True(t, ok)
		assert.Equal(t, HostInformationMessage{Message: "hello", NoNewLine: true, ForegroundColor: new(int32(12))}, m)
		assert.Equal(t, "hello", i.Text())
		assert.NotZero(t, i.ProcessID)
	case "warning":
		w, err := ReadInformationalRecord(v)
		require.NoError(t, err)
		assert.Equal(t, "the warning", w.Message)
		assert.Empty(t, difference(v, w.Object(WarningRecord)))
	}
}

// checkLimits reads the limits of each type of numbers.
func checkLimits(t *testing.T, v Value) {
	t.Helper()
	list, ok := items(v.(*Object).Base)
	require.True(t, ok)
	greatest := Decimal{high: math.MaxUint32, low: math.MaxUint64}
	least := greatest
	least.negative = true
	assert.Equal(t, []Value{
		Byte(0), Byte(math.MaxUint8), SByte(math.MinInt8), SByte(math.MaxInt8), Int16(math.MinInt16), Int16(math.MaxInt16),
		UInt16(0), UInt16(math.MaxUint16), Int32(math.MinInt32), Int32(math.MaxInt32), UInt32(0), UInt32(math.MaxUint32),
		Int64(math.MinInt64), Int64(math.MaxInt64), UInt64(0), UInt64(math.MaxUint64), Single(-math.MaxFloat32), Single(math.MaxFloat32),
		Double(-math.MaxFloat64), Double(math.MaxFloat64), least, greatest, Char(0), Char(math.MaxUint16),
	}, list)
}

// TestEnginePrimitives: PowerShell reads each primitive type at its limits, and
// writes it as it was.
func TestEnginePrimitives(t *testing.T) {
	t.Parallel()
	var all List
	for _, p := range primitives {
		switch v := p.value.(type) {
		case ScriptBlock, SecureString: // it reads a string, and wants a key
		case String: // it reads, but cannot write, U+FFFE and U+FFFF
			all = append(all, String(strings.NewReplacer("\ufffe", "", "\uffff", "").Replace(string(v))))
		case *ProgressRecord:
			if v.StatusDescription != "" { // see ProgressRecord
				all = append(all, v)
			}
		case DateTime:
			if v.Kind != DateTimeLocal { // which it reads in its own zone
				all = append(all, v)
			}
		default:
			all = append(all, v)
		}
	}
	document, err := AppendFile(nil, FileEntry{Value: all})
	require.NoError(t, err)
	got, ok := items(readWithEngine(t, [][]byte{document})[0].(*Object).Base)
	require.True(t, ok)
	require.Len(t, got, len(all))
	for i := range all {
		assert.Empty(t, difference(all[i], got[i]), "%d: %s", i, mustAppend(t, all[i]))
	}
}

// withoutPrivate takes away what PSSerializer adds from its table of types.
func withoutPrivate(v Value) Value {
	o := *v.(*Object)
	o.Extended = nil
	for _, p := range v.(*Object).Extended {
		if p.Name != "PSMessageDetails" {
			o.Extended = append(o.Extended, p)
		}
	}
	return &o
}

// withInvocation puts the property InvocationInfo in, of which a record made
// here has no use, and a collection whose type has a version in its name.
func withInvocation(o *Object, from Value) Value {
	for i, p := range o.Extended {
		if p.Name == "InvocationInfo" || p.Name == "PipelineIterationInfo" {
			o.Extended[i].Value, _ = from.(*Object).Property(p.Name)
		}
	}
	return o
}

// TestEngineReads: PowerShell reads generated objects, and writes them with the
// same meaning.
func TestEngineReads(t *testing.T) {
	t.Parallel()
	var values []Value
	var documents [][]byte
	for seed := range uint64(2000) {
		v := generate(seed, generatorOptions{engine: true})
		// As an argument of Serialize a container would lose its properties.
		document, err := AppendFile(nil, FileEntry{Value: List{v}})
		require.NoError(t, err)
		values, documents = append(values, v), append(documents, document)
	}
	for i, got := range readWithEngine(t, documents) {
		asEngine := asDeserialized(values[i], map[*Object]*Object{})
		require.Empty(t, difference(asEngine, got.(*Object).Base.(List)[0]), "seed %d: %s", i, documents[i])
	}
}

// asDeserialized is what PowerShell makes of a value by reading it.
func asDeserialized(v Value, seen map[*Object]*Object) Value {
	o, ok := asObject(v).(*Object)
	if !ok || o == nil {
		return v
	}
	if known := seen[o]; known != nil {
		return known
	}
	made := &Object{ToString: o.ToString}
	seen[o] = made
	for _, name := range o.TypeNames {
		made.TypeNames = append(made.TypeNames, "Deserialized."+name)
	}
	convert := func(values []Value) []Value {
		list := []Value{}
		for _, item := range values {
			list = append(list, asDeserialized(item, seen))
		}
		return list
	}
	switch base := o.Base.(type) {
	case List:
		made.Base = List(convert(base))
	case Enumerable:
		made.Base = List(convert(base)) // it reads an ArrayList
	case Stack:
		made.Base = Stack(convert(base))
	case Queue:
		made.Base = Queue(convert(base))
	case Dictionary:
		table := Dictionary{}
		for _, e := range base {
			table = append(table, Entry{e.Key, asDeserialized(e.Value, seen)})
		}
		made.Base = table
	default:
		made.Base = base
	}
	properties := func(p Properties) (converted Properties) {
		for i := range p {
			converted = append(converted, Property{p[i].Name, asDeserialized(p[i].Value, seen)})
		}
		return converted
	}
	made.Adapted, made.Extended = properties(o.Adapted), properties(o.Extended)
	return made
}
