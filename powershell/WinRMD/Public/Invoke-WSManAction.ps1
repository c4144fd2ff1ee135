if (Test-WinRMDEngineCommand 'Invoke-WSManAction') { return }
<#
.SYNOPSIS
Invokes a method of a WS-Management resource.
.DESCRIPTION
The method's input has the values of -ValueSet, or what a file has. What is put out is its
output.

Where Windows has its own Invoke-WSManAction, that is used and this is not there.
.PARAMETER Action
The method.
.PARAMETER ResourceURI
The resource: a URI, or the end of one as winrm/config/listener. Selectors may follow, as
in winrm/config/listener?Address=*+Transport=HTTP.
.PARAMETER SelectorSet
The selectors of the instance, as a hash table.
.PARAMETER ValueSet
Values of the input, as a hash table.
.PARAMETER FilePath
A file with the input's XML.
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
Invoke-WSManAction -Action StopService -ResourceURI wmicimv2/Win32_Service -SelectorSet @{ Name = 'spooler' } -ComputerName windows -Credential admin
.OUTPUTS
System.Xml.XmlElement
.LINK
Get-WSManInstance
#>
function Invoke-WSManAction {
    [CmdletBinding(DefaultParameterSetName = 'ComputerName')]
    [OutputType([System.Xml.XmlElement])]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Action,
        [Parameter(Mandatory, Position = 1, ValueFromPipelineByPropertyName)]
        [Alias('ruri')]
        [ValidateNotNullOrEmpty()]
        [string] $ResourceURI,
        [Parameter(Position = 2, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [hashtable] $SelectorSet,
        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Path')]
        [ValidateNotNullOrEmpty()]
        [string] $FilePath,
        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [hashtable] $ValueSet,
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
        $parameters = Split-WinRMDResource $PSBoundParameters
        $body = if ($FilePath -and -not $PSBoundParameters.ContainsKey('ValueSet')) { Read-WinRMDFile $PSCmdlet $FilePath }
        else { New-WinRMDBody $parameters['ResourceURI'] "$($Action)_INPUT" $ValueSet }
        Invoke-WinRMDInstance $PSCmdlet 'Invoke' $parameters $body $Action
    }
}
