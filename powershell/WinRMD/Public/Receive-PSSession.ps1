if (Test-WinRMDEngineCommand 'Receive-PSSession') { return }
<#
.SYNOPSIS
Gets the output of a command in a session that was disconnected.
.DESCRIPTION
Connects to the session if nobody is connected, and to the command that runs in it or has
ended there. The output comes as it is made until the command has ended, or, with
-OutTarget Job, goes to a job. A command that was started here as a job comes back as that
job.

On Windows this is PowerShell's own command. Here it works over the public interface of
runspaces.
.PARAMETER Session
The session.
.PARAMETER ComputerName
The name or address of a server.
.PARAMETER ConnectionUri
The URI of a server, as http://server:5985/wsman.
.PARAMETER Name
The name of the session: of the server's, or else of this PowerShell's.
.PARAMETER Id
The number of the session in this PowerShell.
.PARAMETER InstanceId
The instance identifier of the session.
.PARAMETER OutTarget
Where the output goes. Host: it is put out until the command has ended. Job: a job is put
out, which has it. Without it: the job from which the command was started, or else Host.
.PARAMETER JobName
The name of the job. Without it that is Job and a number.
.PARAMETER ApplicationName
The last part of the server's URI, in place of wsman.
.PARAMETER ConfigurationName
Looks at sessions of this session configuration only.
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
What New-PSSessionOption made.
.EXAMPLE
Receive-PSSession -ComputerName server -Name ITTask
.EXAMPLE
$job = Receive-PSSession -ComputerName server -Name ITTask -OutTarget Job
Receive-Job $job
.OUTPUTS
The output of the command, or a job.
.LINK
Connect-PSSession
.LINK
Disconnect-PSSession
#>
function Receive-PSSession {
    [CmdletBinding(DefaultParameterSetName = 'Session', SupportsShouldProcess, ConfirmImpact = 'Low')]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Session')]
        [ValidateNotNullOrEmpty()]
        [System.Management.Automation.Runspaces.PSSession] $Session,
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Id')]
        [int] $Id,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerName')]
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'ComputerInstanceId')]
        [ValidateNotNullOrEmpty()]
        [Alias('Cn')]
        [string] $ComputerName,
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
        [uri] $ConnectionUri,
        [Parameter(ParameterSetName = 'ConnectionUri')]
        [Parameter(ParameterSetName = 'ConnectionUriInstanceId')]
        [switch] $AllowRedirection,
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'InstanceId')]
        [Parameter(Mandatory, ParameterSetName = 'ComputerInstanceId')]
        [Parameter(Mandatory, ParameterSetName = 'ConnectionUriInstanceId')]
        [ValidateNotNullOrEmpty()]
        [guid] $InstanceId,
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [Parameter(Mandatory, ParameterSetName = 'ComputerName')]
        [Parameter(Mandatory, ParameterSetName = 'ConnectionUri')]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [WinRMDOutTarget] $OutTarget = 'Default',
        [ValidateNotNullOrEmpty()]
        [string] $JobName,
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
        [System.Management.Automation.Remoting.PSSessionOption] $SessionOption
    )
    process {
        $remote = $PSCmdlet.ParameterSetName -like 'Co*'
        $one = if ($remote) { Find-WinRMDSession $PSBoundParameters | Select-WinRMDFirst }
        else { Get-WinRMDLocalSession $PSBoundParameters | Select-WinRMDFirst }
        if (-not $one -or -not $PSCmdlet.ShouldProcess($one.Name, 'Receive')) { return }
        if ($remote) { Set-WinRMDConnectionOption $one.Runspace.ConnectionInfo $PSBoundParameters }
        if (-not (Open-WinRMDSession $PSCmdlet $one)) { return }
        $job = Find-WinRMDJob $PSCmdlet $one
        if ($job -and $OutTarget -ne 'Host') {
            Resume-WinRMDJob $job $one
            return $job
        }
        if ($OutTarget -eq 'Job') { return New-WinRMDJob $PSCmdlet $one $JobName }
        if ($job) {
            Resume-WinRMDJob $job $one
            return Receive-Job -Job $job -Wait
        }
        Receive-WinRMDOutput $PSCmdlet $one
    }
}
