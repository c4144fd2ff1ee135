if (Test-WinRMDEngineCommand 'New-WSManSessionOption') { return }
<#
.SYNOPSIS
Creates session options for the WS-Management commands.
.DESCRIPTION
The object holds settings of the connection and is the value of the parameter
SessionOption of Get-WSManInstance and its like. Nothing is sent.

Where Windows has its own New-WSManSessionOption, that is used and this is not there.
.PARAMETER ProxyAccessType
How the way to a proxy is found: from the environment (HTTP_PROXY, HTTPS_PROXY and
NO_PROXY), or not at all.
.PARAMETER ProxyAuthentication
How the proxy is logged on to: Default, Negotiate, Basic or Digest. A user name and a
password are given by Basic only; anything else with ProxyCredential is an error.
.PARAMETER ProxyCredential
Who logs on to the proxy.
.PARAMETER SkipCACheck
Does not ask who has signed the server's certificate.
.PARAMETER SkipCNCheck
Does not compare the certificate's name with the server's.
.PARAMETER SkipRevocationCheck
Does not ask whether the certificate was taken back.
.PARAMETER SPNPort
Any port means that the server's port is in its service principal name.
.PARAMETER OperationTimeout
How long an operation may take, in milliseconds.
.PARAMETER NoEncryption
Permits passwords and messages in clear over HTTP.
.PARAMETER UseUTF16
Writes messages in UTF-16.
.EXAMPLE
Get-WSManInstance -ResourceURI shell -Enumerate -ComputerName server -UseSSL -SessionOption (New-WSManSessionOption -SkipCACheck)
.OUTPUTS
WinRMDSessionOption
.LINK
Get-WSManInstance
#>
function New-WSManSessionOption {
    [CmdletBinding()]
    param(
        [ValidateSet('ProxyIEConfig', 'ProxyWinHttpConfig', 'ProxyAutoDetect', 'ProxyNoProxyServer')]
        [string] $ProxyAccessType,
        [ValidateSet('Default', 'Negotiate', 'Basic', 'Digest')]
        [string] $ProxyAuthentication,
        [pscredential] $ProxyCredential,
        [switch] $SkipCACheck,
        [switch] $SkipCNCheck,
        [switch] $SkipRevocationCheck,
        [ValidateRange(0, [int]::MaxValue)]
        [int] $SPNPort,
        [Alias('OperationTimeoutMSec')]
        [ValidateRange(0, [int]::MaxValue)]
        [int] $OperationTimeout,
        [switch] $NoEncryption,
        [switch] $UseUTF16
    )
    $option = [WinRMDSessionOption]::new()
    $option.ProxyAccessType = $ProxyAccessType
    $option.ProxyAuthentication = $ProxyAuthentication
    $option.ProxyCredential = $ProxyCredential
    $option.SkipCACheck = $SkipCACheck
    $option.SkipCNCheck = $SkipCNCheck
    $option.SkipRevocationCheck = $SkipRevocationCheck
    $option.SPNPort = $SPNPort
    $option.OperationTimeout = $OperationTimeout
    $option.UseEncryption = -not $NoEncryption
    $option.UseUtf16 = $UseUTF16
    $option
}
