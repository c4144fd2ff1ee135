if (Test-WinRMDEngineCommand 'Disconnect-PSSession') { return }
<#
.SYNOPSIS
Disconnects from sessions, which go on without this client.
.DESCRIPTION
The session stays at the server, with what runs in it, in the state Disconnected.
This or another PowerShell, on this or another computer, takes it up again with
Connect-PSSession or Receive-PSSession. When its idle timeout has passed since it was
disconnected, the server ends it.

On Windows this is PowerShell's own command. Here it works over the public interface of
runspaces.
.PARAMETER Session
The sessions.
.PARAMETER Id
Numbers of sessions of this PowerShell.
.PARAMETER Name
Names of sessions of this PowerShell. Wildcards are permitted.
.PARAMETER InstanceId
Instance identifiers of sessions of this PowerShell.
.PARAMETER IdleTimeoutSec
How many seconds the session lives without a client, from now on: at least 60, and at
most what the session configuration permits.
.PARAMETER OutputBufferingMode
What happens when the buffer for the output is full: Block lets the command wait, Drop
throws the oldest output away.
.PARAMETER ThrottleLimit
How many sessions are disconnected at the same time. 0 is 32.
.EXAMPLE
Disconnect-PSSession -Session $s -IdleTimeoutSec 172800 -OutputBufferingMode Drop
.EXAMPLE
Get-PSSession -ComputerName server -Name ITTask | Disconnect-PSSession
.OUTPUTS
System.Management.Automation.Runspaces.PSSession
.LINK
Connect-PSSession
.LINK
Receive-PSSession
#>
function Disconnect-PSSession {
    [CmdletBinding(DefaultParameterSetName = 'Session', SupportsShouldProcess)]
    [OutputType([System.Management.Automation.Runspaces.PSSession])]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Session')]
        [ValidateNotNullOrEmpty()]
        [System.Management.Automation.Runspaces.PSSession[]] $Session,
        [Parameter(Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,
        [Parameter(Position = 0, Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'Id')]
        [ValidateNotNull()]
        [int[]] $Id,
        [Parameter(Mandatory, ValueFromPipelineByPropertyName, ParameterSetName = 'InstanceId')]
        [ValidateNotNull()]
        [guid[]] $InstanceId,
        [ValidateRange(0, [int]::MaxValue)]
        [int] $IdleTimeoutSec,
        [System.Management.Automation.Runspaces.OutputBufferingMode] $OutputBufferingMode,
        [int] $ThrottleLimit = 0
    )
    begin {
        $minimum = 60000
        $chosen = [System.Collections.Generic.List[object]]::new()
    }
    process {
        foreach ($one in Get-WinRMDLocalSession $PSBoundParameters) {
            if (-not $PSCmdlet.ShouldProcess($one.Name, 'Disconnect')) { continue }
            $state = [string] $one.Runspace.RunspaceStateInfo.State
            $info = $one.Runspace.ConnectionInfo
            if ($info -isnot [System.Management.Automation.Runspaces.WSManConnectionInfo]) {
                $PSCmdlet.WriteError((New-WinRMDSessionError "Session disconnect is not supported for PSSession ""$($one.Name)"" on target ""$($one.ComputerName)"" because its transport is ""$($one.Transport)""." 'CannotDisconnectVMContainerSession' $one InvalidOperation))
                continue
            }
            if ($state -eq 'Disconnected') { $one; continue }
            if ($state -ne 'Opened') {
                $PSCmdlet.WriteError((New-WinRMDSessionError "Cannot disconnect PSSession ""$($one.Name)"" because it is not in the Opened state." 'CannotDisconnectSessionWhenNotOpened' $one InvalidOperation))
                continue
            }
            $idle = if ($PSBoundParameters.ContainsKey('IdleTimeoutSec')) { 1000 * [long] $IdleTimeoutSec } else { [long] $info.IdleTimeout }
            if ($idle -ne -1 -and ($idle -gt $info.MaxIdleTimeout -or $idle -lt $minimum)) {
                $PSCmdlet.WriteError((New-WinRMDSessionError "The session $($one.Name) cannot be disconnected because the specified idle time-out value $([long] [System.Math]::Truncate($idle / 1000)) (seconds) is either greater than the server maximum allowed $([int] [System.Math]::Truncate($info.MaxIdleTimeout / 1000)) (seconds), or less than the minimum allowed $($minimum / 1000) (seconds).  Specify an idle time-out value that is within the allowed range, and try again." 'CannotDisconnectSessionWithInvalidIdleTimeout' $one InvalidArgument))
                continue
            }
            $info.IdleTimeout = [int] $idle
            if ($PSBoundParameters.ContainsKey('OutputBufferingMode')) { $info.OutputBufferingMode = $OutputBufferingMode }
            $chosen.Add($one)
        }
    }
    end {
        $cmdlet = $PSCmdlet
        Invoke-WinRMDSessionOperation $chosen.ToArray() $ThrottleLimit { param($one) $one.Runspace.DisconnectAsync() } 'Disconnecting' {
            param($one, $failure)
            $info = $one.Runspace.RunspaceStateInfo
            if (-not $failure -and $info.State -eq 'Disconnected') { $cmdlet.WriteObject($one); return }
            $cause = $failure ?? $info.Reason
            $message = if ($cause) { "Disconnect-PSSession operation failed for runspace Id = $($one.InstanceId) for the following reason: $($cause.Message)" }
            else { "The Disconnect-PSSession operation failed for runspace Id = $($one.InstanceId)." }
            $cmdlet.WriteError((New-WinRMDSessionError $message 'PSSessionDisconnectFailed' $one InvalidOperation $cause))
        }
    }
}
