package wsman

// Subcodes of faults.
var (
	subAccessDenied          = QName{NamespaceWSMan, "AccessDenied"}
	subAlreadyExists         = QName{NamespaceWSMan, "AlreadyExists"}
	subEncodingLimit         = QName{NamespaceWSMan, "EncodingLimit"}
	subInternalError         = QName{NamespaceWSMan, "InternalError"}
	subInvalidOptions        = QName{NamespaceWSMan, "InvalidOptions"}
	subInvalidParameter      = QName{NamespaceWSMan, "InvalidParameter"}
	subInvalidRepresentation = QName{NamespaceTransfer, "InvalidRepresentation"}
	subInvalidSelectors      = QName{NamespaceWSMan, "InvalidSelectors"}
	subQuotaLimit            = QName{NamespaceWSMan, "QuotaLimit"}
	subSchemaValidation      = QName{NamespaceWSMan, "SchemaValidationError"}
	subTimedOut              = QName{NamespaceWSMan, "TimedOut"}
	subUnsupportedFeature    = QName{NamespaceWSMan, "UnsupportedFeature"}
	subUnreachable           = QName{NamespaceAddressing, "DestinationUnreachable"}
	subInvalidHeader         = QName{NamespaceAddressing, "InvalidMessageInformationHeader"}
	subHeaderRequired        = QName{NamespaceAddressing, "MessageInformationHeaderRequired"}
	subActionNotSupported    = QName{NamespaceAddressing, "ActionNotSupported"}
	subFilterDialect         = QName{NamespaceEnumeration, "FilterDialectRequestedUnavailable"}
	subCannotProcessFilter   = QName{NamespaceEnumeration, "CannotProcessFilter"}
	subInvalidEnumeration    = QName{NamespaceEnumeration, "InvalidEnumerationContext"}
)

// URIs of w:FaultDetail (DSP0226 section 14.6) begin with faultDetail.
const faultDetail = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

// faultKind is what belongs to a FaultCode: its symbol in Windows' headers and
// the parts of the fault that carries it. Windows' own texts stand where
// recorded traffic shows them.
type faultKind struct {
	symbol  string
	soap    SOAPCode
	subcode QName
	detail  string
	text    string
}

// kindOf returns the kind of a code; one that is not in the table is an
// internal error.
func kindOf(c FaultCode) faultKind {
	if k, ok := faultTable[c]; ok {
		return k
	}
	return internalError("", "The service could not complete the request.")
}

// sender makes the kind of a fault that the client can mend.
func sender(symbol string, sub QName, text string) faultKind {
	return faultKind{symbol: symbol, soap: SOAPSender, subcode: sub, text: text}
}

// detailed is sender with a w:FaultDetail.
func detailed(symbol string, sub QName, detail, text string) faultKind {
	k := sender(symbol, sub, text)
	k.detail = faultDetail + detail
	return k
}

// internalError makes the kind that Windows uses for whatever goes wrong
// inside, and for shells in the wrong state.
func internalError(symbol, text string) faultKind {
	return faultKind{symbol: symbol, soap: SOAPReceiver, subcode: subInternalError, text: text}
}

// faultTable is never changed.
var faultTable = joinTables(messageFaults, configFaults, quotaFaults, shellFaults, systemFaults, pluginFaults)

// joinTables makes one table of several.
func joinTables(parts ...map[FaultCode]faultKind) map[FaultCode]faultKind {
	all := make(map[FaultCode]faultKind)
	for _, part := range parts {
		for c, k := range part {
			all[c] = k
		}
	}
	return all
}
