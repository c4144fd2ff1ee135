if (Test-WinRMDEngineCommand 'Disconnect-PSSession') { return }
<#
.SYNOPSIS
Gets the sessions of this PowerShell, or of servers.
.DESCRIPTION
Without a computer these are the sessions of this PowerShell. With -ComputerName or
-ConnectionUri they are all sessions of the user at these servers, whoever has made them:
Opened where this PowerShell is connected, Disconnected and None where nobody is, and
Disconnected and Busy where another is.

PowerShell for Linux and macOS has this command, without -ComputerName. This one asks it
for a URI instead.
.PARAMETER ComputerName
Names or addresses of servers.
.PARAMETER ConnectionUri
URIs of servers, as http://server:5985/wsman.
.PARAMETER Name
Names of sessions. Wildcards are permitted.
.PARAMETER InstanceId
Instance identifiers of sessions.
.PARAMETER Id
Numbers of sessions of this PowerShell.
.PARAMETER ApplicationName
The last part of the server's URI, in place of wsman.
.PARAMETER ConfigurationName
Gets sessions of this session configuration only.
.PARAMETER AllowRedirection
Follows a server that names another.
.PARAMETER Credential
Who logs on.
.PARAMETER Authentication
How: Default, Basic, Negotiate, Kerberos, Credssp.
.PARAMETER CertificateThumbprint
The certificate with which to log on.
.PARAMETER Port
The port, in place of 5985 or, with -UseSSL, 5986.
.PARAMETER UseSSL
Uses TLS.
.PARAMETER ThrottleLimit
How many servers are asked at the same time. 0 is 32.
.PARAMETER State
Gets sessions that are All, Opened, Disconnected, Closed or Broken.
.PARAMETER SessionOption
What New-PSSessionOption made.
.EXAMPLE
Get-PSSession -ComputerName server -Credential alice
.EXAMPLE
Get-PSSession -ComputerName server -State Disconnected | Connect-PSSession
.OUTPUTS
System.Management.Automation.Runspaces.PSSession
.LINK
Connect-PSSession
#>
function Get-PSSession {
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType([System.Management.Automation.Runspaces.PSSession])]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerName')]
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerInstanceId')]
        [ValidateNotNullOrEmpty()]
        [Alias('Cn')]
        [string[]] $ComputerName,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUri')]
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUriInstanceId')]
        [ValidateNotNullOrEmpty()]
        [Alias('URI', 'CU')]
        [uri[]] $ConnectionUri,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,
        [Parameter(Mandatory, ParameterSetName = 'ComputerInstanceId')]
        [Parameter(Mandatory, ParameterSetName = 'ConnectionUriInstanceId')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'InstanceId')]
        [ValidateNotNull()]
        [guid[]] $InstanceId,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'Id')]
        [ValidateNotNull()]
        [int[]] $Id,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [string] $ApplicationName,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [string] $ConfigurationName,
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [switch] $AllowRedirection,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [System.Management.Automation.Runspaces.AuthenticationMechanism] $Authentication,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [string] $CertificateThumbprint,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [ValidateRange(1, 65535)]
        [int] $Port,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [switch] $UseSSL,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [int] $ThrottleLimit = 0,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [Microsoft.PowerShell.Commands.SessionFilterState] $State,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [System.Management.Automation.Remoting.PSSessionOption] $SessionOption
    )
    process {
        if ($PSCmdlet.ParameterSetName -like 'Co*') { Find-WinRMDSession $PSBoundParameters; return }
        Microsoft.PowerShell.Core\Get-PSSession @PSBoundParameters
    }
}
