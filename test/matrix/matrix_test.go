package matrix

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocument: docs/interoperability.md is what the tests have noted.
func TestDocument(t *testing.T) {
	want, err := document()
	require.NoError(t, err)
	if os.Getenv(updateVariable) == "true" {
		require.NoError(t, os.WriteFile(documentPath(), want, 0o644))
	}
	got, err := os.ReadFile(documentPath())
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "make interoperability")
}

// TestStale: what was run and is not in the table is said, and the other way
// round where everything ran.
func TestStale(t *testing.T) {
	a, b := Row{"c", "one", "s"}, Row{"c", "two", "s"}
	set := func(rows ...Row) map[Row]bool {
		all := map[Row]bool{}
		for _, row := range rows {
			all[row] = true
		}
		return all
	}
	t.Setenv("CI", "true")
	require.NoError(t, compare("x", set(a, b), set(a, b), true))
	require.NoError(t, compare("x", set(a, b), set(a), false))
	require.ErrorContains(t, compare("x", set(a, b), set(a), true), "no test does it: c\ttwo\ts")
	require.ErrorContains(t, compare("x", set(a), set(a, b), false), "not in the table: c\ttwo\ts")
}

// TestRan: what fails or is skipped is not noted.
func TestRan(t *testing.T) {
	before := noted
	noted = &notes{rows: map[Row]bool{}}
	t.Cleanup(func() { noted = before })
	t.Run("passes", func(t *testing.T) { Ran(t, "c", "o", "s") })
	skipped := &outcome{TB: t, skipped: true}
	Ran(skipped, "c", "skipped", "s")
	failed := &outcome{TB: t, failed: true}
	Ran(failed, "c", "failed", "s")
	skipped.end()
	failed.end()
	assert.Equal(t, map[Row]bool{{"c", "o", "s"}: true}, noted.rows)
}

// outcome is a test that has ended.
type outcome struct {
	testing.TB
	skipped, failed bool
	cleanup         func()
}

func (o *outcome) Skipped() bool    { return o.skipped }
func (o *outcome) Failed() bool     { return o.failed }
func (o *outcome) Cleanup(f func()) { o.cleanup = f }
func (o *outcome) end()             { o.cleanup() }
func (o *outcome) Helper()          {}

func TestTable(t *testing.T) {
	text := string(render(map[Row]bool{{"x", "b", "HTTP"}: true, {"x", "a", "HTTPS"}: true, {"winrm", "a", "HTTP"}: true}))
	assert.Contains(t, text, "\n## winrm\n")
	assert.Contains(t, text, "\n## x\n\n| operation | HTTP | HTTPS |\n| --- | :---: | :---: |\n| a |   | ✓ |\n| b | ✓ |   |\n")
}
