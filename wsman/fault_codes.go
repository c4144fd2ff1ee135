package wsman

import (
	"fmt"
	"maps"
	"slices"
)

// FaultCode is the number in the Code attribute of a WSManFault: a Windows
// error code, by which clients decide what to do. It is an error, so that
//
//	errors.Is(err, wsman.CodeOperationTimedOut)
//
// asks whether err is, or wraps, a Fault with that number.
type FaultCode uint32

// Codes about the message itself.
const (
	CodeResourceNotFound         FaultCode = 0x80338000
	CodeInvalidURI               FaultCode = 0x80338002 // unknown resource or session configuration
	CodeVersionMismatch          FaultCode = 0x8033800D
	CodeInvalidHeader            FaultCode = 0x8033800F
	CodeMustUnderstand           FaultCode = 0x80338010
	CodeHeaderRequired           FaultCode = 0x80338011
	CodeActionNotSupported       FaultCode = 0x80338013
	CodeFilterDialectUnavailable FaultCode = 0x80338019
	CodeCannotProcessFilter      FaultCode = 0x8033801A
	CodeInvalidEnumeration       FaultCode = 0x8033801B
	CodeOperationTimedOut        FaultCode = 0x80338029
	CodeAlreadyExists            FaultCode = 0x80338033
	CodeInvalidResourceURI       FaultCode = 0x8033803B // malformed
	CodeSchemaValidation         FaultCode = 0x80338041
	CodeUnsupportedFeature       FaultCode = 0x80338042
	CodeInvalidXML               FaultCode = 0x80338043
	CodeMaxEnvelopeSizeExceeded  FaultCode = 0x80338048 // the answer is too large for the client
	CodeServerEnvelopeLimit      FaultCode = 0x80338049 // the request is too large for the service
	CodeSelectorLimit            FaultCode = 0x8033804A
	CodeOptionLimit              FaultCode = 0x8033804B
	CodeOptionsNotSupported      FaultCode = 0x80338051
	CodeOptionInvalidName        FaultCode = 0x80338052
	CodeOptionInvalidValue       FaultCode = 0x80338053
	CodeInsufficientSelectors    FaultCode = 0x8033805A
	CodeUnexpectedSelectors      FaultCode = 0x8033805B // unknown shell or command
	CodeDuplicateSelectors       FaultCode = 0x8033805F
	CodeAddressingMode           FaultCode = 0x80338076
	CodeFragmentTransfer         FaultCode = 0x80338077
	CodeMinEnvelopeSize          FaultCode = 0x8033807E
	CodeLocaleNotSupported       FaultCode = 0x80338087
	CodeReceiveInProgress        FaultCode = 0x80338127
	CodeConfigReadOnly           FaultCode = 0x8033813F
	CodeRedirectRequested        FaultCode = 0x80338199
)

// Codes about the representation in a Put or Create, for the most part of the
// service's configuration.
const (
	CodeInvalidValues        FaultCode = 0x80338056
	CodeMissingValues        FaultCode = 0x80338057
	CodeInvalidNamespace     FaultCode = 0x80338058
	CodeListenerAddress      FaultCode = 0x80338089
	CodeConfigPort           FaultCode = 0x803380DC
	CodeCertificateHostname  FaultCode = 0x803380E9 // not the certificate's name
	CodeThumbprintNotEmpty   FaultCode = 0x803380EB
	CodeInvalidIPFilter      FaultCode = 0x803380EC
	CodeSelectorsInputDiffer FaultCode = 0x803380ED // the input would change a selector
)

// Codes about quotas. Those with PPQ are quotas of one session configuration.
const (
	CodeQuotaMaxShells              FaultCode = 0x803381A5
	CodeQuotaMaxOperations          FaultCode = 0x803381A6
	CodeQuotaUser                   FaultCode = 0x803381A7
	CodeQuotaSystem                 FaultCode = 0x803381A8
	CodeQuotaMaxShellUsers          FaultCode = 0x803381AB
	CodeQuotaMaxShellsPPQ           FaultCode = 0x803381E4
	CodeQuotaMaxUsersPPQ            FaultCode = 0x803381E5
	CodeQuotaMaxPluginShellsPPQ     FaultCode = 0x803381E6
	CodeQuotaMaxPluginOpsPPQ        FaultCode = 0x803381E7
	CodeQuotaMaxOperationsUserPPQ   FaultCode = 0x803381E8
	CodeQuotaMaxCommandsPerShellPPQ FaultCode = 0x803381E9
)

// Codes about shells and commands.
const (
	CodeRemoteShellsNotAllowed          FaultCode = 0x803381AC
	CodeCommandFilterExpected           FaultCode = 0x803381C0
	CodeCommandEPRsNotSupported         FaultCode = 0x803381C1
	CodeShellNameInvalid                FaultCode = 0x803381C2
	CodeShellDisconnected               FaultCode = 0x803381C4
	CodeDisconnectNotSupported          FaultCode = 0x803381C5
	CodeSessionIDMismatch               FaultCode = 0x803381C6
	CodeCommandTerminated               FaultCode = 0x803381CC
	CodeShellConnectedToDifferentClient FaultCode = 0x803381CD
	CodeShellDisconnectNotValid         FaultCode = 0x803381CF
	CodeShellReconnectNotValid          FaultCode = 0x803381D0
	CodeCommandReconnectNotValid        FaultCode = 0x803381D3
	CodeCommandIDNotValid               FaultCode = 0x803381D4
	CodeShellIDNotValid                 FaultCode = 0x803381D5
	CodeCommandIDConflict               FaultCode = 0x803381D6
	CodeShellIDConflict                 FaultCode = 0x803381D7
	CodeCommandDisconnectNotValid       FaultCode = 0x803381D8
	CodeStreamDisconnected              FaultCode = 0x803381DE
	CodeRunAsFailed                     FaultCode = 0x803381DF
	CodeRemoteConnectionNotAllowed      FaultCode = 0x803381E3
	CodeIdleTimeoutOutOfBounds          FaultCode = 0x803381F2
)

// Codes of Windows itself.
const (
	CodeAccessDenied       FaultCode = 5
	CodeInvalidParameter   FaultCode = 87
	CodeOperationAborted   FaultCode = 995
	CodeShutdownInProgress FaultCode = 1115
	CodeInternalError      FaultCode = 1359
	CodeFileNotFound       FaultCode = 0x80070002 // program not found
	CodeFilenameTooLong    FaultCode = 0x800700CE // command line too long
	CodeNotEnoughQuota     FaultCode = 0x80070718 // a limit of the processes
)

// Codes of the PowerShell plug-in.
const (
	CodePluginNullContext           FaultCode = 0x805407D0
	CodePluginContextNotFound       FaultCode = 0x805407D1
	CodePluginInvalidInput          FaultCode = 0x80540BB8
	CodePluginInvalidStreamSets     FaultCode = 0x80540BB9
	CodePluginSessionCreationFailed FaultCode = 0x80540BBA
	CodePluginNullShell             FaultCode = 0x80540BBB
	CodePluginInvalidShell          FaultCode = 0x80540BBC
	CodePluginInvalidCommand        FaultCode = 0x80540BBD
	CodePluginInvalidInputStream    FaultCode = 0x80540BBE
	CodePluginInvalidInputType      FaultCode = 0x80540BBF
	CodePluginInvalidOutputStream   FaultCode = 0x80540BC0
	CodePluginInvalidSender         FaultCode = 0x80540BC1
	CodePluginShutdownRegistration  FaultCode = 0x80540BC2
	CodePluginReportContext         FaultCode = 0x80540BC3
	CodePluginInvalidArguments      FaultCode = 0x80540BC4
	CodePluginProtocolVersion       FaultCode = 0x80540BC5
	CodePluginOptionNotUnderstood   FaultCode = 0x80540BC6
	CodePluginVersionOptionMissing  FaultCode = 0x80540BC7
	CodePluginManagedException      FaultCode = 0x80540FA0
	CodePluginOperationClose        FaultCode = 0x80540FA1
	CodePluginConnectNoNegotiation  FaultCode = 0x80540FA2
	CodePluginConnectFailed         FaultCode = 0x80540FA3
)

// FaultCodes are all codes of which the parts of a fault are known here, in
// order.
func FaultCodes() []FaultCode { return slices.Sorted(maps.Keys(faultTable)) }

// String returns the symbol of the code, or its hexadecimal number where it
// has none.
func (c FaultCode) String() string {
	if k, ok := faultTable[c]; ok {
		return k.symbol
	}
	return fmt.Sprintf("%#08x", uint32(c))
}

// Error returns the symbol of the code.
func (c FaultCode) Error() string { return "wsman: " + c.String() }
