if (Test-WinRMDEngineCommand 'Enable-PSSessionConfiguration') { return }
<#
.SYNOPSIS
Lets sessions be opened with session configurations.
.DESCRIPTION
Where a permission shuts the network out, it does so no longer.

On Windows this is PowerShell's own command, for the WinRM service; here it is for winrmd: that of
this machine, or with -ComputerName another.
.PARAMETER Name
Names. Wildcards are permitted. Without it that is Microsoft.PowerShell.
.PARAMETER Force
Kept for scripts of Windows: nobody is asked anyway.
.PARAMETER NoServiceRestart
Kept for scripts of Windows: nothing is ever restarted. A server uses what was changed for
the sessions that are opened from then on.
.PARAMETER SecurityDescriptorSddl
Who may open sessions, from now on.
.PARAMETER SkipNetworkProfileCheck
Kept for scripts of Windows, without effect.
.PARAMETER WinRMDPath
The program winrmd of this machine. Without it: what the variable WINRMD of the environment
names, or winrmd on PATH.
.PARAMETER State
The state directory of the server of this machine. Without it: what the variable
WINRMD_STATE of the environment names, or /var/lib/winrmd.
.PARAMETER ComputerName
The server whose session configurations these are. Without it that is the one of this
machine. At a server they are for those whom its setting Administrators names.
.PARAMETER Credential
Who logs on at the server.
.PARAMETER Authentication
How: Default, Basic, Negotiate, Kerberos, Credssp or ClientCertificate.
.PARAMETER CertificateThumbprint
The certificate with which to log on.
.PARAMETER Port
The port, in place of 5985 or, with -UseSSL, 5986.
.PARAMETER UseSSL
Uses TLS.
.PARAMETER SessionOption
What New-WSManSessionOption made.
.EXAMPLE
Enable-PSSessionConfiguration -Name Test
.EXAMPLE
Get-PSSessionConfiguration | Enable-PSSessionConfiguration
.OUTPUTS
Nothing.
.LINK
Get-PSSessionConfiguration
#>
function Enable-PSSessionConfiguration {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name = 'Microsoft.PowerShell',
        [switch] $Force,
        [string] $SecurityDescriptorSddl,
        [switch] $SkipNetworkProfileCheck,
        [switch] $NoServiceRestart,
        [string] $WinRMDPath,
        [string] $State,
        [Alias('Cn')]
        [string] $ComputerName,
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,
        [object] $Authentication,
        [string] $CertificateThumbprint,
        [ValidateRange(1, 65535)]
        [int] $Port,
        [switch] $UseSSL,
        [object] $SessionOption
    )
    process {
        $parameters = $PSBoundParameters
        $command = $MyInvocation.MyCommand.Name
        Invoke-WinRMDChange $PSCmdlet $Name {
            foreach ($pattern in $Name) {
                $found = @(Get-WinRMDPlugin $PSCmdlet $parameters $pattern)
                if ($found.Count -eq 0) { Write-WinRMDNoPlugin $PSCmdlet $pattern }
                foreach ($plugin in $found) {
                    if (-not $PSCmdlet.ShouldProcess("Name: $($plugin.DocumentElement.GetAttribute('Name'))", $command)) { continue }
                    if ($parameters.ContainsKey('SecurityDescriptorSddl')) { Set-WinRMDSddl $plugin $SecurityDescriptorSddl }
                    Set-WinRMDAccess $plugin 'Remote'
                    Set-WinRMDPlugin $PSCmdlet $parameters $plugin
                }
            }
        }
    }
}
