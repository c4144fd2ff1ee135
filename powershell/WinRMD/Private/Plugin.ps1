# Session configurations as the XML that Windows keeps for a plug-in: those of this
# machine through the program winrmd, and those of a server through its resource
# winrm/config/plugin.

$script:WinRMDPluginNamespace = 'http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration'

# Test-WinRMDRemote reports whether a command is for a server.
function Test-WinRMDRemote {
    param([System.Collections.IDictionary] $Parameters)
    [bool] ($Parameters['ComputerName'] -or $Parameters['ConnectionUri'])
}

$script:WinRMDConnectionParameters = 'ComputerName', 'Credential', 'UseSSL', 'Port', 'Authentication', 'CertificateThumbprint', 'SessionOption', 'ApplicationName'

# Invoke-WinRMDPluginResource does an operation on the plug-in of a name, or on all,
# and gives the elements of the answer.
function Invoke-WinRMDPluginResource {
    param([System.Collections.IDictionary] $Parameters, [string] $Action, [string] $Name, [string] $Body)
    $call = @{ ResourceURI = 'http://schemas.microsoft.com/wbem/wsman/1/config/plugin' }
    foreach ($parameter in $script:WinRMDConnectionParameters) {
        if ($Parameters.ContainsKey($parameter)) { $call[$parameter] = $Parameters[$parameter] }
    }
    if (-not $call['Port']) { $call['Port'] = if ($call['UseSSL']) { 5986 } else { 5985 } }
    if ($Name) { $call['SelectorSet'] = @{ Name = $Name } }
    $document = New-WinRMDInvocation $Action $call
    if ($Body) { $document.DocumentElement.AppendChild($document.CreateElement('Body')).InnerText = $Body }
    foreach ($item in (Invoke-WinRMDNative $document).SelectNodes('Item/*')) { $item }
}

# Get-WinRMDPluginName gives the names of all session configurations of this machine.
function Get-WinRMDPluginName {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters)
    $json = [System.Text.Json.JsonDocument]::Parse((Invoke-WinRMDProgram $Cmdlet $Parameters 'get' @('--output', 'json')))
    try {
        foreach ($element in $json.RootElement.EnumerateArray()) { $element.GetProperty('Name').GetString() }
    } finally {
        $json.Dispose()
    }
}

# Get-WinRMDPlugin gives the documents of the session configurations whose names are
# like one of some.
function Get-WinRMDPlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [string[]] $Names)
    $found = if (Test-WinRMDRemote $Parameters) {
        foreach ($element in Invoke-WinRMDPluginResource $Parameters 'Enumerate') { ConvertTo-WinRMDPlugin $element.OuterXml }
    } else {
        foreach ($name in Get-WinRMDPluginName $Cmdlet $Parameters) {
            if (Test-WinRMDName $name $Names) { ConvertTo-WinRMDPlugin (Invoke-WinRMDProgram $Cmdlet $Parameters 'export' @($name)) }
        }
    }
    foreach ($plugin in $found) {
        if ($plugin.DocumentElement.GetAttribute('Filename') -notlike '*pwrshplugin.dll') { continue } # as of the command shell
        if (Test-WinRMDName $plugin.DocumentElement.GetAttribute('Name') $Names) { $plugin }
    }
}

function Test-WinRMDName {
    param([string] $Name, [string[]] $Patterns)
    foreach ($pattern in $Patterns) { if ($Name -like $pattern) { return $true } }
    $false
}

# ConvertTo-WinRMDPlugin reads a document.
function ConvertTo-WinRMDPlugin {
    param([string] $Text)
    $document = [System.Xml.XmlDocument]::new()
    $document.LoadXml($Text)
    , $document
}

# Set-WinRMDPlugin puts a session configuration in the place of the one of its name.
function Set-WinRMDPlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [System.Xml.XmlDocument] $Plugin)
    $name = $Plugin.DocumentElement.GetAttribute('Name')
    if (Test-WinRMDRemote $Parameters) { [void] (Invoke-WinRMDPluginResource $Parameters 'Put' $name $Plugin.OuterXml) }
    else { [void] (Invoke-WinRMDProgram $Cmdlet $Parameters 'import' @('--force', '-') $Plugin.OuterXml) }
}

# New-WinRMDPlugin makes one.
function New-WinRMDPlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [System.Xml.XmlDocument] $Plugin)
    $name = $Plugin.DocumentElement.GetAttribute('Name')
    if (Test-WinRMDRemote $Parameters) { [void] (Invoke-WinRMDPluginResource $Parameters 'Create' $name $Plugin.OuterXml) }
    else { [void] (Invoke-WinRMDProgram $Cmdlet $Parameters 'import' @('-') $Plugin.OuterXml) }
}

# Remove-WinRMDPlugin removes one.
function Remove-WinRMDPlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [string] $Name)
    if (Test-WinRMDRemote $Parameters) { [void] (Invoke-WinRMDPluginResource $Parameters 'Delete' $Name) }
    else { [void] (Invoke-WinRMDProgram $Cmdlet $Parameters 'unregister' @($Name)) }
}

# Get-WinRMDOnePlugin gives the document of one session configuration.
function Get-WinRMDOnePlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters, [string] $Name)
    if (Test-WinRMDRemote $Parameters) { return ConvertTo-WinRMDPlugin (Invoke-WinRMDPluginResource $Parameters 'Get' $Name).OuterXml }
    ConvertTo-WinRMDPlugin (Invoke-WinRMDProgram $Cmdlet $Parameters 'export' @($Name))
}

# Invoke-WinRMDChange runs a part of a command, and makes an error of what is thrown
# in it.
function Invoke-WinRMDChange {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object] $Target, [scriptblock] $Change)
    try { . $Change } catch {
        $Cmdlet.WriteError([System.Management.Automation.ErrorRecord]::new(
            (Get-WinRMDCause $_), 'PSSessionConfigurationError', [System.Management.Automation.ErrorCategory]::InvalidOperation, $Target))
    }
}

function Write-WinRMDNoPlugin {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Pattern)
    if ([WildcardPattern]::ContainsWildcardCharacters($Pattern)) { return }
    $Cmdlet.WriteError((New-WinRMDSessionError "No session configuration matches criteria ""$Pattern""." 'PSSessionConfigurationNotFound' $Pattern ObjectNotFound))
}

# Resolve-WinRMDPluginFile gives the parameters of a command, with whole paths where
# the files are on this machine, and refuses what is not possible.
function Resolve-WinRMDPluginFile {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Parameters)
    if ($Parameters['ShowSecurityDescriptorUI']) {
        throw [System.NotSupportedException]::new('There is no window for a security descriptor here. Use -SecurityDescriptorSddl.')
    }
    $result = @{}
    foreach ($parameter in $Parameters.GetEnumerator()) { $result[$parameter.Key] = $parameter.Value }
    foreach ($name in 'Path', 'StartupScript') {
        if ($result[$name] -and -not (Test-WinRMDRemote $result)) { $result[$name] = $Cmdlet.GetUnresolvedProviderPathFromPSPath($result[$name]) }
    }
    if ($result['RunAsCredential'] -and (Test-WinRMDRemote $result)) {
        $Cmdlet.WriteWarning('RunAsUser: it is kept, without effect at winrmd: sessions run as the user who opens them')
    }
    $result
}
