package wsman

// Namespaces of the protocol. Elements are matched by these, never by prefix.
const (
	NamespaceSOAP          = "http://www.w3.org/2003/05/soap-envelope"
	NamespaceSOAP11        = "http://schemas.xmlsoap.org/soap/envelope/"
	NamespaceAddressing    = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
	NamespaceWSMan         = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
	NamespaceWSManMS       = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
	NamespaceTransfer      = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
	NamespaceEnumeration   = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
	NamespaceEventing      = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
	NamespaceShell         = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
	NamespaceWSManFault    = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
	NamespaceConfig        = "http://schemas.microsoft.com/wbem/wsman/1/config"
	NamespacePluginConfig  = "http://schemas.microsoft.com/wbem/wsman/1/config/PluginConfiguration"
	NamespaceWSManIdentity = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
	NamespacePowerShell    = "http://schemas.microsoft.com/powershell"
	NamespaceXML           = "http://www.w3.org/XML/1998/namespace"
)

// NamespaceSession is that of headers which are winrmd's own. Its header
// UseInteractiveToken stands for a wish that Windows' client API has as session
// option 34 (WSMAN_OPTION_USE_INTERACTIVE_TOKEN), and of which nobody outside
// Microsoft has seen how it is written on the wire.
const NamespaceSession = "https://github.com/winrmd/winrmd/session"

// AddressAnonymous is the address of whoever waits for the answer on the
// connection: the only ReplyTo that is supported, and every answer's To
// (WS-Addressing 2004/08 section 2.1).
const AddressAnonymous = NamespaceAddressing + "/role/anonymous"

// SelectorFilterDialect is the filter dialect of an Enumerate that names
// selectors (DSP0226 section 8.3).
const SelectorFilterDialect = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"

// envelopeNamespaces are the namespaces that an answer's envelope declares and
// the prefixes it gives them, in Windows' order.
const envelopeNamespaces = ` xmlns:s="` + NamespaceSOAP +
	`" xmlns:a="` + NamespaceAddressing +
	`" xmlns:x="` + NamespaceTransfer +
	`" xmlns:n="` + NamespaceEnumeration +
	`" xmlns:w="` + NamespaceWSMan +
	`" xmlns:rsp="` + NamespaceShell +
	`" xmlns:p="` + NamespaceWSManMS + `"`

// faultNamespaces are those that a fault's envelope declares.
const faultNamespaces = ` xmlns:s="` + NamespaceSOAP +
	`" xmlns:a="` + NamespaceAddressing +
	`" xmlns:x="` + NamespaceTransfer +
	`" xmlns:e="` + NamespaceEventing +
	`" xmlns:n="` + NamespaceEnumeration +
	`" xmlns:w="` + NamespaceWSMan +
	`" xmlns:p="` + NamespaceWSManMS + `"`

// faultPrefix returns the prefix that a fault's envelope gives to a namespace;
// "" if it gives none.
func faultPrefix(space string) string {
	switch space {
	case NamespaceSOAP:
		return "s"
	case NamespaceAddressing:
		return "a"
	case NamespaceTransfer:
		return "x"
	case NamespaceEventing:
		return "e"
	case NamespaceEnumeration:
		return "n"
	case NamespaceWSMan:
		return "w"
	case NamespaceWSManMS:
		return "p"
	}
	return ""
}
