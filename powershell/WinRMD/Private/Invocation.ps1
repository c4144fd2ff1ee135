# The document that an operation is described with: see winapi.Invocation.

$script:WinRMDMechanisms = @{
    None = 1; Default = 0; Digest = 2; Negotiate = 4; Basic = 8; Kerberos = 16; ClientCertificate = 32; Credssp = 128
}

# ConvertTo-WinRMDMechanism reads a name, or a number as Microsoft.WSMan.Management
# has it: 0 is none and 1 the default there.
function ConvertTo-WinRMDMechanism {
    param([object] $Authentication)
    if ($null -eq $Authentication) { return 0 }
    $text = [string] $Authentication
    if ($script:WinRMDMechanisms.ContainsKey($text)) { return $script:WinRMDMechanisms[$text] }
    switch ([int] $Authentication) {
        0 { return 1 }
        1 { return 0 }
        default { return [int] $Authentication }
    }
}

$script:WinRMDProxies = @{ ProxyIEConfig = 1; ProxyWinHttpConfig = 2; ProxyAutoDetect = 4; ProxyNoProxyServer = 8 }

# New-WinRMDInvocation makes the document of an operation from the parameters that
# the commands share.
function New-WinRMDInvocation {
    param([string] $Action, [System.Collections.IDictionary] $Parameters)
    $document = [System.Xml.XmlDocument]::new()
    $root = $document.AppendChild($document.CreateElement('Invocation'))
    $set = { param($name, $value) if ($null -ne $value) { $root.SetAttribute($name, [string] $value) } }
    $add = {
        param($element, $name, $value)
        $node = $root.AppendChild($document.CreateElement($element))
        $node.SetAttribute('Name', [string] $name)
        $node.InnerText = [string] $value
    }
    & $set 'Action' $Action
    & $set 'Connection' (Get-WinRMDConnection $Parameters)
    & $set 'Mechanism' (ConvertTo-WinRMDMechanism $Parameters['Authentication'])
    if ($Parameters['CertificateThumbprint']) {
        & $set 'Mechanism' 32
        & $set 'Thumbprint' $Parameters['CertificateThumbprint']
    }
    if ($Parameters['Credential']) {
        & $set 'User' $Parameters['Credential'].UserName
        & $set 'Password' $Parameters['Credential'].GetNetworkCredential().Password
    }
    & $set 'ResourceURI' $Parameters['ResourceURI']
    & $set 'Fragment' $Parameters['Fragment']
    foreach ($e in ($Parameters['SelectorSet'] ?? @{}).GetEnumerator()) { & $add 'Selector' $e.Key $e.Value }
    foreach ($e in ($Parameters['OptionSet'] ?? @{}).GetEnumerator()) { & $add 'Option' $e.Key $e.Value }
    Add-WinRMDSessionOption $document $Parameters
    $document
}

# Get-WinRMDConnection is the connection string: a URI, or a computer's name with
# what else is given.
function Get-WinRMDConnection {
    param([System.Collections.IDictionary] $Parameters)
    if ($Parameters['ConnectionURI']) { return $Parameters['ConnectionURI'].AbsoluteUri }
    $computer = [string] $Parameters['ComputerName']
    if (-not $computer -or $computer -eq '.') { $computer = 'localhost' }
    if ($computer.Contains(':') -and -not $computer.StartsWith('[')) { $computer = "[$computer]" }
    $uri = if ($Parameters['UseSSL']) { "https://$computer" } else { "http://$computer" }
    if ($Parameters['Port']) { $uri += ':' + $Parameters['Port'] }
    $application = [string] $Parameters['ApplicationName']
    if (-not $application) { $application = 'wsman' }
    $uri + '/' + $application.TrimStart('/')
}

# Add-WinRMDSessionOption adds what New-WSManSessionOption made.
function Add-WinRMDSessionOption {
    param([xml] $Document, [System.Collections.IDictionary] $Parameters)
    $option = $Parameters['SessionOption']
    if ($null -eq $option) { return }
    $root = $Document.DocumentElement
    $numbers = [ordered] @{
        1 = $option.OperationTimeout; 18 = $option.SkipCACheck; 19 = $option.SkipCNCheck; 20 = -not $option.UseEncryption
        21 = $option.UseUtf16; 22 = $option.SPNPort -gt 0; 31 = $option.SkipRevocationCheck
    }
    foreach ($e in $numbers.GetEnumerator()) {
        if ([int] $e.Value -le 0) { continue }
        $node = $root.AppendChild($Document.CreateElement('SessionOption'))
        $node.SetAttribute('Number', [string] $e.Key)
        $node.SetAttribute('Value', [string] [int] $e.Value)
    }
    $proxy = [string] $option.ProxyAccessType
    if ($script:WinRMDProxies.ContainsKey($proxy)) { $root.SetAttribute('ProxyAccess', [string] $script:WinRMDProxies[$proxy]) }
    if ($option.ProxyAuthentication) { $root.SetAttribute('ProxyMechanism', [string] (ConvertTo-WinRMDMechanism ([string] $option.ProxyAuthentication))) }
    if ($option.ProxyCredential) {
        $root.SetAttribute('ProxyUser', $option.ProxyCredential.UserName)
        $root.SetAttribute('ProxyPassword', $option.ProxyCredential.GetNetworkCredential().Password)
    }
}
