package runspace_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/winrmd/winrmd/shell/runspace"
)

// TestCommands: what the commands that come with an endpoint put out.
func TestCommands(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{})
	for _, test := range []struct{ script, want string }{
		{"3, 1, 2 | Sort-Object", "1 2 3"}, {"3, 1, 2, 3 | Sort-Object -Descending -Unique", "3 2 1"}, {"'b', 'A', 'c' | Sort-Object -Top 2", "A b"},
		{"@{n=2}, @{n=1} | Sort-Object n | % n", "1 2"}, {"'aaa', 'b' | Sort-Object { $_.Length }", "b aaa"},
		{"@{a=1;b=1}, @{a=1;b=2} | Sort-Object a, @{ Expression = 'b'; Descending = $true } | % b", "2 1"},
		{"1..6 | Group-Object { $_ % 2 } | % { \"$($_.Name): $($_.Group)\" }", "0: 2 4 6 1: 1 3 5"}, {"'a', 'A' | Group-Object | % Count", "2"},
		{"'a', 'A' | Group-Object -CaseSensitive -NoElement | % Count", "1 1"},
		{"1..10 | Select-Object -Skip 2 -First 3", "3 4 5"}, {"1..10 | Select-Object -Last 2", "9 10"}, {"1..4 | Select-Object -SkipLast 3", "1"},
		{"1..5 | Select-Object -Index 0, 4", "1 5"}, {"1, 1, 2 | Select-Object -Unique", "1 2"},
		{"'{\"a\":1,\"b\":2}' | ConvertFrom-Json | Select-Object -ExcludeProperty a | ConvertTo-Json -Compress", `{"b":2}`},
		{"'{\"a\":[1,2]}' | ConvertFrom-Json | Select-Object -ExpandProperty a", "1 2"},
		{"'{\"a\":1}' | ConvertFrom-Json | Select-Object @{ Name = 'n'; Expression = { $_.a + 1 } } | ConvertTo-Json -Compress", `{"n":2}`},
		{"1..4 | Measure-Object -Sum -Average -Maximum -Minimum | % { $_.Count, $_.Sum, $_.Average, $_.Maximum, $_.Minimum }", "4 10 2.5 4 1"},
		{"'a b', 'c' | Measure-Object -Word -Line -Character | % { $_.Words, $_.Lines, $_.Characters }", "3 2 4"},
		{"1, 2, 3 | Where-Object { $_ -ne 2 }", "1 3"}, {"'ab', 'cd' | Where-Object Length -eq 2", "ab cd"}, {"'ab', 'c' | ? Length -gt 1", "ab"},
		{"1..3 | ForEach-Object { 'begin' } { $_ } { 'end' }", "begin 1 2 3 end"}, {"'ab' | % Length", "2"}, {"1 | % { 2 }, { 3 }", "2 3"}, {"'ab' | ForEach-Object -MemberName Length", "2"},
		{"1..2 | ForEach-Object -Begin { 'b' } -Process { $_ } -End { 'e' }", "b 1 2 e"},
		{"@{ a = 1 } | ConvertTo-Json -Compress", `{"a":1}`}, {"1, 2 | ConvertTo-Json -Compress", "[1,2]"}, {"1 | ConvertTo-Json -AsArray -Compress", "[1]"},
		{"'[1,{\"x\":true}]' | ConvertFrom-Json | % { $_.x }", "$null True"}, {"('{\"a\":1}' | ConvertFrom-Json -AsHashtable).Count", "1"},
		{"'a', 'b' | Out-String -Stream", "a b"}, {"1 | Out-Null", ""}, {"Write-Output 1, 2", "1 2"}, {"(Write-Output 1, 2 -NoEnumerate).Count", "2"},
		{"Get-Command Get-D*, Exit-* | % Name", "Exit-PSSession Get-Date"}, {"(Get-Command gcm).CommandType", "Alias"}, {"Get-FormatData x", ""},
		{"(Get-Command Start-Sleep).Parameters.Seconds.ParameterType", "System.Double"}, {"$a = 1; (Get-Variable a).Value; Get-Variable a -ValueOnly", "1 1"},
		{"'{\"b\":1}' | ConvertFrom-Json | Get-Member | % { $_.Name, $_.MemberType }", "b NoteProperty"}, {"(Get-Help Get-Date).Name", "Get-Date"},
		{"Get-Date -Date '2024-02-03 04:05:06' -Format 'yyyy-MM-dd HH:mm:ss'", "2024-02-03 04:05:06"}, {"(Get-Date -Year 1999).Year", "1999"},
		{"Get-Random -Minimum 3 -Maximum 4", "3"}, {"(1..5 | Get-Random -Count 3 | Measure-Object).Count", "3"},
		{"(1..9 | Get-Random -SetSeed 1) -eq (1..9 | Get-Random -SetSeed 1)", "True"}, {"(Get-Process | Measure-Object).Count", "1"}, {"Start-Sleep -Milliseconds 1; 'slept'", "slept"},
		{"Write-Output x -OutVariable v | Out-Null; $v", "x"}, {"Write-Warning w -WarningVariable v -WarningAction SilentlyContinue; \"$($v.Count)\"", "1"},
		{"Set-Variable a 1; Set-Variable b, c 2; $a; $b; $c", "1 2 2"}, {"Set-Variable -Name x -Value 7 -Scope Global -PassThru | % Value", "7"},
		{"Invoke-Expression '1; 2'; '3' | iex", "1 2 3"}, {"1, 2 | % { iex '$_ * 2' }", "2 4"}, {"iex '$q = 5'; $q", "5"}, {"Get-History", ""},
	} {
		got := p.RunScript(t.Context(), test.script)
		assert.Empty(t, got.Errors(), test.script)
		assert.Equal(t, test.want, strings.Join(got.Texts(runspace.StreamOutput), " "), test.script)
	}
}

// TestStreams: what a preference or a common parameter lets through.
func TestStreams(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{})
	for _, test := range []struct {
		script string
		stream runspace.Stream
		want   string
	}{
		{"Write-Warning a; Write-Warning b -WarningAction Ignore", runspace.StreamWarning, "a"},
		{"Write-Verbose a; Write-Verbose b -Verbose; $VerbosePreference = 'Continue'; Write-Verbose c", runspace.StreamVerbose, "b c"},
		{"Write-Debug a; Write-Debug b -Debug; $DebugPreference = 'Continue'; Write-Debug c -Debug:$false; Write-Debug d", runspace.StreamDebug, "b d"},
		{"Write-Information a -Tags t; Write-Host b; Write-Information c -InformationAction Ignore", runspace.StreamInformation, "a b"},
		{"Write-Progress a -Status s; $ProgressPreference = 'SilentlyContinue'; Write-Progress b", runspace.StreamProgress, "a"},
		{"Write-Error a; Write-Error b -ErrorAction Ignore; Write-Error c -ErrorAction SilentlyContinue", runspace.StreamError, "a"},
	} {
		got := p.RunScript(t.Context(), test.script)
		assert.NoError(t, got.Err, test.script)
		assert.Len(t, got.Streams[test.stream], len(strings.Fields(test.want)), test.script)
		for i, word := range strings.Fields(test.want) {
			assert.Contains(t, got.Texts(test.stream)[i], word, test.script)
		}
	}
}

// TestCommandErrors: what the commands refuse, by the ids of their errors.
func TestCommandErrors(t *testing.T) {
	t.Parallel()
	p := plugin(t, runspace.Limits{})
	for script, want := range map[string]string{
		"Get-Command No-Such": "CommandNotFoundException,Get-Command", "'{' | ConvertFrom-Json": "InvalidJson,ConvertFrom-Json",
		"'x' | Measure-Object -Sum": "NonNumericInputObject,Measure-Object", "1 | Select-Object -ExpandProperty x": "ExpandPropertyNotFound,Select-Object",
		"1 | Measure-Object x -Sum": "GenericMeasurePropertyNotFound,Measure-Object", "Get-Random -Minimum 2 -Maximum 1": "MinGreaterThanOrEqualMax,Get-Random",
		"Get-Process no-such": "NoProcessFoundForGivenName,Get-Process", "Get-Date -UFormat %Y": "InvalidUFormat,Get-Date",
		"Write-Error x -Category Nonsense": "ParameterArgumentTransformationError,Write-Error", "Read-Host": "GoError,Read-Host",
		"Get-Help No-Such": "HelpNotFound,Get-Help", "1 | Sort-Object @{ a = 1 }": "DictionaryKeyUnknown,Sort-Object",
	} {
		assert.Equal(t, want, strings.Join(p.RunScript(t.Context(), script).Errors(), " "), script)
	}
}
