if (Test-WinRMDEngineCommand 'Set-PSSessionConfiguration') { return }
<#
.SYNOPSIS
Changes a session configuration.
.DESCRIPTION
Parameters that are not given change nothing. Sessions that are open keep what they were opened
with.

On Windows this is PowerShell's own command, for the WinRM service; here it is for winrmd: that of
this machine, or with -ComputerName another.
.PARAMETER Name
The name, with which clients open sessions (-ConfigurationName).
.PARAMETER Path
A session configuration file (.pssc), which New-PSSessionConfigurationFile makes. It stays
where it is; for another computer that is a path there.
.PARAMETER StartupScript
A script that runs when a session is opened.
.PARAMETER ModulesToImport
Modules that are imported when a session is opened: names, or tables with ModuleName.
.PARAMETER PSVersion
The version of the engine.
.PARAMETER TransportOption
Timeouts, quotas and the mode of output buffering, which New-PSTransportOption makes. What it
does not set stays as it is.
.PARAMETER SessionTypeOption
Kept for Windows, without effect.
.PARAMETER MaximumReceivedDataSizePerCommandMB
How much a client may send to one command.
.PARAMETER MaximumReceivedObjectSizeMB
How large one object of a client may be.
.PARAMETER SecurityDescriptorSddl
Who may open sessions. winrmd makes names of the well-known accounts in it, and lets nobody in
whom it does not let in. Empty: administrators only.
.PARAMETER AccessMode
Remote: those whom the permission lets in. Disabled, and Local, which lets nobody in over the
network: nobody.
.PARAMETER AssemblyName
Kept for Windows, without effect.
.PARAMETER ApplicationBase
Kept for Windows, without effect.
.PARAMETER ConfigurationTypeName
Kept for Windows, without effect.
.PARAMETER RunAsCredential
Its name is kept for Windows, without effect: sessions run as the user who opens them.
.PARAMETER ThreadApartmentState
Kept for Windows, without effect.
.PARAMETER ThreadOptions
Kept for Windows, without effect.
.PARAMETER UseSharedProcess
Kept for Windows, without effect.
.PARAMETER ShowSecurityDescriptorUI
Not possible here: it is an error.
.PARAMETER Force
Kept for scripts of Windows: nobody is asked anyway.
.PARAMETER NoServiceRestart
Kept for scripts of Windows: nothing is ever restarted. A server uses what was changed for
the sessions that are opened from then on.
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
Set-PSSessionConfiguration -Name Test -TransportOption (New-PSTransportOption -MaxIdleTimeoutSec 604800)
.OUTPUTS
Microsoft.WSMan.Management.WSManConfigLeafElement, for each parameter that was set
.LINK
Register-PSSessionConfiguration
.LINK
Get-PSSessionConfiguration
#>
function Set-PSSessionConfiguration {
    [CmdletBinding(DefaultParameterSetName = 'NameParameterSet', SupportsShouldProcess, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [Parameter(Position = 1, Mandatory, ParameterSetName = 'AssemblyNameParameterSet')]
        [string] $AssemblyName,
        [Parameter(ParameterSetName = 'NameParameterSet')]
        [Parameter(ParameterSetName = 'AssemblyNameParameterSet')]
        [string] $ApplicationBase,
        [Parameter(Position = 2, Mandatory, ParameterSetName = 'AssemblyNameParameterSet')]
        [string] $ConfigurationTypeName,
        [System.Management.Automation.Credential()]
        [pscredential] $RunAsCredential,
        [System.Threading.ApartmentState] $ThreadApartmentState,
        [System.Management.Automation.Runspaces.PSThreadOptions] $ThreadOptions,
        [System.Management.Automation.Runspaces.PSSessionConfigurationAccessMode] $AccessMode,
        [switch] $UseSharedProcess,
        [string] $StartupScript,
        [ValidateRange(0, [double]::MaxValue)]
        [double] $MaximumReceivedDataSizePerCommandMB,
        [ValidateRange(0, [double]::MaxValue)]
        [double] $MaximumReceivedObjectSizeMB,
        [string] $SecurityDescriptorSddl,
        [switch] $ShowSecurityDescriptorUI,
        [switch] $Force,
        [switch] $NoServiceRestart,
        [Parameter(ParameterSetName = 'NameParameterSet')]
        [Parameter(ParameterSetName = 'AssemblyNameParameterSet')]
        [Alias('PowerShellVersion')]
        [ValidateNotNullOrEmpty()]
        [version] $PSVersion,
        [Parameter(ParameterSetName = 'NameParameterSet')]
        [Parameter(ParameterSetName = 'AssemblyNameParameterSet')]
        [System.Management.Automation.PSSessionTypeOption] $SessionTypeOption,
        [System.Management.Automation.PSTransportOption] $TransportOption,
        [Parameter(ParameterSetName = 'NameParameterSet')]
        [Parameter(ParameterSetName = 'AssemblyNameParameterSet')]
        [object[]] $ModulesToImport,
        [Parameter(Mandatory, ParameterSetName = 'SessionConfigurationFile')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,
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
        if (-not $PSCmdlet.ShouldProcess("Name: $Name", $command)) { return }
        Invoke-WinRMDChange $PSCmdlet $Name {
            $values = Resolve-WinRMDPluginFile $PSCmdlet $parameters
            $plugin = Get-WinRMDOnePlugin $PSCmdlet $values $Name
            $set = @(Set-WinRMDPluginValue $plugin $values)
            Set-WinRMDPlugin $PSCmdlet $values $plugin
            foreach ($parameter in $set) {
                New-WinRMDParameterItem ($ComputerName ? $ComputerName : 'localhost') $Name $parameter.Name $parameter.Value
            }
        }
    }
}
