//go:build linux

package cmdlets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// typed runs what somebody types as a console does: in the runspace that is entered,
// with the console's host, and with Out-Default behind it.
const typed = `
function typed($line, [switch] $alone) {
    $ps = [powershell]::Create()
    $ps.Runspace = $host.Runspace
    $null = $ps.AddScript($line)
    if (-not $alone) { $null = $ps.AddCommand('Out-String').AddParameter('Stream', $true) }
    $ps.Invoke([object[]] @(), [System.Management.Automation.PSInvocationSettings] @{ Host = $host; AddToHistory = $true })
    $ps.Streams.Error
    $ps.Dispose()
}
`

// TestRunspaceEnter: the genuine Enter-PSSession with a session that is written in
// Go: what is typed runs there, and Exit-PSSession there leaves it.
func TestRunspaceEnter(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)+"$at.ConfigurationName = 'winrmd.demo'"+typed))
	assert.Equal(t, "in Opened Available", c.one(t, `$s = New-PSSession @at -Name in; Enter-PSSession $s; $s | show`))
	assert.Equal(t, "True True", c.one(t, `"$($host.IsRunspacePushed) $([object]::ReferenceEquals($host.Runspace, $s.Runspace))"`))
	for line, want := range map[string][]string{
		`1 + 1`:                                    {"2"},
		`$PSVersionTable.PSEdition`:                {"Go"},
		`(Get-Command Get-Date).Name`:              {"Get-Date"},
		`Write-Error wrong -ErrorId mine; 'after'`: {"after", "ERROR mine: wrong"},
		`No-Such`:                                  {"", "ERROR CommandNotFoundException: The term 'No-Such' is not recognized as a name of a command of this endpoint. Get-Command lists those that it has."},
	} {
		assert.Equal(t, want, c.run(t, "typed '"+quoted(line)+"'"), line)
	}
	assert.Equal(t, []string{"", "1 + 1 | Out-String"}, c.run(t, `typed '$null' -alone; typed '(Get-History | Where-Object CommandLine -like ''1 + 1*'').CommandLine' -alone`))
	assert.Equal(t, "False", c.one(t, `typed 'Exit-PSSession' -alone; "$($host.IsRunspacePushed)"`))
	assert.Equal(t, "in Opened Available", c.one(t, `$s | show`), "the session goes on")
	assert.Empty(t, c.run(t, `Remove-PSSession $s`))
}

// implicit is what Import-PSSession does, with the engine's own classes: it asks
// for commands by GET_COMMAND_METADATA, reads what their parameters are, and makes
// functions that call the session as those of the cmdlet do. The cmdlet itself is in
// an assembly that the host has not.
const implicit = `
function implicit($session, [string[]] $name) {
    $ps = [powershell]::Create()
    $ps.Runspace = $session.Runspace
    $null = $ps.AddCommand('Get-Command').AddParameter('Name', $name).AddParameter('CommandType', [System.Management.Automation.CommandTypes] 'Cmdlet, Function')
    [powershell].GetProperty('IsGetCommandMetadataSpecialPipeline', [System.Reflection.BindingFlags] 'Instance, NonPublic, Public').SetValue($ps, $true)
    $ps.Invoke() | Where-Object { $_.psobject.TypeNames[0] -notlike '*GenericMeasureInfo' } | ForEach-Object {
        $command = $_.Name
        $parameters = foreach ($p in $_.Parameters.Values | Where-Object { $_.Name -notmatch 'Verbose|Debug|Action$|Variable$|^OutBuffer$' }) {
            $set = $p.ParameterSets['__AllParameterSets']
            $flags = $set.Flags
            $settings = @()
            if ($set.Position -ge 0) { $settings += "Position = $($set.Position)" }
            if ($flags -band 1) { $settings += 'Mandatory' }
            if ($flags -band 2) { $settings += 'ValueFromPipeline' }
            if ($flags -band 4) { $settings += 'ValueFromPipelineByPropertyName' }
            $type = [type] $p.ParameterType
            "[Parameter($($settings -join ', '))] [$($type.FullName)] ` + "`$" + `$($p.Name)"
        }
        $text = "[CmdletBinding(PositionalBinding = ` + "`$" + `false)] param($($parameters -join ",` + "`n" + `"))"
        $text += @'

end {
    Invoke-Command -HideComputerName -Session $s -Arg ('NAME', $PSBoundParameters, @()) -Script { param($name, $boundParams, $unboundParams) & $name @boundParams @unboundParams }
}
'@.Replace('NAME', $command)
        . ([scriptblock]::Create("function global:$command { $text }"))
        "$command $($_.CommandType)"
    }
}
`

// TestRunspaceImplicit: what Import-PSSession needs of an endpoint.
func TestRunspaceImplicit(t *testing.T) {
	t.Parallel()
	d := server(t, "")
	c := startClient(t, windowsHost)
	assert.Empty(t, c.run(t, login(t, d.HTTP)+"$at.ConfigurationName = 'winrmd.demo'"+implicit))
	assert.Equal(t, []string{"Get-Date 8", "Get-Random 8"}, c.run(t, `$s = New-PSSession @at; implicit $s 'Get-Date', 'Get-Rand*'`))
	assert.Equal(t, "1999", c.one(t, `(Get-Date -Year 1999).Year`))
	assert.Equal(t, "3", c.one(t, `Get-Random -Minimum 3 -Maximum 4`))
	assert.Equal(t, "ERROR MinGreaterThanOrEqualMax,Get-Random: The minimum must be less than the maximum.", c.one(t, `Get-Random -Minimum 4 -Maximum 4`))
	assert.Empty(t, c.run(t, `Remove-PSSession $s`))
}

// quoted is a text for a literal in single quotes.
func quoted(text string) string { return strings.ReplaceAll(text, "'", "''") }
