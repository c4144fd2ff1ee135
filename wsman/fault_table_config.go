package wsman

// configFaults are about what a Put or Create holds, for the most part of the
// service's configuration (DSP0226 section 14.6 and Windows' own). The message
// of a fault should name the element, its value and what it may be.
var configFaults = map[FaultCode]faultKind{
	CodeInvalidValues: detailed("ERROR_WSMAN_INVALID_XML_VALUES", subInvalidRepresentation, "InvalidValues",
		"The WS-Management service cannot process the request because the XML content has invalid values. "),
	CodeMissingValues: detailed("ERROR_WSMAN_INVALID_XML_MISSING_VALUES", subInvalidRepresentation, "MissingValues",
		"The WS-Management service cannot process the request because the XML content has missing values. "),
	CodeInvalidNamespace: detailed("ERROR_WSMAN_INVALID_XML_NAMESPACE", subInvalidRepresentation, "InvalidNamespace",
		"The XML namespace of the input is not that of the resource."),
	CodeListenerAddress: sender("ERROR_WSMAN_LISTENER_ADDRESS_INVALID", subInvalidParameter,
		"The address of the listener is not valid. It is * or IP: with an address."),
	CodeConfigPort: sender("ERROR_WSMAN_CONFIG_PORT_INVALID", subInvalidParameter,
		"The port is not valid. It must be 1 to 65535."),
	CodeCertificateHostname: sender("ERROR_WSMAN_CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME", subInvalidParameter,
		"The certificate is not for the host name that was given."),
	CodeThumbprintNotEmpty: sender("ERROR_WSMAN_CONFIG_THUMBPRINT_SHOULD_BE_EMPTY", subInvalidParameter,
		"A listener for HTTP has no certificate: the thumbprint must be empty."),
	CodeInvalidIPFilter: sender("ERROR_WSMAN_INVALID_IPFILTER", subInvalidParameter,
		"The IP filter is not valid. It is * for all addresses, empty for none, or ranges with commas between, for example 192.0.2.1-192.0.2.9."),
	CodeSelectorsInputDiffer: sender("ERROR_WSMAN_CANNOT_CHANGE_KEYS", subInvalidParameter,
		"The input would change a selector of the instance. Delete the instance and create another."),
}
