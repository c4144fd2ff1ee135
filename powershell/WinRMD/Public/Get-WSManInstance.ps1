if (Test-WinRMDEngineCommand 'Get-WSManInstance') { return }
<#
.SYNOPSIS
Gets an instance of a WS-Management resource, or lists its instances.
.DESCRIPTION
Instances are XML elements, whose children can be used as properties.

Where Windows has its own Get-WSManInstance, that is used and this is not there.
.PARAMETER ResourceURI
The resource: a URI, or the end of one as shell and winrm/config.
.PARAMETER SelectorSet
The selectors of the instance, as a hash table.
.PARAMETER Fragment
The part of the instance that is wanted.
.PARAMETER Enumerate
Lists all instances of the resource.
.PARAMETER Filter
An expression that chooses instances, as ShellId='8A0E' for Selector.
.PARAMETER Dialect
The language of the filter: Selector, or the URI of another.
.PARAMETER ReturnType
What is listed: object, epr (the references of the instances) or objectandepr.
.PARAMETER BasePropertiesOnly
Kept for scripts of Windows, without effect.
.PARAMETER Shallow
Kept for scripts of Windows, without effect.
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
Get-WSManInstance -ResourceURI shell -Enumerate -ComputerName server -Credential $credential
Lists the shells of the user, with ShellId, State, Name and IdleTimeOut.
.EXAMPLE
Get-WSManInstance -ResourceURI winrm/config -ComputerName server
.OUTPUTS
System.Xml.XmlElement
.LINK
Set-WSManInstance
#>
function Get-WSManInstance {
    [CmdletBinding(DefaultParameterSetName = 'GetInstance')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('RURI')]
        [string] $ResourceURI,
        [string] $ApplicationName,
        [Parameter(ParameterSetName = 'Enumerate')]
        [switch] $BasePropertiesOnly,
        [Alias('CN')]
        [string] $ComputerName,
        [Alias('CURI', 'CU')]
        [uri] $ConnectionURI,
        [string] $Dialect,
        [Parameter(Mandatory, ParameterSetName = 'Enumerate')]
        [switch] $Enumerate,
        [Parameter(ParameterSetName = 'Enumerate')]
        [string] $Filter,
        [Parameter(ParameterSetName = 'GetInstance')]
        [string] $Fragment,
        [Alias('OS')]
        [hashtable] $OptionSet,
        [ValidateRange(1, 65535)]
        [int] $Port,
        [Parameter(ParameterSetName = 'Enumerate')]
        [Alias('RT')]
        [ValidateSet('object', 'epr', 'objectandepr')]
        [string] $ReturnType = 'object',
        [Parameter(ParameterSetName = 'GetInstance')]
        [hashtable] $SelectorSet,
        [Alias('SO')]
        [object] $SessionOption,
        [Parameter(ParameterSetName = 'Enumerate')]
        [switch] $Shallow,
        [Alias('SSL')]
        [switch] $UseSSL,
        [Alias('Cred', 'C')]
        [pscredential] $Credential,
        [Alias('Auth', 'AM')]
        [object] $Authentication,
        [string] $CertificateThumbprint
    )
    process {
        $action = if ($Enumerate) { 'Enumerate' } else { 'Get' }
        $document = New-WinRMDInvocation $action $PSBoundParameters
        $root = $document.DocumentElement
        if ($Enumerate) {
            Add-WinRMDFilter $document $Dialect $Filter
            if ($ReturnType -ne 'object') { $root.SetAttribute('References', 'true') }
            if ($ReturnType -eq 'objectandepr') { $root.SetAttribute('Objects', 'true') }
        }
        try {
            $result = Invoke-WinRMDNative $document
        } catch [System.InvalidOperationException] {
            $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new(
                $_.Exception, 'WsManError', [System.Management.Automation.ErrorCategory]::InvalidOperation, $ResourceURI))
        }
        foreach ($item in $result.SelectNodes('Item/*')) { $item }
    }
}
