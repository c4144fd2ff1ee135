# The configuration examples of about_Remote_Disconnected_Sessions and of
# New-PSTransportOption, and what else there is. $where is the server.
$t = New-PSTransportOption -IdleTimeoutSec 172800 -MaxIdleTimeoutSec 259200 -OutputBufferingMode Drop
Register-PSSessionConfiguration -Name Test -TransportOption $t @where | ForEach-Object { "registered $($_.Type) $($_.Keys) $($_.Name)" }
Register-PSSessionConfiguration -Name Test -TransportOption $t @where
function state { Get-PSSessionConfiguration -Name Test @where | ForEach-Object { "$($_.Name) $($_.Enabled) $($_.IdleTimeoutms) $($_.MaxIdleTimeoutms) $($_.OutputBufferingMode) $($_.MaxShells)" } }
state
Set-PSSessionConfiguration -Name Test -TransportOption (New-PSTransportOption -MaxIdleTimeoutSec 604800 -IdleTimeoutSec 345600) @where
state
Set-PSSessionConfiguration -Name Test -TransportOption (New-PSTransportOption -IdleTimeoutSec 2000000) @where
Set-PSSessionConfiguration -Name Test -TransportOption (New-PSTransportOption -MaxSessions 3) -MaximumReceivedObjectSizeMB 12 -ModulesToImport one, @{ ModuleName = 'two' } @where |
    ForEach-Object { "set $($_.Name)" }
state
Get-PSSessionConfiguration T?st @where | ForEach-Object { "$($_.psmaximumreceivedobjectsizemb) $($_.modulestoimport) $($_.ResourceUri) $($_.Capability) $($_.lang)" }
Disable-PSSessionConfiguration Test @where
state
Get-PSSessionConfiguration Te* @where | Enable-PSSessionConfiguration @where
state
Set-PSSessionConfiguration Test -AccessMode Local @where -WarningAction Ignore
Get-PSSessionConfiguration Test @where | ForEach-Object { "$($_.Enabled) $($_.Permission)" }
Enable-PSSessionConfiguration Test @where
Get-PSSessionConfiguration Test @where | ForEach-Object { "$($_.Enabled) $($_.Permission)" }
Set-PSSessionConfiguration Test -SecurityDescriptorSddl '' @where -WarningAction Ignore
Get-PSSessionConfiguration Test @where | ForEach-Object { "$($_.Enabled) $($_.Permission)" }
Register-PSSessionConfiguration -Name test -Force -TransportOption (New-PSTransportOption -IdleTimeoutSec 172800 -MaxIdleTimeoutSec 259200 -OutputBufferingMode Drop) @where | ForEach-Object { "again $($_.Name)" }
state
Unregister-PSSessionConfiguration Test @where -WhatIf
state
"all: $(@(Get-PSSessionConfiguration @where | ForEach-Object Name))"
Get-PSSessionConfiguration nosuch @where
Get-PSSessionConfiguration nosuch* @where
Unregister-PSSessionConfiguration nosuch @where
Enable-PSSessionConfiguration nosuch @where
Set-PSSessionConfiguration nosuch -AccessMode Remote @where
