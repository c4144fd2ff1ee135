# Output of commands that run in sessions which were disconnected.

# Where Receive-PSSession puts output. The engine for Linux and macOS has no
# OutTarget.
enum WinRMDOutTarget { Default; Host; Job }

# Connect-WinRMDCommand connects to the command of a session. There may be none.
function Connect-WinRMDCommand {
    param([System.Management.Automation.Runspaces.PSSession] $Session)
    try { $Session.Runspace.CreateDisconnectedPowerShell() } catch [System.Management.Automation.MethodInvocationException] {
        if ($_.Exception.InnerException -isnot [System.InvalidOperationException]) { throw }
    }
}

# Receive-WinRMDOutput puts out what a session's command does, until it has ended.
# Warnings and the like are not put out: the session's host shows them as soon as they
# come. Whoever stops that stops the command too, as with Invoke-Command.
function Receive-WinRMDOutput {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Management.Automation.Runspaces.PSSession] $Session)
    $command = Connect-WinRMDCommand $Session
    if (-not $command) { return }
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $ended = $false
    try {
        $result = $command.ConnectAsync($output, $null, $null)
        do {
            $ended = $result.AsyncWaitHandle.WaitOne(50)
            foreach ($object in $output.ReadAll()) { Add-WinRMDOrigin $object $Session }
            foreach ($record in $command.Streams.Error.ReadAll()) { $Cmdlet.WriteError($record) }
        } until ($ended)
        try { [void] $command.EndInvoke($result) } catch {
            $cause = Get-WinRMDCause $_
            $Cmdlet.WriteError((New-WinRMDSessionError "The remote pipeline failed for the following reason: $($cause.Message)" 'ReceivePSSessionPipelineFailed' $Session OperationStopped $cause))
        }
    } finally {
        if (-not $ended) { [void] $command.BeginStop($null, $null) }
        $command.Dispose()
    }
}

# Add-WinRMDOrigin tells of an object where it comes from.
function Add-WinRMDOrigin {
    param([psobject] $Object, [System.Management.Automation.Runspaces.PSSession] $Session)
    if ($null -eq $Object) { return }
    $notes = [ordered] @{ PSComputerName = $Session.ComputerName; RunspaceId = $Session.InstanceId; PSShowComputerName = $true }
    foreach ($note in $notes.GetEnumerator()) {
        if ($null -eq $Object.PSObject.Properties[$note.Key]) {
            $Object.PSObject.Properties.Add([System.Management.Automation.PSNoteProperty]::new($note.Key, $note.Value))
        }
    }
    $Object
}
