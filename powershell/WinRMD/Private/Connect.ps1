# Connecting to disconnected sessions.

# Set-WinRMDConnectionOption gives a connection the options of a command.
function Set-WinRMDConnectionOption {
    param([object] $Info, [System.Collections.IDictionary] $Parameters)
    if ($Info -isnot [System.Management.Automation.Runspaces.WSManConnectionInfo]) { return }
    if (-not $Parameters['AllowRedirection']) { $Info.MaximumConnectionRedirectionCount = 0 }
    if ($Parameters['SessionOption']) { $Info.SetSessionOptions($Parameters['SessionOption']) }
}

# Connect-WinRMDSession connects to sessions and puts out those that are connected.
# A runspace that has been disconnected here knows nothing of what others did with
# the session since: if its server refuses that one, the server is asked for another.
function Connect-WinRMDSession {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $Sessions, [int] $Limit, [bool] $Again)
    $stale = [System.Collections.Generic.List[object]]::new()
    Invoke-WinRMDSessionOperation $Sessions $Limit { param($one) $one.Runspace.ConnectAsync() } 'Connecting' {
        param($one, $failure)
        $info = $one.Runspace.RunspaceStateInfo
        if (-not $failure -and $info.State -eq 'Opened') {
            Set-WinRMDSession $Cmdlet $one
            $Cmdlet.WriteObject($one)
            return
        }
        $cause = $failure ?? $info.Reason
        # On a busy machine PowerShell may say that the runspace is Broken and not why.
        if (-not $Again -and (-not $cause -or (Get-WinRMDTransportCode $cause) -in $script:WinRMDStale)) { $stale.Add($one); return }
        $message = if ($cause) { "The connect operation failed for session $($one.Name) with the following error message: $($cause.Message)" }
        else { "The connect operation failed for session $($one.Name). The Runspace state is $($info.State) instead of Opened." }
        $Cmdlet.WriteError((New-WinRMDSessionError $message (Get-WinRMDErrorId $cause 'PSSessionConnectFailed') $one InvalidOperation $cause))
    }
    $renewed = foreach ($one in $stale) {
        if (Update-WinRMDSession $one) { $one; continue }
        $Cmdlet.WriteError((New-WinRMDSessionError "Cannot find the session $($one.Name) on computer $($one.ComputerName) for connection." 'PSSessionConnectFailed' $one InvalidOperation))
    }
    if ($renewed) { Connect-WinRMDSession $Cmdlet @($renewed) $Limit $true }
}

# Update-WinRMDSession gives a session the runspace that its server has for it now,
# and reports whether there is one.
function Update-WinRMDSession {
    param([System.Management.Automation.Runspaces.PSSession] $Session)
    $other = Get-WinRMDOtherSession $Session | Select-WinRMDFirst
    [bool] ($other -and (Set-WinRMDRunspace $Session $other.Runspace))
}

# Select-WinRMDFirst passes the first object on.
function Select-WinRMDFirst {
    $first = $null
    foreach ($object in $input) { if ($null -eq $first) { $first = $object } }
    $first
}

# Open-WinRMDSession connects to a session unless it is connected, and reports
# whether it is.
function Open-WinRMDSession {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Management.Automation.Runspaces.PSSession] $Session)
    $cause = $null
    foreach ($attempt in 1, 2) {
        $failed = $false
        if ($Session.Runspace.RunspaceStateInfo.State -eq 'Disconnected') {
            try { $Session.Runspace.Connect() } catch { $failed = $true; $cause = Get-WinRMDCause $_ }
        }
        if (-not $failed -and $Session.Runspace.RunspaceStateInfo.State -eq 'Opened') {
            Set-WinRMDSession $Cmdlet $Session
            return $true
        }
        if ($attempt -eq 1 -and -not (Update-WinRMDSession $Session)) { break }
    }
    $Cmdlet.WriteError((New-WinRMDSessionError "Cannot connect PSSession ""$($Session.Name)"", either because it is not in the Disconnected state, or it is not available for connection." 'ReceivePSSessionCannotConnectSession' $Session InvalidOperation $cause))
    $false
}
