if (Test-WinRMDEngineCommand 'Test-WSMan') { return }
<#
.SYNOPSIS
Asks whether a computer has a WS-Management service.
.DESCRIPTION
What is put out says who made the service and which versions it has. Without
-Authentication nobody logs on, and the service does not tell its version.

Where Windows has its own Test-WSMan, that is used and this is not there.
.PARAMETER ComputerName
The server. Without it that is this computer.
.PARAMETER ApplicationName
The last part of the server's URI, in place of wsman.
.PARAMETER Port
The port, in place of 5985 or, with -UseSSL, 5986.
.PARAMETER UseSSL
Uses TLS.
.PARAMETER Credential
Who logs on.
.PARAMETER Authentication
How: Default, Basic, Negotiate, Kerberos, Credssp or ClientCertificate. Without it nobody logs on.
.PARAMETER CertificateThumbprint
The certificate with which to log on.
.EXAMPLE
Test-WSMan server
.EXAMPLE
Test-WSMan server -Authentication Negotiate -Credential alice
.OUTPUTS
System.Xml.XmlElement
.LINK
Get-WSManInstance
#>
function Test-WSMan {
    [CmdletBinding(DefaultParameterSetName = 'ComputerName')]
    [OutputType([System.Xml.XmlElement])]
    param(
        [Parameter(Position = 0, ValueFromPipeline)]
        [Alias('cn')]
        [string] $ComputerName,
        [ValidateNotNullOrEmpty()]
        [Alias('auth', 'am')]
        [object] $Authentication = 'None',
        [Parameter(ParameterSetName = 'ComputerName')]
        [ValidateRange(1, 65535)]
        [int] $Port,
        [Parameter(ParameterSetName = 'ComputerName')]
        [switch] $UseSSL,
        [Parameter(ParameterSetName = 'ComputerName')]
        [ValidateNotNullOrEmpty()]
        [string] $ApplicationName,
        [ValidateNotNullOrEmpty()]
        [Alias('cred', 'c')]
        [System.Management.Automation.Credential()]
        [pscredential] $Credential,
        [ValidateNotNullOrEmpty()]
        [string] $CertificateThumbprint
    )
    process {
        $action = if ([string] $Authentication -in 'None', '0') { 'IdentifyAnonymously' } else { 'Identify' }
        try {
            foreach ($item in (Invoke-WinRMDNative (New-WinRMDInvocation $action $PSBoundParameters)).SelectNodes('Item/*')) { $item }
        } catch [System.InvalidOperationException] {
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new(
                $_.Exception, 'WsManError', [System.Management.Automation.ErrorCategory]::InvalidOperation, $ComputerName))
        }
    }
}
