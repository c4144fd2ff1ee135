if (Test-WinRMDEngineCommand 'Get-PSSessionConfiguration') { return }
<#
.SYNOPSIS
Gets session configurations.
.DESCRIPTION
What is put out shows Name, PSVersion, StartupScript, RunAsUser and Permission, and has every
other setting as a property, with the names that they have on Windows.

On Windows this is PowerShell's own command, for the WinRM service; here it is for winrmd: that of
this machine, or with -ComputerName another.
.PARAMETER Name
Names. Wildcards are permitted.
.PARAMETER Force
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
Get-PSSessionConfiguration
.EXAMPLE
Get-PSSessionConfiguration -Name Test | Format-List -Property *
.OUTPUTS
Microsoft.PowerShell.Commands.PSSessionConfigurationCommands#PSSessionConfiguration
.LINK
Set-PSSessionConfiguration
#>
function Get-PSSessionConfiguration {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,
        [switch] $Force,
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
        Invoke-WinRMDChange $PSCmdlet $Name {
            foreach ($pattern in $Name ?? '*') {
                $found = @(Get-WinRMDPlugin $PSCmdlet $parameters $pattern)
                foreach ($plugin in $found) { ConvertTo-WinRMDConfiguration $plugin }
                if ($found.Count -eq 0) { Write-WinRMDNoPlugin $PSCmdlet $pattern }
            }
        }
    }
}
