if (Test-WinRMDEngineCommand 'New-WSManInstance') { return }
<#
.SYNOPSIS
Makes an instance of a WS-Management resource.
.DESCRIPTION
The instance has the values of -ValueSet, or what a file has. What is put out is a
reference to the instance.

Where Windows has its own New-WSManInstance, that is used and this is not there.
.PARAMETER ResourceURI
The resource: a URI, or the end of one as winrm/config/listener. Selectors may follow, as
in winrm/config/listener?Address=*+Transport=HTTP.
.PARAMETER SelectorSet
The selectors of the instance, as a hash table.
.PARAMETER ValueSet
The values, as a hash table.
.PARAMETER FilePath
A file with the instance's XML.
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
New-WSManInstance winrm/config/listener -SelectorSet @{ Address = '*'; Transport = 'HTTPS' } -ValueSet @{ Port = '5987' } -ComputerName server -Credential admin
.OUTPUTS
System.Xml.XmlElement
.LINK
Get-WSManInstance
#>
function New-WSManInstance {
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
        $uri = $parameters['ResourceURI']
        $body = if ($FilePath -and -not $PSBoundParameters.ContainsKey('ValueSet')) { Read-WinRMDFile $PSCmdlet $FilePath }
        else { New-WinRMDBody $uri (Get-WinRMDResourceName $uri) $ValueSet }
        Invoke-WinRMDInstance $PSCmdlet 'Create' $parameters $body
    }
}
