# What PowerShell has itself is left alone.

# Test-WinRMDEngineCommand reports whether the engine has a cmdlet, or Windows a
# module with it.
function Test-WinRMDEngineCommand {
    param([string] $Name)
    if ($ExecutionContext.InvokeCommand.GetCmdlet($Name)) { return $true }
    $Name -like '*WSMan*' -and [System.IO.Directory]::Exists([System.IO.Path]::Combine($PSHOME, 'Modules', 'Microsoft.WSMan.Management'))
}

# Add-WinRMDModulePath lets PowerShell find this module by itself. To ask a server
# for its sessions the engine runs Get-WSManInstance in a runspace of its own, in
# which a module is there that was found, not one that was imported by its path.
function Add-WinRMDModulePath {
    if (-not $PSScriptRoot) { return }
    $directory = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($PSScriptRoot))
    $separator = [System.IO.Path]::PathSeparator
    if (([string] $env:PSModulePath).Split($separator) -notcontains $directory) {
        $env:PSModulePath = ([string] $env:PSModulePath + $separator + $directory).Trim($separator)
    }
}
Add-WinRMDModulePath

# Get-WinRMDMember reads what an object of the engine does not show.
function Get-WinRMDMember {
    param([object] $Object, [string] $Name)
    for ($type = $Object.GetType(); $type; $type = $type.BaseType) {
        $property = $type.GetProperty($Name, [System.Reflection.BindingFlags] 'Instance, NonPublic, Public, DeclaredOnly')
        if ($property) { return $property.GetValue($Object) }
    }
}
