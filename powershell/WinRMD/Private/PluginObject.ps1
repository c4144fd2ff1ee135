# Session configurations as Get-PSSessionConfiguration shows them on Windows.

# ConvertTo-WinRMDConfiguration makes an object of a plug-in's document, with a
# property for each of its values, whatever element has it.
function ConvertTo-WinRMDConfiguration {
    param([System.Xml.XmlDocument] $Plugin)
    $root = $Plugin.DocumentElement
    $values = [ordered] @{ xmlns = $root.NamespaceURI }
    foreach ($attribute in $root.Attributes) {
        if ($attribute.Prefix -eq 'xmlns' -or $attribute.Name -eq 'xmlns') { continue }
        $values[$attribute.LocalName] = $attribute.Value
    }
    foreach ($parameter in $root.SelectNodes('*[local-name()="InitializationParameters"]/*[local-name()="Param"]')) {
        $values[$parameter.GetAttribute('Name')] = $parameter.GetAttribute('Value')
    }
    foreach ($resource in $root.SelectNodes('*[local-name()="Resources"]/*')) {
        foreach ($attribute in $resource.Attributes) { $values[$attribute.LocalName] = $attribute.Value }
        $values['Capability'] = [string[]] @(foreach ($node in $resource.SelectNodes('*[local-name()="Capability"]')) { $node.GetAttribute('Type') })
        foreach ($node in $resource.SelectNodes('*[local-name()="Security"]')) {
            $values['Uri'] = $node.GetAttribute('Uri')
            $values['SecurityDescriptorSddl'] = $node.GetAttribute('Sddl')
            $values['ParentResourceUri'] = $values['ResourceUri']
        }
    }
    foreach ($attribute in $root.SelectNodes('*[local-name()="Quotas"]/@*')) { $values[$attribute.LocalName] = $attribute.Value }
    Add-WinRMDSessionData $values
    $values['Permission'] = Get-WinRMDPermission $values['SecurityDescriptorSddl'] $values['winrmd.Permission']
    $object = [pscustomobject] $values
    $object.PSObject.TypeNames.Insert(0, 'Microsoft.PowerShell.Commands.PSSessionConfigurationCommands#PSSessionConfiguration')
    $object
}

# Add-WinRMDSessionData adds what the session configuration data say, which are XML
# in a value.
function Add-WinRMDSessionData {
    param([System.Collections.IDictionary] $Values)
    if (-not $Values['sessionconfigurationdata']) { return }
    try { $data = ConvertTo-WinRMDPlugin $Values['sessionconfigurationdata'] } catch { return }
    foreach ($parameter in $data.DocumentElement.SelectNodes('*')) {
        $name = $parameter.GetAttribute('Name')
        if ($name -ne 'PrivateData') { $Values[$name] = $parameter.GetAttribute('Value'); continue }
        foreach ($private in $parameter.SelectNodes('*/*')) { $Values[$private.GetAttribute('Name')] = $private.GetAttribute('Value') }
    }
}

$script:WinRMDAccounts = @{
    AU = 'NT AUTHORITY\Authenticated Users'; BA = 'BUILTIN\Administrators'; BU = 'BUILTIN\Users'; IU = 'NT AUTHORITY\INTERACTIVE'
    NS = 'NT AUTHORITY\NETWORK SERVICE'; NU = 'NT AUTHORITY\NETWORK'; RM = 'BUILTIN\Remote Management Users'; SY = 'NT AUTHORITY\SYSTEM'
    WD = 'Everyone'
}

# Get-WinRMDPermission writes out whom a security descriptor and winrmd's own list let
# in, as Windows does.
function Get-WinRMDPermission {
    param([string] $Sddl, [string] $Names)
    $list = $Sddl -match 'D:[A-Z]*((\([^)]*\))*)' ? $Matches[1] : ''
    $entries = @(foreach ($entry in [regex]::Matches($list, '\((?<kind>[AD]);[^;]*;[^;]*;[^;]*;[^;]*;(?<who>[^;)]*)[^)]*\)')) {
        $who = $entry.Groups['who'].Value
        $account = $script:WinRMDAccounts[$who]
        if (-not $account) { $account = $who }
        $account + ($entry.Groups['kind'].Value -eq 'A' ? ' AccessAllowed' : ' AccessDenied')
    }) + @(foreach ($name in $Names.Split(',', [System.StringSplitOptions] 'RemoveEmptyEntries, TrimEntries')) { "$name AccessAllowed" })
    $entries -join ', '
}

# New-WinRMDPluginItem makes what Register-PSSessionConfiguration puts out: the item
# of the drive WSMan: on Windows.
function New-WinRMDPluginItem {
    param([string] $Computer, [string] $Name)
    New-WinRMDItem "Microsoft.WSMan.Management\WSMan::$Computer\Plugin" $Name 'WSManConfigContainerElement' ([ordered] @{
        Type = 'Container'; Keys = [string[]] @("Name=$Name"); Name = $Name
    })
}

# New-WinRMDParameterItem makes what Set-PSSessionConfiguration puts out: the item of
# a parameter.
function New-WinRMDParameterItem {
    param([string] $Computer, [string] $Plugin, [string] $Name, [string] $Value)
    New-WinRMDItem "Microsoft.WSMan.Management\WSMan::$Computer\Plugin\$Plugin\InitializationParameters" $Name 'WSManConfigLeafElement#InitParams' ([ordered] @{
        Name = $Name; Value = $Value; Type = 'System.String'
    })
}

function New-WinRMDItem {
    param([string] $Parent, [string] $Name, [string] $Type, [System.Collections.IDictionary] $Values)
    $Values['PSPath'] = "$Parent\$Name"
    $Values['PSParentPath'] = $Parent
    $Values['PSChildName'] = $Name
    $Values['PSIsContainer'] = $Values['Type'] -eq 'Container'
    $object = [pscustomobject] $Values
    $object.PSObject.TypeNames.Insert(0, 'Microsoft.WSMan.Management.WSManConfigElement')
    $object.PSObject.TypeNames.Insert(0, "Microsoft.WSMan.Management.$Type")
    $object
}
