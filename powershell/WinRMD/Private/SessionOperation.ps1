# Operations on several sessions at a time.

# Invoke-WinRMDSessionOperation starts something for each of several sessions, for
# no more at a time than a limit (0 is PowerShell's own, 32), and waits. Ended is
# called for each, with the session, and with the error if it could not be started.
# A session's operation goes on for as long as its runspace has the state Passing.
function Invoke-WinRMDSessionOperation {
    param([object[]] $Sessions, [int] $Limit, [scriptblock] $Start, [string] $Passing, [scriptblock] $Ended)
    if ($Limit -le 0) { $Limit = 32 }
    $waiting = [System.Collections.Generic.Queue[object]]::new()
    foreach ($session in $Sessions) { $waiting.Enqueue($session) }
    $running = [System.Collections.Generic.List[object]]::new()
    while ($waiting.Count -or $running.Count) {
        while ($waiting.Count -and $running.Count -lt $Limit) {
            $session = $waiting.Dequeue()
            $failure = $null
            try { & $Start $session } catch { $failure = Get-WinRMDCause $_ }
            if ($failure) { & $Ended $session $failure } else { $running.Add($session) }
        }
        foreach ($session in $running.ToArray()) {
            if ([string] $session.Runspace.RunspaceStateInfo.State -eq $Passing) { continue }
            [void] $running.Remove($session)
            & $Ended $session $null
        }
        if ($running.Count) { [System.Threading.Thread]::Sleep(20) }
    }
}
