# Installs $env:WINRMD_TEST_LIBRARY beside this PowerShell, over nothing and over
# another library, and takes it away again.
function action { process { "$($_.Action) $([bool] $_.Backup)" } }
$target = "$PSHOME/libpsrpclient.so"
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY -WhatIf
"there: $([System.IO.File]::Exists($target))"
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY | action
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY | action
Uninstall-WinRMDClient | action
Uninstall-WinRMDClient | action
"there: $([System.IO.File]::Exists($target))"
[System.IO.File]::WriteAllText($target, 'another')
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY | action
[System.IO.File]::AppendAllText($target, 'an older one of winrmd')
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY | action
Uninstall-WinRMDClient -WhatIf
Uninstall-WinRMDClient | action
[System.IO.File]::ReadAllText($target)
Install-WinRMDClient $target
Install-WinRMDClient $env:WINRMD_TEST_LIBRARY -Destination "$PSHOME/nosuch"
