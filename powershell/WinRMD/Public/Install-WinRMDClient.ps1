if ($IsWindows) { return }
<#
.SYNOPSIS
Installs the client library with which PowerShell speaks WS-Management.
.DESCRIPTION
PowerShell for Linux and macOS reaches WSMan through a library of the name libpsrpclient,
which it looks for in its own directory. This puts winrmd's there: New-PSSession,
Invoke-Command and Enter-PSSession then work with -ComputerName, to winrmd and to Windows,
and the commands of this module too.

A library that is there already is kept beside it, and Uninstall-WinRMDClient puts it back.
If winrmd's library is there already, nothing is done. PowerShells that run keep what they
have; those that are started from then on use the new one.
.PARAMETER Path
The library. Without it: what the variable WINRMD_CLIENT_LIBRARY of the environment names,
that in the directory of this module, or what make build has put in bin.
.PARAMETER Destination
PowerShell's directory. Without it that is $PSHOME, the directory of this PowerShell.
.EXAMPLE
sudo pwsh -Command 'Import-Module WinRMD; Install-WinRMDClient'
.EXAMPLE
Install-WinRMDClient -Path ./bin/libpsrpclient.so -WhatIf
.OUTPUTS
An object with Library, Action (Installed, Replaced or Unchanged) and Backup.
.LINK
Uninstall-WinRMDClient
#>
function Install-WinRMDClient {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,
        [ValidateNotNullOrEmpty()]
        [string] $Destination = $PSHOME
    )
    $source = if ($Path) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path) } else { Find-WinRMDBuiltLibrary }
    if (-not $source -or -not (Test-WinRMDLibrary $source)) {
        $message = if ($source) { "$source is not the client library of winrmd." }
        else { "There is no $(Get-WinRMDLibraryName) with this module. Name it with -Path; make build makes it." }
        $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new(
            [System.IO.FileNotFoundException]::new($message), 'WinRMDClientNotFound', [System.Management.Automation.ErrorCategory]::ObjectNotFound, $source))
    }
    $directory = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
    if (-not [System.IO.Directory]::Exists($directory)) {
        $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new(
            [System.IO.DirectoryNotFoundException]::new("There is no directory $directory."), 'WinRMDClientNoDirectory', [System.Management.Automation.ErrorCategory]::ObjectNotFound, $directory))
    }
    $target = [System.IO.Path]::Combine($directory, (Get-WinRMDLibraryName))
    $backup = $target + $script:WinRMDBackup
    $result = [pscustomobject] @{ Library = $target; Action = 'Unchanged'; Backup = $null }
    if ([System.IO.File]::Exists($backup)) { $result.Backup = $backup }
    if (Test-WinRMDSameFile $source $target) { return $result }
    if (-not $PSCmdlet.ShouldProcess($target, 'Install the client library')) { return }
    $exists = [System.IO.File]::Exists($target)
    try {
        if ($exists -and -not (Test-WinRMDLibrary $target)) {
            Copy-WinRMDFile $target $backup
            $result.Backup = $backup
        }
        Copy-WinRMDFile $source $target
    } catch {
        $cause = Get-WinRMDCause $_
        if (-not (Test-WinRMDNotPermitted $cause)) { throw }
        Stop-WinRMDClient $PSCmdlet $cause $directory ($exists ? $null : $source)
    }
    $result.Action = $exists ? 'Replaced' : 'Installed'
    $result
}
