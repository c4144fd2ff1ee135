if (Test-WinRMDEngineCommand 'Connect-PSSession') { return }
<#
.SYNOPSIS
Connects to sessions that were disconnected.
.DESCRIPTION
It does not matter where a session was made and from where it was disconnected: whoever
may log on as its user can connect to it, from any computer. Commands that run in it go
on; Receive-PSSession brings their output.

On Windows this is PowerShell's own command. Here it works over the public interface of
runspaces.
.PARAMETER Session
The sessions.
.PARAMETER ComputerName
Names or addresses of servers. Without -Name and -InstanceId all their sessions are
connected that nobody is connected to.
.PARAMETER ConnectionUri
URIs of servers, as http://server:5985/wsman.
.PARAMETER Name
Names of sessions: of the servers', or else of this PowerShell's. Wildcards are
permitted.
.PARAMETER Id
Numbers of sessions of this PowerShell.
.PARAMETER InstanceId
Instance identifiers of sessions.
.PARAMETER ApplicationName
The last part of the server's URI, in place of wsman.
.PARAMETER ConfigurationName
Connects to sessions of this session configuration only.
.PARAMETER AllowRedirection
Follows a server that names another.
.PARAMETER Credential
Who logs on: the user who made the session.
.PARAMETER Authentication
How: Default, Basic, Negotiate, Kerberos, Credssp.
.PARAMETER CertificateThumbprint
The certificate with which to log on.
.PARAMETER Port
The port, in place of 5985 or, with -UseSSL, 5986.
.PARAMETER UseSSL
Uses TLS.
.PARAMETER SessionOption
What New-PSSessionOption made. OutputBufferingMode holds from now on, IdleTimeout stays
what it was.
.PARAMETER ThrottleLimit
How many sessions are connected at the same time. 0 is 32.
.EXAMPLE
Connect-PSSession -ComputerName server -Name ITTask -Credential alice
.EXAMPLE
Get-PSSession -ComputerName server | Connect-PSSession
.OUTPUTS
System.Management.Automation.Runspaces.PSSession
.LINK
Disconnect-PSSession
.LINK
Receive-PSSession
#>
function Connect-PSSession {
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess)]
    [OutputType([System.Management.Automation.Runspaces.PSSession])]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Session')]
        [ValidateNotNullOrEmpty()]
        [System.Management.Automation.Runspaces.PSSession[]] $Session,
        [Parameter(Position = 0, Mandatory, ParameterSetName = 'ComputerName')]
        [Parameter(Position = 0, Mandatory, ParameterSetName = 'ComputerInstanceId')]
        [ValidateNotNullOrEmpty()]
        [Alias('Cn')]
        [string[]] $ComputerName,
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerName')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerInstanceId')]
        [string] $ApplicationName,
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerName')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerInstanceId')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUri')]
        [Parameter(ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUriInstanceId')]
        [string] $ConfigurationName,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUri')]
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ConnectionUriInstanceId')]
        [ValidateNotNullOrEmpty()]
        [Alias('URI', 'CU')]
        [uri[]] $ConnectionUri,
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [switch] $AllowRedirection,
        [Parameter(Mandatory, ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'ComputerName')]
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,
        [Parameter(Mandatory, ParameterSetName = 'ComputerInstanceId')]
        [Parameter(Mandatory, ParameterSetName = 'ConnectionUriInstanceId')]
        [Parameter(Mandatory, ParameterSetName = 'InstanceId')]
        [ValidateNotNull()]
        [guid[]] $InstanceId,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'Id')]
        [ValidateNotNull()]
        [int[]] $Id,
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
        [System.Management.Automation.Remoting.PSSessionOption] $SessionOption,
        [int] $ThrottleLimit = 0
    )
    begin { $chosen = [System.Collections.Generic.List[object]]::new() }
    process {
        $found = if ($PSCmdlet.ParameterSetName -like 'Co*') {
            Find-WinRMDSession $PSBoundParameters 'Disconnected'
        } else { Get-WinRMDLocalSession $PSBoundParameters }
        foreach ($one in $found) {
            if (-not $PSCmdlet.ShouldProcess($one.Name, 'Connect')) { continue }
            if ($one.Runspace.RunspaceStateInfo.State -eq 'Opened') { $one; continue }
            if ($one.Runspace.RunspaceStateInfo.State -ne 'Disconnected' -or $one.Availability -ne 'None') {
                $PSCmdlet.WriteError((New-WinRMDSessionError "Cannot connect PSSession ""$($one.Name)"", either because it is not in the Disconnected state, or it is not available for connection." 'PSSessionConnectFailed' $one InvalidOperation))
                continue
            }
            Set-WinRMDConnectionOption $one.Runspace.ConnectionInfo $PSBoundParameters
            $chosen.Add($one)
        }
    }
    end {
        Connect-WinRMDSession $PSCmdlet $chosen.ToArray() $ThrottleLimit
    }
}
