package wsman

import "github.com/winrmd/winrmd/wsman/xmlscan"

// headerKind is a header that is understood.
type headerKind uint8

// The headers.
const (
	headerUnknown headerKind = iota
	headerAction
	headerTo
	headerMessageID
	headerReplyTo
	headerFaultTo
	headerFrom
	headerRelatesTo
	headerResourceURI
	headerMaxEnvelopeSize
	headerOperationTimeout
	headerLocale
	headerSelectorSet
	headerOptionSet
	headerFragmentTransfer
	headerDataLocale
	headerSessionID
	headerOperationID
	headerSequenceID
	headerActivityID
	headerCompressionType
	headerUseInteractiveToken
)

// headerKindOf says which header the scanner stands on.
func headerKindOf(s *xmlscan.Scanner) headerKind {
	switch string(s.Space()) {
	case NamespaceAddressing:
		switch string(s.Local()) {
		case "Action":
			return headerAction
		case "To":
			return headerTo
		case "MessageID":
			return headerMessageID
		case "ReplyTo":
			return headerReplyTo
		case "FaultTo":
			return headerFaultTo
		case "From":
			return headerFrom
		case "RelatesTo":
			return headerRelatesTo
		}
	case NamespaceWSMan:
		switch string(s.Local()) {
		case "ResourceURI":
			return headerResourceURI
		case "MaxEnvelopeSize":
			return headerMaxEnvelopeSize
		case "OperationTimeout":
			return headerOperationTimeout
		case "Locale":
			return headerLocale
		case "SelectorSet":
			return headerSelectorSet
		case "OptionSet":
			return headerOptionSet
		case "FragmentTransfer":
			return headerFragmentTransfer
		}
	case NamespaceWSManMS:
		switch string(s.Local()) {
		case "DataLocale":
			return headerDataLocale
		case "SessionId":
			return headerSessionID
		case "OperationID":
			return headerOperationID
		case "SequenceId":
			return headerSequenceID
		case "ActivityId":
			return headerActivityID
		}
	case NamespaceShell:
		if string(s.Local()) == "CompressionType" {
			return headerCompressionType
		}
	case NamespaceSession:
		if string(s.Local()) == "UseInteractiveToken" {
			return headerUseInteractiveToken
		}
	}
	return headerUnknown
}
