# What New-WSManSessionOption makes. It is a class, since PowerShell takes the
# object out of its PSObject before it hands it to Get-WSManInstance.
class WinRMDSessionOption {
    [object] $ProxyAccessType
    [object] $ProxyAuthentication
    [pscredential] $ProxyCredential
    [bool] $SkipCACheck
    [bool] $SkipCNCheck
    [bool] $SkipRevocationCheck
    [int] $SPNPort
    [int] $OperationTimeout
    [bool] $UseEncryption = $true
    [bool] $UseUtf16
}
