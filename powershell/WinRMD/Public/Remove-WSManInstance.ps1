if (Test-WinRMDEngineCommand 'Remove-WSManInstance') { return }
<#
.SYNOPSIS
Removes an instance of a WS-Management resource.
.DESCRIPTION
Nothing is put out.

Where Windows has its own Remove-WSManInstance, that is used and this is not there.
.PARAMETER ResourceURI
The resource: a URI, or the end of one as winrm/config/listener. Selectors may follow, as
in winrm/config/listener?Address=*+Transport=HTTP.
.PARAMETER SelectorSet
The selectors of the instance, as a hash table.
.PARAMETER ComputerName
The server. Without it that is this computer.
.PARAMETER ConnectionURI
The server's URI, as http://server:5985/wsman.
.PARAMETER ApplicationName
The last part of the server's URI, in place of wsman.
.PARAMETER Port
The port, in place of 5985 or, with -UseSSL, 5986.
.PARAMETER UseSSL
Uses TLS.
.PARAMETER Credential
Who logs on.
.PARAMETER Authentication
How: Default, Basic, Negotiate, Kerberos, Credssp, ClientCertificate or None.
.PARAMETER CertificateThumbprint
The certificate with which to log on.
.PARAMETER OptionSet
Options of the request, as a hash table.
.PARAMETER SessionOption
What New-WSManSessionOption made.
.EXAMPLE
Remove-WSManInstance winrm/config/listener -SelectorSet @{ Address = '*'; Transport = 'HTTPS' } -ComputerName server -Credential admin
.OUTPUTS
Nothing.
.LINK
Get-WSManInstance
#>
function Remove-WSManInstance {
    [CmdletBinding(DefaultParameterSetName = 'ComputerName')]
    [OutputType([System.Xml.XmlElement])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('ruri')]
        [ValidateNotNullOrEmpty()]
        [string] $ResourceURI,
        [Parameter(Position = 1, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [hashtable] $SelectorSet,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Alias('cn')]
        [string] $ComputerName,
        [Parameter(ParameterSetName = 'URI')]
        [ValidateNotNullOrEmpty()]
        [Alias('CURI', 'CU')]
        [uri] $ConnectionURI,
        [Parameter(ParameterSetName = 'ComputerName')]
        [ValidateNotNullOrEmpty()]
        [string] $ApplicationName,
        [Parameter(ParameterSetName = 'ComputerName')]
        [ValidateRange(1, 65535)]
        [int] $Port,
        [Parameter(ParameterSetName = 'ComputerName')]
        [Alias('ssl')]
        [switch] $UseSSL,
        [ValidateNotNullOrEmpty()]
        [Alias('os')]
        [hashtable] $OptionSet,
        [ValidateNotNullOrEmpty()]
        [Alias('so')]
        [object] $SessionOption,
        [ValidateNotNullOrEmpty()]
        [Alias('cred', 'c')]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,
        [ValidateNotNullOrEmpty()]
        [Alias('auth', 'am')]
        [object] $Authentication,
        [ValidateNotNullOrEmpty()]
        [string] $CertificateThumbprint
    )
    process {
        Invoke-WinRMDInstance $PSCmdlet 'Delete' (Split-WinRMDResource $PSBoundParameters)
    }
}
