package format_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/psrp/clixml"
	"github.com/winrmd/winrmd/shell/runspace/format"
	"github.com/winrmd/winrmd/shell/runspace/value"
)

var update = flag.Bool("update", false, "write the golden files")

type row struct {
	Name  string
	Size  int64
	Ratio float64
}

type wide struct {
	A, B, C, D, Ending string
}

// shown are objects by what is said of them in the golden file.
func shown(t testing.TB) []struct {
	title   string
	width   int
	objects []any
} {
	t.Helper()
	return []struct {
		title   string
		width   int
		objects []any
	}{
		{"nothing", 0, nil},
		{"values", 0, []any{1, "text", nil, 1.5, true}},
		{"a table: numbers stand to the right", 0, []any{row{"a", 1, 0.5}, row{"longer", 1 << 40, 12}}},
		{"a table in narrow lines", 20, []any{row{"a name that is long", 1, 0.5}}},
		{"a table in lines of one character", 1, []any{row{"a name", 1, 0.5}}},
		{"two tables", 0, []any{row{"a", 1, 0}, map[string]any{"key": 1}}},
		{"a list: more than four properties", 0, []any{wide{"1", "2", "3", "4", "the last"}}},
		{"a hashtable", 0, []any{map[string]any{"b": []int{1, 2, 3, 4, 5, 6}}}},
		{"an error", 0, []any{(&clixml.ErrorRecord{
			Message: "it failed", FullyQualifiedErrorID: "Id,Get-It", Category: clixml.ObjectNotFound, CategoryActivity: "Get-It", CategoryReason: "Reason",
			CategoryTargetName: "x", CategoryTargetType: "String",
		}).Object()}},
		{"a date", 0, []any{time.Date(2024, 2, 3, 16, 5, 6, 0, time.UTC)}},
		{"what would break a line", 0, []any{row{"a\nb\tc\x1b[31m", 1, 0}}},
	}
}

func values(t testing.TB, all []any) []clixml.Value {
	t.Helper()
	var found []clixml.Value
	for _, one := range all {
		v, err := clixml.Marshal(one)
		require.NoError(t, err)
		found = append(found, v)
	}
	return found
}

// TestText compares what is shown with a golden file.
func TestText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, one := range shown(t) {
		b.WriteString("### " + one.title + "\n" + format.Text(values(t, one.objects), one.width))
	}
	path := filepath.Join("testdata", "text.golden.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// TestKnot: what holds itself is shown, too, and does not take all memory.
func TestKnot(t *testing.T) {
	t.Parallel()
	items := make([]clixml.Value, 1000)
	list := value.Array(items)
	o := clixml.NewCustomObject(clixml.Property{Name: "self", Value: list})
	for i := range items {
		items[i] = list
	}
	items[0] = o
	text := format.Text([]clixml.Value{o, list}, 0)
	assert.Contains(t, text, "self")
	assert.Less(t, len(text), 1<<20)
}

// FuzzText: whatever a value is, a table's lines are no longer than asked for, and
// nothing in a cell ends a line.
func FuzzText(f *testing.F) {
	f.Add("name", "value", 20, 1.5)
	f.Add("\n", "\x1b\r\n\xff", 1, math.NaN())
	f.Add(strings.Repeat("ä", 200), "", -5, math.Inf(1))
	f.Fuzz(func(t *testing.T, name, text string, width int, number float64) {
		o := clixml.NewCustomObject(clixml.Property{Name: name, Value: clixml.String(text)}, clixml.Property{Name: "n", Value: clixml.Double(number)})
		shown := format.Text([]clixml.Value{o, o}, width)
		if width <= 0 {
			width = format.DefaultWidth
		}
		for _, line := range strings.Split(shown, "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), max(width, 3), "%q", line) // two columns and a blank
		}
		require.Equal(t, 6, strings.Count(shown, "\n"), "%q", shown)
	})
}
