# Sessions: those of this process and those of servers.

# Get-WinRMDSessionUri is the URI of a computer. Its port is written out: without
# one it would be that of HTTP.
function Get-WinRMDSessionUri {
    param([string] $ComputerName, [System.Collections.IDictionary] $Parameters)
    $port = $Parameters['Port']
    if (-not $port) { $port = if ($Parameters['UseSSL']) { 5986 } else { 5985 } }
    [uri] (Get-WinRMDConnection @{
        ComputerName = $ComputerName; Port = $port; UseSSL = $Parameters['UseSSL']; ApplicationName = $Parameters['ApplicationName']
    })
}

$script:WinRMDQuery = 'ConfigurationName', 'AllowRedirection', 'Name', 'InstanceId', 'Credential', 'Authentication',
    'CertificateThumbprint', 'ThrottleLimit', 'State', 'SessionOption', 'ErrorAction'

# Find-WinRMDSession asks servers for sessions, with the parameters that the
# commands share, and for those in a state. On Linux and macOS the engine's
# Get-PSSession does that for URIs alone.
function Find-WinRMDSession {
    param([System.Collections.IDictionary] $Parameters, [string] $State)
    $query = @{}
    if ($State) { $query['State'] = $State }
    foreach ($name in $script:WinRMDQuery) {
        if ($Parameters.ContainsKey($name)) { $query[$name] = $Parameters[$name] }
    }
    $query['ConnectionUri'] = if ($Parameters.ContainsKey('ConnectionUri')) { $Parameters['ConnectionUri'] } else {
        foreach ($computer in $Parameters['ComputerName']) { Get-WinRMDSessionUri $computer $Parameters }
    }
    Microsoft.PowerShell.Core\Get-PSSession @query
}

# Get-WinRMDLocalSession gives the sessions of this process that -Session, -Id,
# -Name or -InstanceId choose.
function Get-WinRMDLocalSession {
    param([System.Collections.IDictionary] $Parameters)
    foreach ($name in 'Session', 'Id', 'Name', 'InstanceId') {
        if (-not $Parameters.ContainsKey($name)) { continue }
        if ($name -eq 'Session') { return $Parameters['Session'] }
        $query = @{ $name = $Parameters[$name] }
        return Microsoft.PowerShell.Core\Get-PSSession @query
    }
}

# Get-WinRMDOtherSession asks a session's server for the session as it is now. Its
# runspace is a new one.
function Get-WinRMDOtherSession {
    param([System.Management.Automation.Runspaces.PSSession] $Session)
    $info = $Session.Runspace.ConnectionInfo
    $query = @{
        ConnectionUri = $info.ConnectionUri; InstanceId = $Session.InstanceId; Authentication = $info.AuthenticationMechanism
        SessionOption = ConvertTo-WinRMDSessionOption $info; State = 'Disconnected'; ErrorAction = 'Ignore'
    }
    if ($info.CertificateThumbprint) { $query['CertificateThumbprint'] = $info.CertificateThumbprint }
    elseif ($info.Credential) { $query['Credential'] = $info.Credential }
    Microsoft.PowerShell.Core\Get-PSSession @query
}

# ConvertTo-WinRMDSessionOption makes session options of a connection.
function ConvertTo-WinRMDSessionOption {
    param([System.Management.Automation.Runspaces.WSManConnectionInfo] $Info)
    $option = [System.Management.Automation.Remoting.PSSessionOption]::new()
    foreach ($name in 'SkipCACheck', 'SkipCNCheck', 'SkipRevocationCheck', 'NoEncryption', 'UseUTF16', 'IncludePortInSPN',
        'ProxyAccessType', 'ProxyCredential', 'Culture', 'UICulture', 'OutputBufferingMode', 'MaxConnectionRetryCount') {
        if ($null -ne $Info.$name) { $option.$name = $Info.$name }
    }
    if ($Info.ProxyAccessType -ne 'None') { $option.ProxyAuthentication = $Info.ProxyAuthentication }
    $option.NoCompression = -not $Info.UseCompression
    foreach ($name in 'OpenTimeout', 'CancelTimeout', 'OperationTimeout', 'IdleTimeout') {
        $option.$name = [timespan]::FromMilliseconds($Info.$name)
    }
    $option
}

# Set-WinRMDSession enters a session among those of this process, in the place of
# another of its instance. The engine shows its list to nobody, and
# PSSession.Create can add to it alone.
function Set-WinRMDSession {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Management.Automation.Runspaces.PSSession] $Session)
    $list = Get-WinRMDMember $Cmdlet 'RunspaceRepository'
    $known = $list.GetItem($Session.InstanceId)
    if ([object]::ReferenceEquals($known, $Session)) { return }
    if ($known) { $list.Remove($known) }
    $list.Add($Session)
}

# Set-WinRMDRunspace gives a session another runspace of the same instance, so
# that whoever holds the session can go on with it.
function Set-WinRMDRunspace {
    param([System.Management.Automation.Runspaces.PSSession] $Session, [System.Management.Automation.Runspaces.Runspace] $Runspace)
    $insert = [System.Management.Automation.Runspaces.PSSession].GetMethod('InsertRunspace', [System.Reflection.BindingFlags] 'Instance, NonPublic')
    $insert.Invoke($Session, @($Runspace))
}
