# Instances of resources, and what Set-, New-, Remove-WSManInstance and
# Invoke-WSManAction do with them.

# Split-WinRMDResource takes the selectors out of a resource URI, as in
# winrm/config/listener?Address=*+Transport=HTTP, and puts them to the others.
function Split-WinRMDResource {
    param([System.Collections.IDictionary] $Parameters)
    $result = @{}
    foreach ($parameter in $Parameters.GetEnumerator()) { $result[$parameter.Key] = $parameter.Value }
    $uri, $query = ([string] $result['ResourceURI']).Split('?', 2)
    if (-not $query) { return $result }
    $selectors = @{}
    foreach ($selector in ($result['SelectorSet'] ?? @{}).GetEnumerator()) { $selectors[$selector.Key] = $selector.Value }
    foreach ($part in $query.Split('+')) {
        $name, $value = $part.Split('=', 2)
        $selectors[[uri]::UnescapeDataString($name)] = [uri]::UnescapeDataString([string] $value)
    }
    $result['ResourceURI'] = $uri
    $result['SelectorSet'] = $selectors
    $result
}

# Invoke-WinRMDInstance does an operation and gives the elements of its answer. An
# error ends the command, as with Windows' own.
function Invoke-WinRMDInstance {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Action, [System.Collections.IDictionary] $Parameters, [string] $Body, [string] $Method)
    $document = New-WinRMDInvocation $Action $Parameters
    if ($Method) { $document.DocumentElement.SetAttribute('Method', $Method) }
    if ($Body) { $document.DocumentElement.AppendChild($document.CreateElement('Body')).InnerText = $Body }
    try {
        $result = Invoke-WinRMDNative $document
    } catch [System.InvalidOperationException] {
        Stop-WinRMDInstance $Cmdlet $_.Exception $Parameters['ResourceURI']
    }
    foreach ($item in $result.SelectNodes('Item/*')) { $item }
}

function Stop-WinRMDInstance {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Exception] $Exception, [object] $Target)
    $Cmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new(
        $Exception, 'WsManError', [System.Management.Automation.ErrorCategory]::InvalidOperation, $Target))
}

# Read-WinRMDFile is a file's text.
function Read-WinRMDFile {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Path)
    $full = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    try { [System.IO.File]::ReadAllText($full) } catch { Stop-WinRMDInstance $Cmdlet (Get-WinRMDCause $_) $full }
}

# New-WinRMDBody makes the input of a Create or Invoke of names and values.
function New-WinRMDBody {
    param([string] $ResourceURI, [string] $Name, [System.Collections.IDictionary] $Values)
    $namespace = Resolve-WinRMDResourceUri $ResourceURI
    $document = [System.Xml.XmlDocument]::new()
    $root = $document.AppendChild($document.CreateElement('p', $Name, $namespace))
    foreach ($value in ($Values ?? @{}).GetEnumerator()) {
        $node = $root.AppendChild($document.CreateElement('p', [string] $value.Key, $namespace))
        Set-WinRMDValue $node $value.Value
    }
    $root.OuterXml
}

# Set-WinRMDValue gives an element a value, or says that it has none.
function Set-WinRMDValue {
    param([System.Xml.XmlElement] $Element, [object] $Value)
    $instance = 'http://www.w3.org/2001/XMLSchema-instance'
    if ($null -ne $Value) {
        $Element.RemoveAttribute('nil', $instance)
        $Element.InnerText = if ($Value -is [bool]) { ([string] $Value).ToLowerInvariant() } else { [string] $Value }
        return
    }
    [void] $Element.SetAttribute('nil', $instance, 'true')
    $Element.InnerText = ''
}

# Set-WinRMDInstanceValue changes values in an instance that the server gave.
function Set-WinRMDInstanceValue {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Xml.XmlElement] $Instance, [System.Collections.IDictionary] $Values)
    foreach ($value in ($Values ?? @{}).GetEnumerator()) {
        $found = @(foreach ($node in $Instance.ChildNodes) { if ($node.LocalName -eq $value.Key) { $node } })
        $wrong = if ($found.Count -eq 0) { "There is no $($value.Key) in the instance." }
        elseif ($found.Count -gt 1) { "There is more than one $($value.Key) in the instance." }
        elseif ($found[0].SelectSingleNode('*')) { "$($value.Key) has elements in it. Set those by their own resource URI." }
        if ($wrong) { Stop-WinRMDInstance $Cmdlet ([System.ArgumentException]::new($wrong)) $value.Key }
        Set-WinRMDValue $found[0] $value.Value
    }
}

# Resolve-WinRMDResourceUri writes the ends of URIs out that stand for the whole.
function Resolve-WinRMDResourceUri {
    param([string] $ResourceURI)
    if ($ResourceURI.Contains('://')) { return $ResourceURI }
    $ResourceURI -replace '^(winrm|wsman)/', 'http://schemas.microsoft.com/wbem/wsman/1/' `
        -replace '^shell', 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell'
}

# Get-WinRMDResourceName is the last part of a resource URI.
function Get-WinRMDResourceName {
    param([string] $ResourceURI)
    $ResourceURI.Substring($ResourceURI.LastIndexOf('/') + 1)
}
