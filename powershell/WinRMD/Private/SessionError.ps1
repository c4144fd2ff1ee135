# Errors of sessions, with the identifiers that Windows' commands give them.

$script:WinRMDTransportErrors = @{
    5 = 'AccessDenied'; 14 = 'ServerOutOfMemory'; 53 = 'NetworkPathNotFound'; 995 = 'WinRMOperationAborted'
    1115 = 'ShutDownInProgress'; 1311 = 'AuthenticationFailed'; 1326 = 'LogonFailure'; 1722 = 'ImproperResponse'
    -2144108526 = 'CannotConnect'; -2144108250 = 'WinRMOperationTimeout'; -2144108269 = 'URLNotAvailable'
    -2144108485 = 'InvalidResourceUri'; -2144108542 = 'InvalidResourceUri'; -2144108083 = 'CannotConnectAlreadyConnected'
    -2144108274 = 'InvalidAuthentication'; -2144108080 = 'CannotConnectInvalidOperation'
    -2144108090 = 'CannotConnectMismatchSessions'; -2144108065 = 'CannotConnectRunAsFailed'
    -2144108453 = 'CannotConnectTargetSessionDoesNotExist'; -2144108116 = 'RemoteSessionDisallowed'
    -2144108061 = 'RemoteConnectionDisallowed'; -2144108103 = 'ComputerNotFound'; -2146893053 = 'TargetUnknown'
    -2144108270 = 'CannotConnectWinRMService'; -2144108315 = 'ExplicitCredentialsRequired'
}

# A runspace cannot be reconnected: somebody else has the session, or has had it.
# These are ERROR_WSMAN_INUSE_CANNOT_RECONNECT and ERROR_WSMAN_CANNOT_CONNECT_MISMATCH.
$script:WinRMDStale = -2144108083, -2144108090

# Get-WinRMDTransportCode is the number of an error of the network, or 0.
function Get-WinRMDTransportCode {
    param([object] $Exception)
    if ($Exception -is [System.Management.Automation.Remoting.PSRemotingTransportException]) { return $Exception.ErrorCode }
    0
}

# Get-WinRMDErrorId puts the error of the network before an identifier.
function Get-WinRMDErrorId {
    param([object] $Exception, [string] $Id)
    $code = Get-WinRMDTransportCode $Exception
    if ($code -eq 0) { return $Id }
    $name = $script:WinRMDTransportErrors[[int] $code]
    if (-not $name) { $name = [string] $code }
    "$name,$Id"
}

# New-WinRMDSessionError makes an error. A cause is one that .NET or a runspace
# gave, and may be nothing.
function New-WinRMDSessionError {
    param([string] $Message, [string] $Id, [object] $Target, [System.Management.Automation.ErrorCategory] $Category, [object] $Cause)
    $exception = [System.Management.Automation.RuntimeException]::new($Message, $Cause)
    [System.Management.Automation.ErrorRecord]::new($exception, $Id, $Category, $Target)
}

# Get-WinRMDCause is what was thrown in a method that a script called.
function Get-WinRMDCause {
    param([System.Management.Automation.ErrorRecord] $Record)
    if ($Record.Exception -is [System.Management.Automation.MethodInvocationException] -and $Record.Exception.InnerException) {
        return $Record.Exception.InnerException
    }
    $Record.Exception
}
