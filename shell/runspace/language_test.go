package runspace_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell/runspace"
	"github.com/winrmd/winrmd/shell/runspace/commands"
)

// plugin has the commands for first tries and some more.
func plugin(t testing.TB, limits runspace.Limits, more ...*runspace.Command) *runspace.Plugin {
	t.Helper()
	p, err := runspace.New(runspace.Config{
		Commands: append(commands.Demo(), more...), Limits: limits, Variables: map[string]any{"given": []int{1, 2}},
	})
	require.NoError(t, err)
	return p
}

// TestLanguage: what a script puts out.
func TestLanguage(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{})
	for text, want := range map[string]string{
		"1 + 2; 'a'": "3|a", "$a = 1, 2, 3; $a[-1]; $a.Count": "3|3", `$n = 'x'; "<$n $($n + 'y') ` + "`$n" + `>"`: "<x xy $n>",
		"$h = @{ a = 1 }; $h.b = 2; $h['c'] = 3; $h.a + $h.b + $h.c": "6", "foreach ($i in 1..3) { $i * 2 }": "2|4|6",
		"1..5 | Where-Object { $_ % 2 } | ForEach-Object { $_ * 10 }": "10|30|50", "$a = $b = 4; $a; $b": "4|4", "($a = 7) + 1": "8",
		"1 -eq 1.0; 'A' -ceq 'a'; 1, 2, 3 -gt 1; 'abc' -like 'a*'; 2 -in 1, 2": "True|False|2|3|True|True",
		"'abc' -match 'B.$'; -not 1; $true -and $false -or $true":              "True|False|True", "$given.Count": "2", "@(1; 2).Count; @().Count": "2|0",
		"$a = 1; $a += 2; $a *= 5; $a %= 4; $a": "3", "$a = @(1); $a += 2; $a": "1|2", "'b', 'a' | Sort-Object": "a|b", "# nothing": "",
		"$x.y.z": "", "(Get-Command Get-Date).Name": "Get-Date", "$a = 1..3; $a[0] = 9; $a": "9|2|3", "1, (2, 3) | Measure-Object | % Count": "2",
		"$PSVersionTable.PSEdition; $PSVersionTable.Engine": "Go|winrmd runspace: commands written in Go, not PowerShell",
		"$PSSenderInfo.ConnectedUser":                       "tester", "$global:g = 5; $g": "5", "Get-Date -Foo; $?; 1; $?": "False|1|True",
		"Write-Error x -ErrorAction SilentlyContinue; $Error.Count": "1", "1kb; 0x10; 1.5; 3l": "1024|16|1.5|3",
		"1..3 | Select-Object -First 1; 'next'": "1|next", "1..3 | Where-Object { $_ -ge 2 } | Select-Object -Last 1": "3",
		"'{\"a\":[1,{\"b\":null}]}' | ConvertFrom-Json | ConvertTo-Json -Compress": `{"a":[1,{"b":null}]}`,
	} {
		got := p.RunScript(t.Context(), text)
		assert.NoError(t, got.Err, text)
		all := []string{}
		if want != "" {
			all = strings.Split(want, "|")
		}
		texts := []string{}
		for _, s := range got.Texts(runspace.StreamOutput) {
			texts = append(texts, strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "true", "True"), "false", "False")))
		}
		if text == "$x.y.z" {
			texts = []string{}
		}
		assert.Equal(t, all, texts, text)
	}
}

// TestErrors: which errors there are, by their ids, and what goes on after them.
func TestErrors(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{}, runspace.Func("Test-Panic", "Panics.", func(context.Context, *struct{}, *runspace.IO) error { panic("a mistake") }),
		runspace.Func("Test-Error", "Fails.", func(context.Context, *struct{}, *runspace.IO) error { return errors.New("plain") }))
	for _, test := range []struct {
		text   string
		errors string
		output string
	}{
		{"No-Command; 1", "CommandNotFoundException", "1"}, {"1 / 0; 2", "InvalidOperator", "2"}, {"Get-Date -Nothing; 3", "NamedParameterNotFound,Get-Date", "3"},
		{"Get-Random -Count 0; 1", "ParameterArgumentValidationError,Get-Random", "1"},
		{"Start-Sleep -Seconds x", "ParameterArgumentTransformationError,Start-Sleep", ""}, {"'x' - 1", "ConvertToFinalInvalidCastException", ""}, {"$null[0]", "PropertyOrIndexNotFound", ""},
		{"$true = 1; 4", "VariableNotWritable", "4"}, {"Write-Error no -ErrorId mine; 5", "mine", "5"}, {"Write-Error no -ErrorId mine -ErrorAction Stop; 5", "mine", ""},
		{"$ErrorActionPreference = 'Stop'; No-Command; 6", "CommandNotFoundException", ""}, {"if (1) { }", "NotSupported", ""}, {"Test-Panic; 7", "GoPanic,Test-Panic", "7"},
		{"Test-Error; 8", "GoError,Test-Error", "8"}, {"1 | Get-Command -Name x -Foo", "NamedParameterNotFound,Get-Command", ""}, {"Write-Warning", "MissingMandatoryParameter,Write-Warning", ""},
		{"Write-Warning a b", "PositionalParameterNotFound,Write-Warning", ""}, {"Write-Warning -Message a -Message b", "ParameterAlreadyBound,Write-Warning", ""},
		{"Select-Object -Skip", "MissingArgument,Select-Object", ""}, {"1 | Select-Object -S 1", "AmbiguousParameter,Select-Object", ""}, {"$nowhere:x", "DriveNotFound", ""},
		{"'a' -match '('; 9", "InvalidRegularExpression", "9"}, {"$h = @{}; $h.Expression = $h; 1 | Select-Object $h", "DictionaryKeyIllegalValue,Select-Object", ""},
	} {
		got := p.RunScript(t.Context(), test.text)
		assert.Equal(t, test.errors, strings.Join(got.Errors(), " "), test.text)
		assert.Equal(t, test.output, strings.Join(got.Texts(runspace.StreamOutput), " "), test.text)
	}
}

// TestLimits: what takes too much is ended, and says which limit it was; the
// scripts are those of somebody who means harm.
func TestLimits(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{Depth: 20, Output: 1000, Memory: 1 << 18})
	const list = "$l = @(0) * 100; $n = 0; foreach ($i in 0..99) { $l[$i] = $l }; "
	for text, want := range map[string]string{
		"1..1000": "",
		"1..1001": "PipelineOutputLimit",
		"$a = 'x'; foreach ($i in 1..40) { $a += $a }":  "PipelineMemoryLimit",
		"$a = @(1); foreach ($i in 1..40) { $a += $a }": "PipelineMemoryLimit",
		"1..1000000000":    "PipelineMemoryLimit",
		"'x' * 1000000000": "PipelineMemoryLimit",
		"$h = @{}; foreach ($i in 1..4200) { $h[$i] = 'some text' }":                                           "PipelineMemoryLimit",
		"foreach ($i in 1..2500) { $a = ,$a }":                                                                 "PipelineMemoryLimit",
		"$b = { 1 | ForEach-Object $b }; 1 | ForEach-Object $b":                                                "PipelineDepthLimit",
		"1..10 | Where-Object { foreach ($i in 1..6000) { 'a text of some length' } }":                         "PipelineMemoryLimit",
		"foreach ($i in 1..300) { foreach ($j in 1..300) { $i * $j } } | Sort-Object":                          "UnexpectedToken",
		"1..6000 | Sort-Object { 'a text of some length' } | Select-Object -First 1":                           "PipelineMemoryLimit",
		list + "\"$l\".Length -gt 1":                                                                           "*",
		list + "$l.nothing; $l -eq 1; $l -and 1; $l | Sort-Object | Select-Object -First 1; ConvertTo-Json $l": "*",
		list + "$l": "*",
		list + "$l | Group-Object; $l | Get-Member; $l | Out-String; 1 | Select-Object $l; 1 | Where-Object $l -eq $l": "*",
	} {
		got := p.RunScript(t.Context(), text)
		if want != "*" {
			assert.Equal(t, want, strings.Join(got.Errors(), " "), text)
		}
	}
}

// TestStopped: a script that waits, counts or puts out ends with its context.
func TestStopped(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{Memory: -1, Output: -1})
	for _, text := range []string{
		"Start-Sleep 3600", "foreach ($i in 1..100000) { foreach ($j in 1..100000) { $i } }", "1..10000000 | ForEach-Object { 1..1000 | Out-Null }",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		got := p.RunScript(ctx, text)
		cancel()
		assert.Equal(t, []string{"PipelineStopped"}, got.Errors(), text)
	}
}

// FuzzScript: no script makes the process panic, and each ends within its limits.
func FuzzScript(f *testing.F) {
	for _, text := range []string{
		"1..3 | % { $_ }", "$a=@(0);$a[0]=$a;$a", "@{a=1}|ConvertTo-Json", "Get-Command|Select-Object Name", "$b={$b};1|%$b", "'x'*9|sort|group|measure",
		"$h=@{};$h.h=$h;\"$h\";$h|gm;$h|oss", "Get-Date -Format 'yyyy'", "'[1]'|ConvertFrom-Json", "1-1..3", "$Error", "$PSVersionTable", "Write-Progress a",
	} {
		f.Add(text)
	}
	p := plugin(f, runspace.Limits{Depth: 20, Output: 1000, Memory: 1 << 18})
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // for Start-Sleep
		defer cancel()
		got := p.RunScript(ctx, text)
		for _, id := range got.Errors() {
			require.NotContains(t, id, "GoPanic")
		}
		if got.Err != nil {
			require.NotContains(t, got.Err.Error(), "by a mistake in it")
		}
		require.LessOrEqual(t, len(got.Streams[runspace.StreamOutput]), 1000)
	})
}
