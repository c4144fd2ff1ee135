package winapi

import "github.com/winrmd/winrmd/wsman"

// Codes of the client's own errors: those of Windows.
const (
	errorInvalidHandle         wsman.FaultCode = 6
	errorInsufficientBuffer    wsman.FaultCode = 122
	errorNotFound              wsman.FaultCode = 1168
	errorLogonFailure          wsman.FaultCode = 1326
	errorCancelled             wsman.FaultCode = 1223
	errorSecureFailure         wsman.FaultCode = 12175
	errorCannotConnect         wsman.FaultCode = 0x80338012
	errorInvalidAuthentication wsman.FaultCode = 0x8033810E
	errorUnencryptedDisabled   wsman.FaultCode = 0x803380DE
	errorExplicitCredentials   wsman.FaultCode = 0x803380E5
	errorUnknownStatus         wsman.FaultCode = 0x8033810F
	errorTooLarge              wsman.FaultCode = 0x80338111
	errorServiceUnavailable    wsman.FaultCode = 0x80338112
	errorURLNotAvailable       wsman.FaultCode = 0x80338113
	errorNetworkTimedOut       wsman.FaultCode = 0x80338126
	errorServerError           wsman.FaultCode = 0x80338170
	errorBadRequest            wsman.FaultCode = 0x80338171
	errorSetOptionParameter    wsman.FaultCode = 0x80338178
	errorInvalidLocale         wsman.FaultCode = 0x80338194
	errorInvalidUILanguage     wsman.FaultCode = 0x80338195
	errorProxyAuthentication   wsman.FaultCode = 0x8033819A
	errorProxyAccessType       wsman.FaultCode = 0x8033819C
	errorGetDwordParameter     wsman.FaultCode = 0x8033819F
	errorGetStringParameter    wsman.FaultCode = 0x803381A0
	errorRedirectNotAvailable  wsman.FaultCode = 0x803381AA
	errorNameNotResolved       wsman.FaultCode = 0x803381B9
	errorSSLConnectionAborted  wsman.FaultCode = 0x803381BA
	errorImproperResponse      wsman.FaultCode = 1722
)

// texts are the client's: what Windows says, where WSManGetErrorMessage is asked.
// Those of the server's codes are in package wsman.
var texts = map[wsman.FaultCode]string{
	errorInvalidHandle:      "The handle is invalid.",
	errorInsufficientBuffer: "The data area passed to a system call is too small.",
	errorNotFound:           "Element not found.",
	errorLogonFailure:       "The user name or password is incorrect.",
	errorCancelled:          "The operation was canceled by the user.",
	errorImproperResponse:   "The answer of the server cannot be understood.",
	errorSecureFailure:      "The server certificate on the destination computer has errors.",
	errorCannotConnect: "The client cannot connect to the destination specified in the request. Verify that the service on the " +
		"destination is running and is accepting requests. Consult the logs and documentation for the WS-Management service " +
		"running on the destination, most commonly IIS or WinRM. If the destination is the WinRM service, run the following " +
		"command on the destination to analyze and configure the WinRM service: \"winrm quickconfig\".",
	errorUnencryptedDisabled: "The WinRM client cannot process the request. Unencrypted traffic is currently disabled in the " +
		"client configuration. Change the client configuration and try the request again.",
	errorExplicitCredentials: "The WinRM client cannot process the request. There are no credentials to log on with: give a " +
		"user name and a password, or get a Kerberos ticket.",
	errorInvalidAuthentication: "The WinRM client cannot process the request. The authentication mechanism requested by the " +
		"client is not supported by the server or unencrypted traffic is disabled in the service configuration. Verify the unencrypted " +
		"traffic setting in the service configuration or specify one of the authentication mechanisms supported by the server.",
	errorUnknownStatus: "The WinRM client received an unknown HTTP status code from the remote WS-Management service.",
	errorTooLarge: "The WinRM client sent a request to the remote WS-Management service and was notified that the request size " +
		"exceeded the configured MaxEnvelopeSize quota.",
	errorServiceUnavailable: "The connection to the specified remote host was refused. Verify that the WS-Management service is " +
		"running on the remote host and configured to listen for requests on the correct port and HTTP URL.",
	errorURLNotAvailable: "The WinRM client sent a request to an HTTP server and got a response saying the requested HTTP URL " +
		"was not available. This is usually returned by a HTTP server that does not support the WS-Management protocol.",
	errorNetworkTimedOut: "WinRM cannot complete the operation. Verify that the specified computer name is valid, that the " +
		"computer is accessible over the network, and that a firewall exception for the WinRM service is enabled and allows " +
		"access from this computer.",
	errorServerError: "The WinRM client received an HTTP server error status (500), but the remote service did not include any " +
		"other information about the cause of the failure.",
	errorBadRequest: "The WinRM client received an HTTP bad request status (400), but the remote service did not include any " +
		"other information about the cause of the failure.",
	errorSetOptionParameter: "The WinRM client cannot process the request. One of the parameters required for the " +
		"WSManSetSessionOption function is invalid. Change the invalid parameter and try again.",
	errorGetDwordParameter: "The WinRM client cannot process the request. One of the parameters required for the " +
		"WSManGetSessionOptionAsDword function is invalid. Change the invalid parameter and try again.",
	errorGetStringParameter: "The WinRM client cannot process the request. One of the parameters required for the " +
		"WSManGetSessionOptionAsString function is invalid. Change the invalid parameter and try again.",
	errorInvalidLocale: "The WinRM client cannot process the request. The locale option is invalid. Change the locale and try " +
		"again.",
	errorInvalidUILanguage: "The WinRM client cannot process the request. The UI language option is invalid. Change the UI " +
		"language and try again.",
	errorProxyAuthentication: "The WinRM client cannot process the request. The authentication mechanism for the proxy is not " +
		"supported: this client gives a proxy a user name and a password by Basic only. Ask for Basic (-ProxyAuthentication Basic) " +
		"and try the request again.",
	errorProxyAccessType: "The WinRM client cannot process the request. The proxy access type is incorrect. Use one of the " +
		"proxy access type flags; the flags cannot be combined. Change the invalid proxy access type and try the request again.",
	errorRedirectNotAvailable: "An application tried to retrieve the HTTP Redirect location from the session when no redirect " +
		"error was returned.",
	errorNameNotResolved: "The WinRM client cannot process the request because the server name cannot be resolved.",
	errorSSLConnectionAborted: "The SSL connection cannot be established. Verify that the service on the remote host is " +
		"properly configured to listen for HTTPS requests.",
	wsman.CodeRedirectRequested: "The WinRM service cannot process the request because the request needs to be sent to a " +
		"different machine. Use the redirect information to send the request to a new machine.",
	wsman.CodeOperationAborted: "The I/O operation has been aborted because of either a thread exit or an application request.",
}

// Message is the text of an error code, in English. A code that is not known has
// its number for a text.
func Message(code wsman.FaultCode) string {
	if text, ok := texts[code]; ok {
		return text
	}
	return wsman.NewFault(code, "").Reason
}
