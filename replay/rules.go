package replay

import (
	"strings"

	"github.com/winrmd/winrmd/psrp"
	"github.com/winrmd/winrmd/wsman"
)

// How says how a value of a recorded answer is compared with that of a new one.
type How int

// The ways to compare. What has no rule must be the same.
const (
	// AnyValue must be there in both, whatever it is.
	AnyValue How = iota + 1
	// Optional may be there or not, whatever it is.
	Optional
	// SameID must stand for what the recorded id stands for.
	SameID
	// SameDuration may be written in another way.
	SameDuration
	// NotCompared is left out on both sides, with all that is in it.
	NotCompared
	// Instead may stand for another with this rule: one of them must be there.
	Instead
)

// Rule is what is known of one element, attribute or message.
type Rule struct {
	// Space and Local name an element; Local "*" means every one of the
	// namespace.
	Space, Local string
	// Attribute, if not "", means this attribute of it in place of its text.
	Attribute string
	// Message, if not 0, means a message of PowerShell in place of an element.
	Message psrp.MessageType
	// After, if not "", is the operation after which the rule holds, for what comes
	// first then; State is the state that the message must have.
	After, State string
	How          How
	Because      string
}

// Rules are all the ways in which an answer may differ from the recorded one
// without being another. It is a copy.
func Rules() []Rule { return append([]Rule(nil), rules...) }

var rules = []Rule{
	{Space: wsman.NamespaceAddressing, Local: "MessageID", How: AnyValue, Because: "each message has one of its own"},
	{Space: wsman.NamespaceAddressing, Local: "RelatesTo", How: AnyValue, Because: "it is compared with the MessageID of the request"},
	{Space: wsman.NamespaceAddressing, Local: "Address", How: AnyValue, Because: "it names the server as its client does"},
	{Space: wsman.NamespaceWSManMS, Local: "ActivityId", How: Optional, Because: "it is for traces, and newer Windows has it only"},
	{Space: wsman.NamespaceWSManMS, Local: "OperationID", How: Optional, Because: "an echo of the request's, which some servers leave out"},
	{Space: wsman.NamespaceWSManMS, Local: "SequenceId", How: Optional, Because: "an echo of the request's, which some servers leave out"},
	{Space: wsman.NamespaceEnumeration, Local: "EnumerationContext", How: AnyValue, Because: "the server's own"},
	{Space: wsman.NamespaceWSMan, Local: "Selector", How: SameID, Because: "the ShellId"},

	{Space: wsman.NamespaceShell, Local: "ShellId", How: SameID, Because: "made for each shell"},
	{Space: wsman.NamespaceShell, Local: "CommandId", How: SameID, Because: "made for each command"},
	{Space: wsman.NamespaceShell, Local: "*", Attribute: "CommandId", How: SameID, Because: "made for each command"},
	{Space: wsman.NamespaceShell, Local: "*", Attribute: "ShellId", How: SameID, Because: "made for each shell"},
	{Space: wsman.NamespaceShell, Local: "Owner", How: AnyValue, Because: "who logs on"},
	{Space: wsman.NamespaceShell, Local: "ClientIP", How: AnyValue, Because: "the client's address"},
	{Space: wsman.NamespaceShell, Local: "ProcessId", How: Optional, Because: "the server's process; not every kind of shell has one"},
	{Space: wsman.NamespaceShell, Local: "ShellRunTime", How: AnyValue, Because: "a time"},
	{Space: wsman.NamespaceShell, Local: "ShellInactivity", How: AnyValue, Because: "a time"},
	{Space: wsman.NamespaceShell, Local: "MemoryUsed", How: AnyValue, Because: "what runs there"},
	{Space: wsman.NamespaceShell, Local: "ChildProcesses", How: AnyValue, Because: "what runs there"},
	{Space: wsman.NamespaceShell, Local: "IdleTimeOut", How: SameDuration, Because: "PT60S is PT60.000S"},
	{Space: wsman.NamespaceShell, Local: "MaxIdleTimeOut", How: AnyValue, Because: "a setting of the server"},

	{Space: wsman.NamespaceSOAP, Local: "Text", How: AnyValue, Because: "for people, in their language"},
	{Space: wsman.NamespaceWSManFault, Local: "Message", How: AnyValue, Because: "for people, in their language"},
	{Space: wsman.NamespaceWSManFault, Local: "ProviderFault", How: AnyValue, Because: "for people, in their language"},
	{Space: wsman.NamespaceWSManFault, Local: "ProviderFault", Attribute: "path", How: AnyValue, Because: "a file of the server"},
	{Space: wsman.NamespaceWSManFault, Local: "ProviderFault", Attribute: "providerId", How: Optional, Because: "not every server has it"},
	{Space: wsman.NamespaceWSManFault, Local: "WSManFault", Attribute: "Machine", How: AnyValue, Because: "the server's name"},

	{Space: wsman.NamespaceConfig, Local: "*", How: AnyValue, Because: "settings of the server"},
	{Space: wsman.NamespaceWSManIdentity, Local: "ProductVendor", How: AnyValue, Because: "whose server it is"},
	{Space: wsman.NamespaceWSManIdentity, Local: "ProductVersion", How: AnyValue, Because: "a version"},
	{Space: wsman.NamespaceWSManIdentity, Local: "SecurityProfiles", How: NotCompared, Because: "settings of the server"},

	{Message: psrp.MessageProgressRecord, How: NotCompared, Because: "whether modules must be loaded, and how long something takes"},
	{Message: psrp.MessageSessionCapability, How: AnyValue, Because: "versions"},
	{Message: psrp.MessageApplicationPrivateData, How: AnyValue, Because: "versions"},
	{Message: psrp.MessageEncryptedSessionKey, How: AnyValue, Because: "a key of its own each time"},
	{Message: psrp.MessageInformationRecord, How: AnyValue, Because: "times, names of machines and processes"},

	{Message: psrp.MessageApplicationPrivateData, After: "Connect", How: Instead, Because: connectedBy},
	{Message: psrp.MessageRunspacePoolState, State: "Opened", After: "Connect", How: Instead, Because: connectedBy},
}

// connectedBy is why the first messages after a Connect differ: Windows sends the
// private data, or once more the state that the client before had not confirmed.
const connectedBy = "a client that connects takes either for the pool being open; servers send one of them, or both"

// isGreeting reports whether the label of a message is that of one that may stand
// for another after a Connect.
func isGreeting(label string) bool {
	for i := range rules {
		if r := &rules[i]; r.How == Instead && label == strings.TrimSpace(r.Message.String()+" "+r.State) {
			return true
		}
	}
	return false
}

// ruleOf is the rule for an element, or for an attribute of it; 0 where it must
// be the same.
func ruleOf(space, local, attribute string) How {
	for i := range rules {
		r := &rules[i]
		if r.Message == 0 && r.Space == space && r.Attribute == attribute && (r.Local == local || r.Local == "*") {
			return r.How
		}
	}
	return 0
}

// ruleOfMessage is the rule for a message; nil where its label must be the same.
func ruleOfMessage(t psrp.MessageType) *Rule {
	for i := range rules {
		if rules[i].Message == t && t != 0 && rules[i].After == "" {
			return &rules[i]
		}
	}
	return nil
}
