# The parameters of Register- and Set-PSSessionConfiguration, entered in a plug-in's
# document.

# New-WinRMDPluginDocument is a session configuration with nothing set. Everybody may
# use it who may log on, as with those that winrmd makes itself.
function New-WinRMDPluginDocument {
    param([string] $Name)
    $document = [System.Xml.XmlDocument]::new()
    $add = {
        param($parent, $element, $attributes)
        $node = $parent.AppendChild($document.CreateElement($element, $script:WinRMDPluginNamespace))
        foreach ($attribute in $attributes.GetEnumerator()) { $node.SetAttribute($attribute.Key, $attribute.Value) }
        $node
    }
    $uri = "http://schemas.microsoft.com/powershell/$Name"
    $root = & $add $document 'PlugInConfiguration' ([ordered] @{
        Name = $Name; Filename = '%windir%\system32\pwrshplugin.dll'; SDKVersion = '2'; XmlRenderingType = 'text'; Enabled = 'true'
    })
    [void] (& $add $root 'InitializationParameters' @{})
    $resource = & $add (& $add $root 'Resources' @{}) 'Resource' ([ordered] @{ ResourceUri = $uri; SupportsOptions = 'true'; ExactMatch = 'true' })
    [void] (& $add $resource 'Security' ([ordered] @{
        Uri = $uri; ExactMatch = 'true'; Sddl = 'O:NSG:BAD:P(A;;GA;;;BA)(A;;GA;;;AU)S:P(AU;FA;GA;;;WD)(AU;SA;GXGW;;;WD)'
    }))
    [void] (& $add $resource 'Capability' @{ Type = 'Shell' })
    [void] (& $add $root 'Quotas' @{})
    , $document
}

# Select-WinRMDNode gives the first element at a path of local names.
function Select-WinRMDNode {
    param([System.Xml.XmlNode] $Node, [string[]] $Path)
    foreach ($name in $Path) {
        if ($Node) { $Node = $Node.SelectSingleNode("*[local-name()='$name']") }
    }
    $Node
}

# Set-WinRMDParameter sets an initialization parameter. Without a value it is taken
# out, which is the default.
function Set-WinRMDParameter {
    param([System.Xml.XmlDocument] $Plugin, [string] $Name, [string] $Value)
    $parent = Select-WinRMDNode $Plugin.DocumentElement 'InitializationParameters'
    if (-not $parent) {
        $parent = $Plugin.DocumentElement.PrependChild($Plugin.CreateElement('InitializationParameters', $script:WinRMDPluginNamespace))
    }
    foreach ($node in @($parent.SelectNodes('*'))) {
        if ($node.GetAttribute('Name') -eq $Name) { [void] $parent.RemoveChild($node) }
    }
    if (-not $Value) { return }
    $node = $parent.AppendChild($Plugin.CreateElement('Param', $script:WinRMDPluginNamespace))
    $node.SetAttribute('Name', $Name)
    $node.SetAttribute('Value', $Value)
}

# The parameters that are texts, and their places.
$script:WinRMDTextParameters = [ordered] @{
    AssemblyName = 'assemblyname'; ApplicationBase = 'applicationbase'; ConfigurationTypeName = 'pssessionconfigurationtypename'
    ThreadApartmentState = 'pssessionthreadapartmentstate'; ThreadOptions = 'pssessionthreadoptions'; StartupScript = 'startupscript'
    MaximumReceivedDataSizePerCommandMB = 'psmaximumreceiveddatasizepercommandmb'; MaximumReceivedObjectSizeMB = 'psmaximumreceivedobjectsizemb'
    PSVersion = 'PSVersion'; Path = 'configfilepath'
}

# Set-WinRMDPluginValue enters the parameters of a command, and gives the names and
# values of the initialization parameters that it set.
function Set-WinRMDPluginValue {
    param([System.Xml.XmlDocument] $Plugin, [System.Collections.IDictionary] $Parameters)
    foreach ($parameter in $script:WinRMDTextParameters.GetEnumerator()) {
        if (-not $Parameters.ContainsKey($parameter.Key)) { continue }
        $value = [System.Convert]::ToString($Parameters[$parameter.Key], [cultureinfo]::InvariantCulture)
        Set-WinRMDParameter $Plugin $parameter.Value $value
        [pscustomobject] @{ Name = $parameter.Value; Value = $value }
    }
    if ($Parameters.ContainsKey('ModulesToImport')) { Set-WinRMDModule $Plugin $Parameters['ModulesToImport'] }
    $root = $Plugin.DocumentElement
    if ($Parameters.ContainsKey('UseSharedProcess')) { $root.SetAttribute('UseSharedProcess', ([string] [bool] $Parameters['UseSharedProcess']).ToLowerInvariant()) }
    if ($Parameters['RunAsCredential']) { $root.SetAttribute('RunAsUser', $Parameters['RunAsCredential'].UserName) }
    if ($Parameters['TransportOption']) { Set-WinRMDTransport $root $Parameters['TransportOption'] }
    if ($Parameters.ContainsKey('SecurityDescriptorSddl')) {
        Set-WinRMDParameter $Plugin 'winrmd.Permission' ''
        Set-WinRMDSddl $Plugin $Parameters['SecurityDescriptorSddl']
    }
    if ($Parameters.ContainsKey('AccessMode')) { Set-WinRMDAccess $Plugin ([string] $Parameters['AccessMode']) }
}

# Set-WinRMDModule enters the modules, which are names or tables with ModuleName.
function Set-WinRMDModule {
    param([System.Xml.XmlDocument] $Plugin, [object[]] $Modules)
    $names = foreach ($module in $Modules) {
        if ($module -is [System.Collections.IDictionary]) { $module['ModuleName'] } else { [string] $module }
    }
    $data = [System.Xml.XmlDocument]::new()
    $parameter = $data.AppendChild($data.CreateElement('SessionConfigurationData')).AppendChild($data.CreateElement('Param'))
    $parameter.SetAttribute('Name', 'modulestoimport')
    $parameter.SetAttribute('Value', ($names -join ','))
    Set-WinRMDParameter $Plugin 'sessionconfigurationdata' ($names ? $data.OuterXml : '')
    [pscustomobject] @{ Name = 'sessionconfigurationdata'; Value = $data.OuterXml }
}

# What New-PSTransportOption has, and the quotas.
$script:WinRMDQuotas = [ordered] @{
    MaxConcurrentUsers = 'MaxConcurrentUsers'; MaxProcessesPerSession = 'MaxProcessesPerShell'; MaxMemoryPerSessionMB = 'MaxMemoryPerShellMB'
    MaxSessionsPerUser = 'MaxShellsPerUser'; MaxConcurrentCommandsPerSession = 'MaxConcurrentCommandsPerShell'; MaxSessions = 'MaxShells'
    IdleTimeoutSec = 'IdleTimeoutms'; MaxIdleTimeoutSec = 'MaxIdleTimeoutms'
}

# Set-WinRMDTransport enters transport options. What they have not set stays.
function Set-WinRMDTransport {
    param([System.Xml.XmlElement] $Root, [object] $Option)
    $quotas = Select-WinRMDNode $Root 'Quotas'
    if (-not $quotas) { $quotas = $Root.AppendChild($Root.OwnerDocument.CreateElement('Quotas', $script:WinRMDPluginNamespace)) }
    foreach ($quota in $script:WinRMDQuotas.GetEnumerator()) {
        $value = $Option.($quota.Key)
        if ($null -eq $value) { continue }
        $quotas.SetAttribute($quota.Value, [string] ($quota.Key -like '*Sec' ? 1000 * [long] $value : $value))
    }
    foreach ($name in 'OutputBufferingMode', 'ProcessIdleTimeoutSec') {
        if ($null -ne $Option.$name) { $Root.SetAttribute($name, [string] $Option.$name) }
    }
}

# Set-WinRMDSddl enters a security descriptor. Without one the element goes.
function Set-WinRMDSddl {
    param([System.Xml.XmlDocument] $Plugin, [string] $Sddl)
    $resource = Select-WinRMDNode $Plugin.DocumentElement 'Resources', 'Resource'
    $node = Select-WinRMDNode $resource 'Security'
    if (-not $Sddl) {
        if ($node) { [void] $resource.RemoveChild($node) }
        return
    }
    if (-not $node) {
        $node = $resource.PrependChild($Plugin.CreateElement('Security', $script:WinRMDPluginNamespace))
        $node.SetAttribute('Uri', $resource.GetAttribute('ResourceUri'))
        $node.SetAttribute('ExactMatch', 'true')
    }
    $node.SetAttribute('Sddl', $Sddl)
}

$script:WinRMDNoNetwork = '(D;;GA;;;NU)'

# Set-WinRMDAccess enters who may use the configuration: nobody (Disabled), nobody over
# the network (Local), or whom its permission lets in (Remote).
function Set-WinRMDAccess {
    param([System.Xml.XmlDocument] $Plugin, [string] $Mode)
    $Plugin.DocumentElement.SetAttribute('Enabled', ($Mode -eq 'Disabled' ? 'false' : 'true'))
    if ($Mode -eq 'Disabled') { return }
    $node = Select-WinRMDNode $Plugin.DocumentElement 'Resources', 'Resource', 'Security'
    if (-not $node) { return }
    $sddl = $node.GetAttribute('Sddl').Replace($script:WinRMDNoNetwork, '')
    if ($Mode -eq 'Local') { $sddl = $sddl -replace 'D:([A-Z]*)', "D:`$1$script:WinRMDNoNetwork" }
    $node.SetAttribute('Sddl', $sddl)
}
