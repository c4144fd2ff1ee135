@{
    RootModule        = 'WinRMD.psm1'
    ModuleVersion     = '0.1.0'
    GUID              = '6d3c7c0e-9f2e-4a55-9b1f-7c0b1d1b5b2a'
    Author            = 'The winrmd authors'
    Description       = 'Commands of WS-Management for PowerShell without Windows'' WinRM client, and of session configurations for winrmd.'
    PowerShellVersion = '7.2'
    FunctionsToExport = @(
        'Get-WSManInstance', 'Invoke-WSManAction', 'New-WSManInstance', 'New-WSManSessionOption', 'Remove-WSManInstance'
        'Set-WSManInstance', 'Test-WSMan'
        'Connect-PSSession', 'Disconnect-PSSession', 'Get-PSSession', 'Receive-PSSession'
        'Disable-PSSessionConfiguration', 'Enable-PSSessionConfiguration', 'Get-PSSessionConfiguration'
        'Register-PSSessionConfiguration', 'Set-PSSessionConfiguration', 'Unregister-PSSessionConfiguration'
        'Install-WinRMDClient', 'Uninstall-WinRMDClient'
    )
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
