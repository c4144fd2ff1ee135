package conformance

import "github.com/winrmd/winrmd/wsman"

// The faults that checks provoke. They are written down here once more, and not
// taken from package wsman, so that a mistake there is found.
var (
	wantNoSelector     = invalidSelectors(0x8033805A, "InsufficientSelectors")
	wantUnexpected     = invalidSelectors(0x8033805B, "UnexpectedSelectors")
	wantDuplicate      = invalidSelectors(0x8033805F, "DuplicateSelectors")
	wantOptionName     = want{wsman.SOAPSender, w("InvalidOptions"), 0x80338052, ""}
	wantCannotFilter   = want{wsman.SOAPSender, n("CannotProcessFilter"), 0x8033801A, ""}
	wantCommandID      = internal(0x803381D4)
	wantShellID        = internal(0x803381D5)
	wantShellName      = want{wsman.SOAPSender, w("InvalidParameter"), 0x803381C2, ""}
	wantTimedOut       = want{wsman.SOAPReceiver, w("TimedOut"), 0x80338029, ""}
	wantUnknownURI     = want{wsman.SOAPSender, a("DestinationUnreachable"), 0x80338002, "InvalidResourceURI"}
	wantAction         = want{wsman.SOAPSender, a("ActionNotSupported"), 0x80338013, ""}
	wantHeader         = want{wsman.SOAPSender, a("InvalidMessageInformationHeader"), 0x8033800F, ""}
	wantHeaderMissing  = want{wsman.SOAPSender, a("MessageInformationHeaderRequired"), 0x80338011, ""}
	wantMustUnderstand = want{wsman.SOAPMustUnderstand, wsman.QName{}, 0x80338010, ""}
	wantVersion        = want{wsman.SOAPVersionMismatch, wsman.QName{}, 0x8033800D, ""}
	wantXML            = want{wsman.SOAPSender, w("SchemaValidationError"), 0x80338043, "InvalidXML"}
	wantSchema         = want{wsman.SOAPSender, w("SchemaValidationError"), 0x80338041, ""}
	wantSmallEnvelope  = want{wsman.SOAPSender, w("EncodingLimit"), 0x8033807E, "MinimumEnvelopeLimit"}
	wantDenied         = want{wsman.SOAPSender, w("AccessDenied"), 5, ""}
	wantLargeRequest   = want{wsman.SOAPSender, w("EncodingLimit"), 0x80338049, "ServiceEnvelopeLimit"}
	wantReplyTo        = want{wsman.SOAPSender, w("UnsupportedFeature"), 0x80338076, "AddressingMode"}
	wantLocale         = want{wsman.SOAPSender, w("UnsupportedFeature"), 0x80338087, ""}
	wantFeature        = want{wsman.SOAPSender, w("UnsupportedFeature"), 0x80338042, ""}
	wantFragment       = want{wsman.SOAPSender, w("UnsupportedFeature"), 0x80338077, "FragmentLevelAccess"}
	wantParameter      = want{wsman.SOAPSender, w("InvalidParameter"), 87, "InvalidValue"}
	wantIdleTimeout    = want{wsman.SOAPSender, w("InvalidParameter"), 0x803381F2, ""}
	wantFilter         = want{wsman.SOAPSender, w("InvalidParameter"), 0x803381C0, ""}
	wantCommandEPR     = want{wsman.SOAPSender, w("InvalidParameter"), 0x803381C1, ""}
	wantDialect        = want{wsman.SOAPSender, n("FilterDialectRequestedUnavailable"), 0x80338019, ""}
	wantContext        = want{wsman.SOAPReceiver, n("InvalidEnumerationContext"), 0x8033801B, ""}
	wantNoProgram      = internal(0x80070002)
	wantDisconnected   = internal(0x803381C4)
	wantNoDisconnect   = internal(0x803381C5)
	wantOtherSession   = internal(0x803381C6)
	wantOtherClient    = internal(0x803381CD)
	wantTwice          = internal(0x803381CF)
	wantSameCommand    = internal(0x803381D6)
	wantSameShell      = internal(0x803381D7)
	wantStreamEnded    = internal(0x803381DE)
	wantArguments      = internal(0x80540BC4)
	wantVersionNumber  = internal(0x80540BC5)
	wantOption         = internal(0x80540BC6)
	wantNoVersion      = internal(0x80540BC7)
	wantOutputStream   = internal(0x80540BC0)
	wantNoInput        = internal(0x80540BB8)
	wantInputStream    = internal(0x80540BBE)
	wantInputType      = internal(0x80540BBF)
	wantNoConnect      = internal(0x80540FA2)
	wantConnectFailed  = internal(0x80540FA3)
	wantAborted        = internal(995)
	wantTooLong        = internal(0x800700CE)
	wantNoDirectory    = internal(0x8007010B)
	wantNoShells       = internal(0x803381AC)
	wantSelectorLimit  = want{wsman.SOAPSender, w("EncodingLimit"), 0x8033804A, "SelectorLimit"}
	wantOptionLimit    = want{wsman.SOAPSender, w("EncodingLimit"), 0x8033804B, "OptionLimit"}
	wantOptionValue    = want{wsman.SOAPSender, w("InvalidOptions"), 0x80338053, "InvalidValue"}
	wantLargeAnswer    = want{wsman.SOAPSender, w("EncodingLimit"), 0x80338048, "MaxEnvelopeSizeExceeded"}
)

// Those of quotas: of the service, and of one session configuration.
var (
	wantMostShells      = quotaLimit(0x803381A5)
	wantMostUsers       = quotaLimit(0x803381AB)
	wantMostOperations  = quotaLimit(0x803381A6)
	wantMostShellsHere  = quotaLimit(0x803381E4)
	wantMostUsersHere   = quotaLimit(0x803381E5)
	wantMostShellsOfAll = quotaLimit(0x803381E6)
	wantMostCommands    = quotaLimit(0x803381E9)
)

// Those of the configuration.
var (
	wantNoInstance     = want{wsman.SOAPSender, a("DestinationUnreachable"), 0x80338000, ""}
	wantExists         = want{wsman.SOAPSender, w("AlreadyExists"), 0x80338033, ""}
	wantValues         = want{wsman.SOAPSender, x("InvalidRepresentation"), 0x80338056, "InvalidValues"}
	wantMissingValues  = want{wsman.SOAPSender, x("InvalidRepresentation"), 0x80338057, "MissingValues"}
	wantOtherNamespace = want{wsman.SOAPSender, x("InvalidRepresentation"), 0x80338058, "InvalidNamespace"}
	wantReadOnly       = want{wsman.SOAPSender, w("InvalidParameter"), 0x8033813F, ""}
	wantAddress        = want{wsman.SOAPSender, w("InvalidParameter"), 0x80338089, ""}
	wantPort           = want{wsman.SOAPSender, w("InvalidParameter"), 0x803380DC, ""}
	wantHostname       = want{wsman.SOAPSender, w("InvalidParameter"), 0x803380E9, ""}
	wantNoThumbprint   = want{wsman.SOAPSender, w("InvalidParameter"), 0x803380EB, ""}
	wantIPFilter       = want{wsman.SOAPSender, w("InvalidParameter"), 0x803380EC, ""}
	wantSameSelectors  = want{wsman.SOAPSender, w("InvalidParameter"), 0x803380ED, ""}
)

func quotaLimit(number wsman.FaultCode) want {
	return want{wsman.SOAPSender, w("QuotaLimit"), number, ""}
}

func w(local string) wsman.QName { return wsman.QName{Space: wsman.NamespaceWSMan, Local: local} }
func a(local string) wsman.QName { return wsman.QName{Space: wsman.NamespaceAddressing, Local: local} }
func x(local string) wsman.QName { return wsman.QName{Space: wsman.NamespaceTransfer, Local: local} }
func n(local string) wsman.QName { return wsman.QName{Space: wsman.NamespaceEnumeration, Local: local} }

func internal(number wsman.FaultCode) want {
	return want{wsman.SOAPReceiver, w("InternalError"), number, ""}
}

func invalidSelectors(number wsman.FaultCode, detail string) want {
	return want{wsman.SOAPSender, w("InvalidSelectors"), number, detail}
}
