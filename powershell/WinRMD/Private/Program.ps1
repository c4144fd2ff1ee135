# The program winrmd, with which session configurations of this machine are
# administered.

# Find-WinRMDProgram finds it: what -WinRMDPath or WINRMD names, or winrmd on PATH.
function Find-WinRMDProgram {
    param([System.Collections.IDictionary] $Parameters)
    foreach ($candidate in $Parameters['WinRMDPath'], $env:WINRMD) {
        if (-not $candidate) { continue }
        if (-not [System.IO.File]::Exists($candidate)) { throw [System.IO.FileNotFoundException]::new("There is no program $candidate.") }
        return [System.IO.Path]::GetFullPath($candidate)
    }
    $name = if ($IsWindows) { 'winrmd.exe' } else { 'winrmd' }
    foreach ($directory in ([string] $env:PATH).Split([System.IO.Path]::PathSeparator)) {
        $candidate = [System.IO.Path]::Combine($directory, $name)
        if ([System.IO.File]::Exists($candidate)) { return $candidate }
    }
    throw [System.IO.FileNotFoundException]::new('The program winrmd is not on PATH. Name it with -WinRMDPath or in the variable WINRMD of the environment, or name the server with -ComputerName.')
}

# Find-WinRMDState finds the server's state directory: what -State or WINRMD_STATE
# names, or that of winrmd's package.
function Find-WinRMDState {
    param([System.Collections.IDictionary] $Parameters)
    foreach ($candidate in $Parameters['State'], $env:WINRMD_STATE, '/var/lib/winrmd') {
        if (-not $candidate) { continue }
        if ([System.IO.Directory]::Exists($candidate)) { return [System.IO.Path]::GetFullPath($candidate) }
        if ($candidate -ne '/var/lib/winrmd') { throw [System.IO.DirectoryNotFoundException]::new("There is no directory $candidate.") }
    }
    throw [System.IO.DirectoryNotFoundException]::new('Name the state directory of the server with -State or in the variable WINRMD_STATE of the environment, or name the server with -ComputerName.')
}

# Invoke-WinRMDProgram runs winrmd configuration, hands it a text and returns what it
# prints. What it says of things without effect becomes warnings.
function Invoke-WinRMDProgram {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [string] $Verb, [string[]] $Arguments, [string] $InputText)
    $start = [System.Diagnostics.ProcessStartInfo]::new((Find-WinRMDProgram $Parameters))
    foreach ($argument in @('configuration', $Verb, '--state', (Find-WinRMDState $Parameters)) + $Arguments) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $failures = $process.StandardError.ReadToEndAsync()
        $output = $process.StandardOutput.ReadToEndAsync()
        try { $process.StandardInput.Write($InputText); $process.StandardInput.Close() } catch [System.IO.IOException] {
            $null = $_ # It has ended, and says why.
        }
        $process.WaitForExit()
        Write-WinRMDDoubt $Cmdlet $failures.Result ($process.ExitCode -ne 0)
        $output.Result
    } finally {
        $process.Dispose()
    }
}

# Write-WinRMDDoubt makes warnings of what winrmd wrote on standard error, or throws
# the error that it is.
function Write-WinRMDDoubt {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Text, [bool] $Failed)
    $errors = foreach ($line in $Text.Split("`n")) {
        $line = $line.TrimEnd()
        if (-not $line) { continue }
        if ($line -match '^(note|warning): (.*)$') { $Cmdlet.WriteWarning($Matches[2]); continue }
        $line -replace '^(Error|winrmd): ', ''
    }
    if ($Failed) { throw [System.InvalidOperationException]::new(($errors -join ' ')) }
}
