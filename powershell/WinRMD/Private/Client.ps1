# The client library as a file.

# Get-WinRMDLibraryName is the file's name, for which PowerShell looks.
function Get-WinRMDLibraryName {
    if ($IsMacOS) { 'libpsrpclient.dylib' } else { 'libpsrpclient.so' }
}

# Test-WinRMDLibrary reports whether a file is winrmd's library: it has a function
# that no other has.
function Test-WinRMDLibrary {
    param([string] $Path)
    if (-not [System.IO.File]::Exists($Path)) { return $false }
    [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes($Path)).Contains('WinRMDInvoke', [System.StringComparison]::Ordinal)
}

# Find-WinRMDBuiltLibrary finds the library that came with this module, or was built
# with it (make build).
function Find-WinRMDBuiltLibrary {
    $name = Get-WinRMDLibraryName
    foreach ($place in $env:WINRMD_CLIENT_LIBRARY, "$PSScriptRoot/../$name", "$PSScriptRoot/../../../bin/$name") {
        if ($place -and [System.IO.File]::Exists($place)) { return [System.IO.Path]::GetFullPath($place) }
    }
}

function Test-WinRMDSameFile {
    param([string] $One, [string] $Other)
    if (-not [System.IO.File]::Exists($One) -or -not [System.IO.File]::Exists($Other)) { return $false }
    $hashes = foreach ($path in $One, $Other) {
        [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($path)))
    }
    $hashes[0] -eq $hashes[1]
}

# The library that was there before is kept under this name.
$script:WinRMDBackup = '.before-winrmd'

# Copy-WinRMDFile puts a file in the place of another, at once: a PowerShell that has
# the other open goes on with it.
function Copy-WinRMDFile {
    param([string] $From, [string] $To)
    $new = "$To.new-winrmd"
    try {
        [System.IO.File]::Copy($From, $new, $true)
        [System.IO.File]::Move($new, $To, $true)
    } catch {
        [System.IO.File]::Delete($new)
        throw
    }
}

# Stop-WinRMDClient ends a command that may not write into PowerShell's directory.
function Stop-WinRMDClient {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Exception] $Cause, [string] $Directory, [string] $Library)
    $message = "It is not permitted to write in $Directory ($($Cause.Message)). Run the command as administrator: sudo pwsh -Command '$($Cmdlet.MyInvocation.MyCommand.Name)'."
    if ($Library) {
        $message += " Or leave the directory alone, if it has no $([System.IO.Path]::GetFileName($Library)), and start pwsh with the library in the environment: LD_LIBRARY_PATH=$([System.IO.Path]::GetDirectoryName($Library)) WINRMD_CLIENT_LIBRARY=$Library pwsh (macOS: DYLD_LIBRARY_PATH)."
    }
    $Cmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new(
        [System.UnauthorizedAccessException]::new($message, $Cause), 'WinRMDClientNotPermitted',
        [System.Management.Automation.ErrorCategory]::PermissionDenied, $Directory))
}

# Test-WinRMDNotPermitted reports whether an error is that a file cannot be written.
function Test-WinRMDNotPermitted {
    param([System.Exception] $Exception)
    $Exception -is [System.UnauthorizedAccessException] -or
        ($Exception -is [System.IO.IOException] -and $Exception -isnot [System.IO.FileNotFoundException] -and $Exception.Message -match 'Read-only')
}
