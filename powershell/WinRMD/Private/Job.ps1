# Jobs with the output of commands that run in sessions.

# A job whose work a command in a session does, with its output and errors. What else
# the command writes, as warnings, the session shows as soon as it comes.
class WinRMDCommandJob : System.Management.Automation.Job {
    [object] $Session
    [powershell] $CommandInSession

    WinRMDCommandJob([string] $text, [string] $name, [object] $session, [powershell] $command) : base($text, $name) {
        $this.PSJobTypeName = 'RemoteJob'
        $this.Session = $session
        $this.CommandInSession = $command
        $this.Output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $this.Error = $command.Streams.Error
    }

    [string] get_StatusMessage() { return '' }
    [string] get_Location() { return $this.Session.ComputerName }
    [bool] get_HasMoreData() {
        return $this.JobStateInfo.State -in 'NotStarted', 'Running', 'Disconnected' -or $this.Output.Count -gt 0 -or $this.Error.Count -gt 0
    }
    [void] StopJob() {
        if ($this.CommandInSession.InvocationStateInfo.State -eq 'Running') { $this.CommandInSession.Stop() }
    }
}

# The job that Receive-PSSession gives, as Windows' has one child with the output.
class WinRMDJob : System.Management.Automation.Job {
    WinRMDJob([string] $text, [string] $name, [WinRMDCommandJob] $child) : base($text, $name) {
        $this.PSJobTypeName = 'RemoteJob'
        $this.ChildJobs.Add($child)
    }

    [string] get_StatusMessage() { return '' }
    [string] get_Location() { return $this.ChildJobs[0].Location }
    [bool] get_HasMoreData() { return $this.ChildJobs[0].HasMoreData }
    [void] StopJob() { $this.ChildJobs[0].StopJob() }
}

# New-WinRMDJobHandler makes a handler of a command's state that gives it to a job's
# child, with the reason, and then to the job. It is compiled: the states change on
# threads without a runspace, on which no script can run.
function New-WinRMDJobHandler {
    param([WinRMDJob] $Job)
    $set = [System.Management.Automation.Job].GetMethod('SetJobState', [System.Reflection.BindingFlags] 'Instance, NonPublic', $null,
        [type[]] @([System.Management.Automation.JobState], [System.Exception]), $null)
    # By PSInvocationState: NotStarted, Running, Stopping, Stopped, Completed, Failed, Disconnected.
    $states = [System.Management.Automation.JobState[]] @('NotStarted', 'Running', 'Stopping', 'Stopped', 'Completed', 'Failed', 'Disconnected')
    $handler = [System.EventHandler[System.Management.Automation.PSInvocationStateChangedEventArgs]]
    $sender = [System.Linq.Expressions.Expression]::Parameter([object])
    $arguments = [System.Linq.Expressions.Expression]::Parameter([System.Management.Automation.PSInvocationStateChangedEventArgs])
    $info = [System.Linq.Expressions.Expression]::Property($arguments, 'InvocationStateInfo')
    $state = [System.Linq.Expressions.Expression]::ArrayIndex([System.Linq.Expressions.Expression]::Constant($states),
        [System.Linq.Expressions.Expression]::Convert([System.Linq.Expressions.Expression]::Property($info, 'State'), [int]))
    $reason = [System.Linq.Expressions.Expression]::Property($info, 'Reason')
    $nothing = [System.Linq.Expressions.Expression]::Constant($null, [System.Exception])
    $calls = [System.Linq.Expressions.Expression[]] @(foreach ($call in @($Job.ChildJobs[0], $reason), @($Job, $nothing)) {
        $target = [System.Linq.Expressions.Expression]::Constant($call[0], [System.Management.Automation.Job])
        [System.Linq.Expressions.Expression]::Call($target, $set, [System.Linq.Expressions.Expression[]] @($state, $call[1]))
    })
    $body = [System.Linq.Expressions.Expression]::Block($calls)
    [System.Linq.Expressions.Expression]::Lambda($handler, $body, [System.Linq.Expressions.ParameterExpression[]] @($sender, $arguments)).Compile()
}

# New-WinRMDJob connects a job to the command of a session.
function New-WinRMDJob {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Management.Automation.Runspaces.PSSession] $Session, [string] $Name)
    $command = Connect-WinRMDCommand $Session
    if (-not $command) {
        $Cmdlet.ThrowTerminatingError((New-WinRMDSessionError "There is no command in the session $($Session.Name) to receive from." 'ReceivePSSessionNoCommand' $Session InvalidOperation))
    }
    $text = [string] $command.Commands
    $job = [WinRMDJob]::new($text, $Name, [WinRMDCommandJob]::new($text, '', $Session, $command))
    $child = $job.ChildJobs[0]
    $command.add_InvocationStateChanged((New-WinRMDJobHandler $job))
    Wait-WinRMDJob $job $command.ConnectAsync($child.Output, $null, $null)
    $Cmdlet.JobRepository.Add($job)
    $job
}

# Wait-WinRMDJob waits until a job is connected, or cannot be.
function Wait-WinRMDJob {
    param([WinRMDJob] $Job, [System.IAsyncResult] $Result)
    $runspace = $Job.ChildJobs[0].Session.Runspace
    while ($Job.JobStateInfo.State -in 'NotStarted', 'Disconnected' -and -not $Result.IsCompleted -and $runspace.RunspaceStateInfo.State -eq 'Opened') {
        [System.Threading.Thread]::Sleep(20)
    }
}

# Find-WinRMDJob finds the job whose command runs in a session that was disconnected
# in this PowerShell.
function Find-WinRMDJob {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Management.Automation.Runspaces.PSSession] $Session)
    foreach ($job in $Cmdlet.JobRepository.Jobs) {
        foreach ($child in $job.ChildJobs) {
            if ($child.JobStateInfo.State -ne 'Disconnected') { continue }
            $runspace = if ($child -is [WinRMDCommandJob]) { $child.Session.Runspace } else { Get-WinRMDMember $child 'Runspace' }
            if ([object]::ReferenceEquals($runspace, $Session.Runspace)) { return $job }
        }
    }
}

# Resume-WinRMDJob connects a job again whose session has been connected.
function Resume-WinRMDJob {
    param([System.Management.Automation.Job] $Job, [System.Management.Automation.Runspaces.PSSession] $Session)
    if ($Job -is [WinRMDJob]) {
        return Wait-WinRMDJob $Job $Job.ChildJobs[0].CommandInSession.ConnectAsync()
    }
    # A job of Invoke-Command is of a class of the engine's own.
    $connect = $Job.GetType().GetMethod('ConnectJob', [System.Reflection.BindingFlags] 'Instance, NonPublic')
    [void] $connect.Invoke($Job, @($Session.Runspace.InstanceId))
}
