package language_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/runspace/language"
)

var update = flag.Bool("update", false, "write the golden files")

// understood are scripts of everything that the language has.
var understood = []string{
	"Get-Date", "Get-Command -Name Get-*, Out-* | Select-Object -First 2", "Start-Sleep -Seconds:1 -Verbose", "1..3 | % { $_ * 2 }",
	`'it''s' + "a $name and $($x.y) and ` + "`$no `u{41}" + `"`, "$a = $b = 1", "$h = @{ a = 1; 'b c' = 'x', 'y' }", "$h.a += $h['b c'][0]",
	"foreach ($i in 1, 2) { $i; # comment\n <# another #> $i }", "-not $true -and 1 -lt 2 -or !$false", "@(1; 2).Count", ",1", "- -1",
	"1 -ceq 2; 'a' -ilike 'A*'; 1 -in 1, 2", "0x1f + 1kb + 1.5 + 2e3 + 3l + 4d", "${a b}; $global:x; $_; $?", "Write-Output a$b/c -x", "($a = 1)",
}

// TestUnderstood compares what is read with a golden file.
func TestUnderstood(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, text := range understood {
		s, err := language.Parse(text)
		require.NoError(t, err, "%s", text)
		assert.Equal(t, text, s.Text)
		tree, err := json.MarshalIndent(s.Statements, "", " ")
		require.NoError(t, err)
		b.WriteString("### " + text + "\n" + string(tree) + "\n")
	}
	path := filepath.Join("testdata", "understood.golden.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// TestParserError: what is not understood is named, with its place.
func TestParserError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, id     string
		line, column int
		reason       string
	}{
		{"while ($true) { }", "NotSupported", 1, 1, "The keyword 'while'"},
		{"1\n  if (1) { 2 }", "NotSupported", 2, 3, "The keyword 'if'"},
		{"'ä'; [int]1", "NotSupported", 1, 6, "Types in brackets"},
		{"$a.ToString()", "NotSupported", 1, 12, "Methods"},
		{"1 -f 2", "NotSupported", 1, 3, "The operator -f"},
		{"a && b", "NotSupported", 1, 3, "The operator &&"},
		{"a > file", "NotSupported", 1, 3, "Redirection"},
		{"Get-Date @args", "NotSupported", 1, 10, "Splatting"},
		{"@'\nx\n'@", "NotSupported", 1, 1, "Here-strings"},
		{"$i++", "NotSupported", 1, 3, "The operator ++"},
		{"\"abc", "TerminatorExpectedAtEndOfString", 1, 1, "does not end"},
		{"'abc", "TerminatorExpectedAtEndOfString", 1, 1, "does not end"},
		{"(1", "MissingEndCurlyBrace", 1, 1, "does not end with ')'"},
		{"1 +", "ExpectedValueExpression", 1, 3, "'+'"},
		{"a |", "EmptyPipeElement", 1, 4, "after '|'"},
		{"1 = 2", "InvalidLeftHandSide", 1, 3, "left of '='"},
		{"@{ a }", "MissingEqualsInHashLiteral", 1, 6, "'='"},
		{"foreach (1 in 2) { }", "MissingVariableNameAfterForeach", 1, 10, "A variable"},
		{"<# no end", "MissingTerminatorMultiLineComment", 1, 1, "#>"},
		{"a )", "UnexpectedToken", 1, 3, "')'"},
		{strings.Repeat("(", language.MaxDepth+1), "ScriptTooComplicated", 1, language.MaxDepth + 1, "More than 100 brackets"},
		{strings.Repeat("!", language.MaxDepth+2) + "1", "ScriptTooComplicated", 1, language.MaxDepth + 2, "More than 100"},
		{strings.Repeat("$a=", language.MaxDepth+2) + "1", "ScriptTooComplicated", 1, 3*language.MaxDepth + 4, "More than 100"},
		{"1" + strings.Repeat("+1", language.MaxChain+1), "ScriptTooComplicated", 1, 2*language.MaxChain + 2, "More than 10000"},
		{"$a" + strings.Repeat(".a", language.MaxChain+1), "ScriptTooComplicated", 1, 2*language.MaxChain + 5, "More than 10000"},
		{strings.Repeat(" ", language.MaxSize+1), "ScriptTooLarge", 1, 1, "1048577 bytes"},
	} {
		_, err := language.Parse(test.text)
		var e *language.ParserError
		if !assert.ErrorAs(t, err, &e, "%.40s", test.text) {
			continue
		}
		assert.Equal(t, test.id, e.ID, "%.40s", test.text)
		assert.Equal(t, []int{test.line, test.column}, []int{e.Position.Line, e.Position.Column}, "%.40s", test.text)
		assert.Contains(t, e.Reason, test.reason, "%.40s", test.text)
	}
}

// TestDepth: as many brackets as are allowed are read.
func TestDepth(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("(", language.MaxDepth) + "1" + strings.Repeat(")", language.MaxDepth),
		strings.Repeat("a {", language.MaxDepth) + strings.Repeat("}", language.MaxDepth),
		"1" + strings.Repeat("+1", language.MaxChain-1),
	} {
		_, err := language.Parse(text)
		assert.NoError(t, err, "%.40s", text)
	}
}

// TestLongScript: the time for a script is in proportion to its length.
func TestLongScript(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"one line": "$a;", "lines": "$a.b=@{c='d'}\n", "nested": "(($a))\n;"} {
		begun := time.Now()
		s, err := language.Parse(strings.Repeat(part, language.MaxSize/len(part)))
		require.NoError(t, err, name)
		assert.Len(t, s.Statements, language.MaxSize/len(part), name)
		assert.Less(t, time.Since(begun), 2*time.Minute, name) // the square of it takes more
	}
}

// FuzzParse: whatever a client sends is a script or a ParserError with a place in
// it, and a block that was read can be read again.
func FuzzParse(f *testing.F) {
	for _, text := range understood {
		f.Add(text)
	}
	for _, text := range []string{"$(", "@{a=", "\"$(\"$('", "foreach($a in", "1..", "${", "`", "-", "a -b:", "\xff$\xffé", "<#", "$a[", "a.1.", "&&"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := language.Parse(text)
		if err != nil {
			var e *language.ParserError
			require.ErrorAs(t, err, &e)
			require.NotEmpty(t, e.ID)
			require.NotEmpty(t, e.Reason)
			require.True(t, e.Position.Offset >= 0 && e.Position.Offset <= len(text), "%+v", e.Position)
			before := text[:e.Position.Offset]
			require.Equal(t, strings.Count(before, "\n")+1, e.Position.Line)
			require.Equal(t, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))+1, e.Position.Column)
			return
		}
		for _, one := range s.Statements {
			require.LessOrEqual(t, one.At().Offset, len(text))
			p, ok := one.(*language.Pipeline)
			if !ok {
				continue
			}
			if b, ok := p.Head.(*language.Block); ok {
				_, err := language.Parse(b.Script.Text)
				require.NoError(t, err, "%q", b.Script.Text)
			}
		}
	})
}
