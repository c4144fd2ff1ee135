package wsman

// Request actions. An answer's action is the request's with ResponseSuffix.
const (
	ActionGet    = NamespaceTransfer + "/Get"
	ActionPut    = NamespaceTransfer + "/Put"
	ActionCreate = NamespaceTransfer + "/Create"
	ActionDelete = NamespaceTransfer + "/Delete"

	ActionEnumerate = NamespaceEnumeration + "/Enumerate"
	ActionPull      = NamespaceEnumeration + "/Pull"
	ActionRelease   = NamespaceEnumeration + "/Release"

	ActionCommand    = NamespaceShell + "/Command"
	ActionSend       = NamespaceShell + "/Send"
	ActionReceive    = NamespaceShell + "/Receive"
	ActionSignal     = NamespaceShell + "/Signal"
	ActionDisconnect = NamespaceShell + "/Disconnect"
	ActionReconnect  = NamespaceShell + "/Reconnect"
	ActionConnect    = NamespaceShell + "/Connect"

	ResponseSuffix = "Response"
)

// Actions of faults; which one is said by the fault's subcode.
const (
	ActionFaultWSMan       = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
	ActionFaultAddressing  = NamespaceAddressing + "/fault"
	ActionFaultEnumeration = NamespaceEnumeration + "/fault"
	ActionFaultEventing    = NamespaceEventing + "/fault"
	ActionFaultTransfer    = NamespaceTransfer + "/fault"
)

// Codes of Signal (MS-WSMV 2.2.4.38). They are compared without regard to
// case.
const (
	SignalTerminate = NamespaceShell + "/signal/terminate"
	SignalCtrlC     = NamespaceShell + "/signal/ctrl_c"
	SignalCtrlBreak = NamespaceShell + "/signal/ctrl_break"
	// SignalPowerShellStop stops a pipeline. The misspelling is the
	// protocol's; some clients send SignalPowerShellCtrlC instead.
	SignalPowerShellStop  = "powershell/signal/crtl_c"
	SignalPowerShellCtrlC = "powershell/signal/ctrl_c"
)

// States of a command in a ReceiveResponse (MS-WSMV 2.2.4.8).
const (
	CommandStateDone    = NamespaceShell + "/CommandState/Done"
	CommandStateRunning = NamespaceShell + "/CommandState/Running"
	CommandStatePending = NamespaceShell + "/CommandState/Pending"
)
