if ($IsWindows) { return }
<#
.SYNOPSIS
Removes the client library that Install-WinRMDClient has installed.
.DESCRIPTION
The library that was there before is put back. If the library is not winrmd's, nothing is
done.
.PARAMETER Destination
PowerShell's directory. Without it that is $PSHOME, the directory of this PowerShell.
.EXAMPLE
sudo pwsh -Command 'Import-Module WinRMD; Uninstall-WinRMDClient'
.OUTPUTS
An object with Library and Action (Removed, Restored or Unchanged).
.LINK
Install-WinRMDClient
#>
function Uninstall-WinRMDClient {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [ValidateNotNullOrEmpty()]
        [string] $Destination = $PSHOME
    )
    $directory = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
    $target = [System.IO.Path]::Combine($directory, (Get-WinRMDLibraryName))
    $backup = $target + $script:WinRMDBackup
    $result = [pscustomobject] @{ Library = $target; Action = 'Unchanged' }
    if (-not (Test-WinRMDLibrary $target)) { return $result }
    if (-not $PSCmdlet.ShouldProcess($target, 'Uninstall the client library')) { return }
    try {
        if ([System.IO.File]::Exists($backup)) {
            [System.IO.File]::Move($backup, $target, $true)
            $result.Action = 'Restored'
        } else {
            [System.IO.File]::Delete($target)
            $result.Action = 'Removed'
        }
    } catch {
        $cause = Get-WinRMDCause $_
        if (-not (Test-WinRMDNotPermitted $cause)) { throw }
        Stop-WinRMDClient $PSCmdlet $cause $directory
    }
    $result
}
