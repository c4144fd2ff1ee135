package conformance

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// accepted makes the server do what it should refuse, as far as its client sees.
func accepted(mark string) func(string, string, string, int) (string, int) {
	return func(action, request, answer string, status int) (string, int) {
		if !strings.Contains(request, mark) || status != http.StatusInternalServerError {
			return answer, status
		}
		head, _, _ := strings.Cut(answer, "<s:Body>")
		return head + "<s:Body></s:Body></s:Envelope>", http.StatusOK
	}
}

// mutations are the ways in which a server may be wrong that are shown to be seen.
func mutations() []mutation {
	all := []mutation{
		// What concerns every answer.
		{name: "success is 202", change: func(_, _, answer string, status int) (string, int) {
			if status == http.StatusOK {
				status = http.StatusAccepted
			}
			return answer, status
		}},
		{name: "a fault is 200", change: func(_, _, answer string, _ int) (string, int) { return answer, http.StatusOK }},
		{name: "a fault is 400", by: "get/unknown-shell", change: func(_, _, answer string, status int) (string, int) {
			return answer, status - status/500*100
		}},
		{name: "the action is the request's", change: replaced("", "Response</a:Action>", "</a:Action>")},
		{name: "no action", by: "get/shell", change: without("", "a:Action")},
		{name: "the action of a fault is addressing's", by: "get/unknown-shell", change: replaced("", wsman.ActionFaultWSMan, wsman.ActionFaultAddressing)},
		{name: "the action of a fault is WS-Management's", by: "header/action-unknown", change: replaced("", wsman.ActionFaultAddressing, wsman.ActionFaultWSMan)},
		{name: "the action of a fault is not enumeration's", by: "pull/unknown", change: replaced("", wsman.ActionFaultEnumeration, wsman.ActionFaultWSMan)},
		{name: "no RelatesTo", by: "header/relates-to", change: without("", "a:RelatesTo")},
		{name: "RelatesTo in upper case", by: "header/relates-to", change: func(_, _, answer string, status int) (string, int) {
			before, rest, _ := strings.Cut(answer, "<a:RelatesTo>")
			id, after, _ := strings.Cut(rest, "</a:RelatesTo>")
			return before + "<a:RelatesTo>" + strings.ToUpper(id) + "</a:RelatesTo>" + after, status
		}},
		{name: "the same MessageID always", by: "header/message-id", change: matched("", "<a:MessageID>.*?</a:MessageID>", "<a:MessageID>uuid:1</a:MessageID>")},
		{name: "a MessageID without uuid", by: "header/message-id", change: replaced("", "<a:MessageID>uuid:", "<a:MessageID>")},
		{name: "no To", by: "header/to", change: without("", "a:To")},
		{name: "no To on success", by: "header/success", change: without("Create", "a:To")},
		{name: "the client must understand", by: "header/success", change: replaced("", "<a:To>", `<a:To s:mustUnderstand="true">`)},
		{name: "no language", by: "envelope/language", change: replaced("", `<s:Envelope xml:lang="en-US"`, `<s:Envelope`)},
		{name: "no reason", by: "envelope/fault-reason", change: without("", "s:Reason")},
		{name: "no machine", by: "envelope/fault-reason", change: replaced("", ` Machine="server"`, ` Machine=""`)},
		{name: "SOAP 1.1", by: "get/shell", change: replaced("", wsman.NamespaceSOAP, wsman.NamespaceSOAP11)},
		{name: "no XML", by: "get/shell", change: func(_, _, _ string, status int) (string, int) { return "OK", status }},
		{name: "no body", by: "create/reference", change: matched("", "<s:Body>.*</s:Body>", "")},
		{name: "faults are the receiver's", by: "get/unknown-shell", change: replaced("", "s:Sender", "s:Receiver")},
		{name: "faults are the sender's", by: "receive/timed-out", change: replaced("", "s:Receiver", "s:Sender")},
		{name: "no subcode", by: "get/unknown-shell", change: without("", "s:Subcode")},
		{name: "subcode in another namespace", by: "header/action-unknown", change: replaced("", "a:ActionNotSupported", "w:ActionNotSupported")},
		{name: "another subcode", by: "get/unknown-shell", change: replaced("", "w:InvalidSelectors", "w:InvalidSelector")},
		{name: "no FaultDetail", by: "get/unknown-shell", change: without("", "w:FaultDetail")},
		{name: "no WSManFault", by: "get/unknown-shell", change: replaced("", "WSManFault", "OtherFault")},
		{name: "no NotUnderstood", by: "header/must-understand", change: without("", "s:NotUnderstood")},

		// What is accepted and must not be.
		{name: "unknown headers are accepted", by: "header/must-understand", change: accepted("urn:conformance\" s:mustUnderstand")},
		{name: "unknown shells are accepted", by: "command/unknown-shell", change: replaced("Command", "2150858843", "2150858842")},
		{name: "negative timeouts are accepted", by: "header/timeout-negative", change: accepted("PT-1S")},
		{name: "DTDs are accepted", by: "envelope/document-type", change: accepted("DOCTYPE")},
		{name: "large envelopes are accepted", by: "envelope/too-large", change: accepted("large large")},

		// Identify.
		{name: "another protocol", by: "identify/answer", change: replaced("", wsman.NamespaceWSMan+"</wsmid", "urn:other</wsmid")},
		{name: "no vendor", by: "identify/answer", change: without("", "wsmid:ProductVendor")},
		{name: "no IdentifyResponse", by: "identify/answer", change: replaced("", "IdentifyResponse", "IdentityResponse")},

		// Resources.
		{name: "no owner", by: "get/shell", change: without("Get", "rsp:Owner")},
		{name: "no inactivity", by: "get/shell", change: without("Get", "rsp:ShellInactivity")},
		{name: "another shell", by: "get/shell", change: matched("Get", "<rsp:ShellId>.*?</rsp:ShellId>", "<rsp:ShellId>1</rsp:ShellId>")},
		{name: "no size in the configuration", by: "get/config", change: without("Get", "cfg:MaxEnvelopeSizekb")},
		{name: "Put has no action", by: "put/config", change: replaced("Put", "PutResponse", "Put")},
		{name: "Delete has a body", by: "delete/shell", change: replaced("Delete", "<s:Body></s:Body>", "<s:Body><rsp:Deleted/></s:Body>")},
		{name: "no items", by: "enumerate/shells", change: without("Enumerate", "w:Items")},
		{name: "no end of the list", by: "enumerate/shells", change: without("Enumerate", "w:EndOfSequence")},
		{name: "objects in place of references", by: "enumerate/references", change: replaced("Enumerate", "EndpointReference", "Endpoint")},
		{name: "references without objects", by: "enumerate/both", change: without("Enumerate", "rsp:Shell")},
		{name: "the state of commands is a URI", by: "enumerate/commands",
			change: replaced("Enumerate", "<rsp:CommandState>", "<rsp:CommandState>"+wsman.NamespaceShell+"/CommandState/")},
		{name: "no context", by: "pull/pages", change: without("Enumerate", "n:EnumerationContext")},
		{name: "Pull has other items", by: "pull/pages", change: replaced("Pull", "n:Items", "w:Items")},
		{name: "a page comes twice", by: "pull/pages", twice: "Pull"},
		{name: "Release has a body", by: "release/context", change: replaced("Release", "<s:Body></s:Body>", "<s:Body><n:ReleaseResponse/></s:Body>")},

		// Create.
		{name: "no ResourceCreated", by: "create/reference", change: without("Create", "x:ResourceCreated")},
		{name: "another address", by: "create/reference", change: matched("Create", "<a:Address>.*?</a:Address>", "<a:Address>http://other/</a:Address>")},
		{name: "another resource", by: "create/reference", change: replaced("Create", "</w:ResourceURI>", "x</w:ResourceURI>")},
		{name: "streams swapped", by: "create/streams", change: replaced("Create", "stdout stderr", "stderr stdout")},
		{name: "durations in hours", by: "create/durations", change: replaced("Create", "PT120.000S", "PT2M")},
		{name: "no fraction of seconds", by: "create/default-idle-timeout", change: replaced("Create", ".000S", "S")},
		{name: "run time in seconds", by: "create/durations", change: matched("Create", "<rsp:ShellRunTime>.*?</rsp:ShellRunTime>", "<rsp:ShellRunTime>PT1S</rsp:ShellRunTime>")},
		{name: "no environment", by: "create/environment", change: without("Create", "rsp:Environment")},
		{name: "a ShellId of the server's", by: "create/client-id", change: func(action, request, answer string, status int) (string, int) {
			if action == "Create" && strings.Contains(request, "ShellId=") {
				answer = strings.Replace(answer, `Name="ShellId">`, `Name="ShellId">1`, 1)
			}
			return answer, status
		}},
		{name: "another buffer mode", by: "buffer/drop", change: replaced("Get", ">Drop<", ">Block<")},
		{name: "no buffer mode", by: "buffer/block", change: without("Get", "rsp:BufferMode")},
		{name: "Disconnect sets no mode", by: "buffer/disconnect", change: replaced("Get", ">Drop<", ">Block<")},
		{name: "no MaxIdleTimeOut", by: "powershell/create", change: without("Create", "rsp:MaxIdleTimeOut")},

		// Streams.
		{name: "no CommandId", by: "command/id", change: matched("Command", "<rsp:CommandId>.*?</rsp:CommandId>", "<rsp:CommandId>1</rsp:CommandId>")},
		{name: "no CommandResponse", by: "command/output", change: replaced("Command", "CommandResponse>", "CommandAnswer>")},
		{name: "exit code 0 always", by: "command/exit-code", change: matched("Receive", "<rsp:ExitCode>.*?</rsp:ExitCode>", "<rsp:ExitCode>0</rsp:ExitCode>")},
		{name: "no exit code", by: "command/output", change: without("Receive", "rsp:ExitCode")},
		{name: "stdout is stderr", by: "command/output", change: replaced("Receive", `Name="stdout"`, `Name="stderr"`)},
		{name: "no end of streams", by: "receive/order", change: replaced("Receive", ` End="true"`, "")},
		{name: "ends swapped", by: "receive/order", change: func(action, _, answer string, status int) (string, int) {
			if action == "Receive" {
				answer = strings.NewReplacer(`"stdout" CommandId`, `"stderr" CommandId`, `"stderr" CommandId`, `"stdout" CommandId`).Replace(answer)
			}
			return answer, status
		}},
		{name: "the state first", by: "receive/order", change: matched("Receive", "(<rsp:ReceiveResponse>)(.*)(<rsp:CommandState.*</rsp:CommandState>)", "$1$3$2")},
		{name: "never done", by: "command/output", change: replaced("Receive", "CommandState/Done", "CommandState/Running")},
		{name: "the state is a word", by: "command/output", change: replaced("Receive", wsman.NamespaceShell+"/CommandState/", "")},
		{name: "no CommandId on streams", by: "receive/command-id", change: matched("Receive", ` CommandId="[^"]*"`, "")},
		{name: "the output comes twice", by: "send/input", change: matched("Receive", `(<rsp:Stream Name="stdout" CommandId="[^"]*">[^<]*</rsp:Stream>)`, "$1$1")},
		{name: "the output is not base64", by: "command/output", change: matched("Receive", `(<rsp:Stream Name="stdout" CommandId="[^"]*">)[^<]*`, "$1*")},
		{name: "an answer comes twice", by: "receive/envelope-size", twice: "Receive"},
		{name: "answers are too long", by: "receive/envelope-size", change: func(action, _, answer string, status int) (string, int) {
			if action == "Receive" {
				answer = strings.Replace(answer, "<s:Body>", "<s:Body>"+strings.Repeat(" ", 16384), 1)
			}
			return answer, status
		}},
		{name: "output is lost", by: "receive/envelope-size", change: matched("Receive", `<rsp:Stream Name="stdout" CommandId="[^"]*">[^<]{100,}</rsp:Stream>`, "")},
		{name: "late output is lost", by: "receive/after-timed-out", change: without("Receive", "rsp:Stream")},
		{name: "a Receive times out with success", by: "receive/timed-out", change: accepted(wsman.ActionReceive)},
		{name: "no SendResponse", by: "send/input", change: without("Send", "rsp:SendResponse")},
		{name: "no SignalResponse", by: "signal/terminate", change: without("Signal", "rsp:SignalResponse")},
		{name: "ctrl_c does nothing", by: "signal/ctrl-c", change: matched("Receive", "<rsp:CommandState.*</rsp:CommandState>", "")},

		// PowerShell.
		{name: "no messages", by: "powershell/open", change: without("Receive", "rsp:Stream")},
		{name: "messages cut", by: "powershell/output", change: matched("Receive", `(>[A-Za-z0-9+/]{40})[A-Za-z0-9+/=]*(</rsp:Stream>)`, "$1$2")},
		{name: "pipelines have ends", by: "powershell/output", change: replaced("Receive", `<rsp:Stream Name="stdout" CommandId`, `<rsp:Stream End="true" Name="stdout" CommandId`)},
		{name: "the server's CommandId", by: "powershell/command-id", change: matched("Command", "<rsp:CommandId>.*?</rsp:CommandId>", "<rsp:CommandId>1</rsp:CommandId>")},
		{name: "shells stay connected", by: "disconnect/state", change: replaced("Get", ">Disconnected<", ">Connected<")},
		{name: "listed as connected", by: "disconnect/in-list", change: replaced("Enumerate", ">Disconnected<", ">Connected<")},
		{name: "Disconnect has a body", by: "disconnect/state", change: replaced("Disconnect", "<s:Body></s:Body>", "<s:Body><rsp:DisconnectResponse/></s:Body>")},
		{name: "Disconnect sets no idle timeout", by: "disconnect/idle-timeout", change: replaced("Get", "PT300.000S", "PT7200.000S")},
		{name: "Reconnect has a body", by: "reconnect/state", change: replaced("Reconnect", "<s:Body></s:Body>", "<s:Body><rsp:ReconnectResponse/></s:Body>")},
		{name: "shells stay disconnected", by: "reconnect/state", change: replaced("Get", ">Connected<", ">Disconnected<")},
		{name: "Connect names no streams", by: "connect/pool", change: without("Connect", "rsp:InputStreams")},
		{name: "Connect brings no messages", by: "connect/pool", change: without("Connect", "connectResponseXml")},
		{name: "Connect of a command brings something", by: "connect/command", change: replaced("Connect", "<rsp:ConnectResponse/>", "<rsp:ConnectResponse><rsp:InputStreams/></rsp:ConnectResponse>")},
		{name: "shells do not end", by: "idle/ends", change: accepted(wsman.ActionGet)},
		{name: "disconnected shells do not end", by: "idle/disconnected", change: replaced("Get", "2150858843", "2150859204")},
		{name: "used shells end", by: "idle/use", change: replaced("Command", "CommandResponse>", "CommandAnswer>")},

		// Users, quotas and full buffers.
		{name: "others' shells are listed", by: "other/list", letIn: true},
		{name: "others may get", by: "other/get", change: accepted(wsman.ActionGet)},
		{name: "others may use", by: "other/use", change: accepted(wsman.ActionReceive)},
		{name: "others may delete", by: "other/delete", change: accepted(wsman.ActionDelete)},
		{name: "others may connect", by: "other/connect", change: accepted(wsman.ActionConnect)},
		{name: "others may reconnect", by: "other/connect", change: accepted(wsman.ActionReconnect)},
		{name: "a quota is an internal error", by: "quota/shells", change: replaced("Create", "w:QuotaLimit", "w:InternalError")},
		{name: "a quota is larger than it says", by: "quota/shells", change: replaced("Get", ">12<", ">11<")},
		{name: "a quota of users is an internal error", by: "quota/users", change: replaced("Create", "w:QuotaLimit", "w:InternalError")},
		{name: "a quota of users is larger than it says", by: "quota/users",
			change: replaced("Get", "<cfg:MaxConcurrentUsers>2<", "<cfg:MaxConcurrentUsers>1<")},
		{name: "a quota of operations is larger than it says", by: "quota/operations",
			change: replaced("Get", "<cfg:MaxConcurrentOperationsPerUser>64<", "<cfg:MaxConcurrentOperationsPerUser>63<")},
		{name: "a quota of commands is larger than it says", by: "quota/commands",
			change: replaced("Enumerate", `MaxConcurrentCommandsPerShell="3"`, `MaxConcurrentCommandsPerShell="2"`)},
		{name: "a quota of shells is larger than it says", by: "quota/configuration-shells", change: replaced("Enumerate", `MaxShells="3"`, `MaxShells="2"`)},
		{name: "a quota of one user's shells is larger than it says", by: "quota/configuration-shells-per-user",
			change: replaced("Enumerate", `MaxShellsPerUser="3"`, `MaxShellsPerUser="2"`)},
		{name: "a quota of a configuration's users is not kept", by: "quota/configuration-users", change: accepted(wsman.ActionCreate)},
		{name: "shells are made where they are switched off", by: switchedOff, settings: switchedOffText, change: accepted(wsman.ActionCreate)},
		{name: "switched-off shells have another number", by: switchedOff, settings: switchedOffText, change: replaced("Create", "2150859180", "5")},
		{name: "everybody may change the configuration", by: "put/denied", change: replaced("Put", "w:AccessDenied", "w:InternalError")},
		{name: "an answer is too long", by: "create/too-large", change: accepted("CONFORMANCE")},
		{name: "a Delete lets a Receive wait", by: "delete/ends-receive", change: replaced("Receive", "w:InternalError", "w:TimedOut")},
		{name: "an instance that is not there is found", by: "config/no-instance", change: accepted(wsman.ActionGet)},
		{name: "a listener is made twice", by: "config/exists", change: accepted(wsman.ActionCreate)},
		{name: "a wrong value is taken", by: "config/value", change: accepted("soon")},
		{name: "a wrong password is right for NTLM", by: "authentication/wrong-logon", letIn: true},
		{name: "output is lost when the buffer is full", by: "buffer/full-block",
			change: matched("Receive", `<rsp:Stream Name="stdout" CommandId="[^"]*">[^<]{1000}[^<]*</rsp:Stream>`, "")},
		{name: "everything is dropped", by: "buffer/full-drop",
			change: matched("Receive", `<rsp:Stream Name="stdout" CommandId="[^"]*">[^<]{1000}[^<]*</rsp:Stream>`, "")},

		// HTTP.
		{name: "everybody is let in", by: "authentication/none", http: answered(http.StatusOK)},
		{name: "a probe is an error", by: "authentication/probe", http: answered(http.StatusBadRequest)},
		{name: "a wrong password is right", by: "authentication/wrong-password", http: answered(http.StatusOK)},
		{name: "an unknown scheme is forbidden", by: "authentication/unknown-scheme", http: answered(http.StatusForbidden)},
		{name: "no challenge", by: "authentication/none", http: func(r *http.Response) { r.Header.Del("WWW-Authenticate") }},
		{name: "a scheme of its own", by: "authentication/schemes", http: func(r *http.Response) { r.Header.Set("WWW-Authenticate", "Bearer") }},
		{name: "a replayed ticket is taken", by: "kerberos/replay", http: answered(http.StatusOK)},
		{name: "a right ticket is refused", by: "kerberos/replay", http: answered(http.StatusUnauthorized)},
		{name: "a damaged ticket is taken", by: "kerberos/changed-ticket", http: answered(http.StatusOK)},
		{name: "another session key is taken", by: "kerberos/other-key", http: answered(http.StatusOK)},
		{name: "a ticket of somebody else is taken", by: "kerberos/other-client", http: answered(http.StatusOK)},
		{name: "an old authenticator is taken", by: "kerberos/old-authenticator", http: answered(http.StatusOK)},
		{name: "an authenticator of tomorrow is taken", by: "kerberos/early-authenticator", http: answered(http.StatusOK)},
		{name: "a ticket for another service is taken", by: "kerberos/other-service", http: answered(http.StatusOK)},
		{name: "a ticket for another channel is taken", by: "kerberos/other-channel", http: answered(http.StatusOK)},
		{name: "a refused ticket gets an envelope", by: "kerberos/other-key", http: told("", "<s:Envelope/>")},
		{name: "a shell is made with a wrong ticket", by: "kerberos/changed-ticket", change: accepted(wsman.ActionGet)},
		{name: "GET is served", by: "http/method", http: answered(http.StatusOK)},
		{name: "every path is served", by: "http/path", http: answered(http.StatusUnauthorized)},
		{name: "Identify tells the version", by: "identify/anonymous", http: told("OS: 0.0.0", "OS: 10.0.17763")},
		{name: "Identify needs a password", by: "identify/anonymous", http: answered(http.StatusUnauthorized)},
		{name: "anonymous requests are served", by: "identify/anonymous-only", http: func(r *http.Response) {
			told("", `<f:WSManFault Code="2150858843"/>`)(r)
		}},
	}
	return append(all, wrongNumbers()...)
}

// wrongNumbers are mutations in which one fault has the number next to its own.
func wrongNumbers() []mutation {
	var all []mutation
	for _, w := range []want{
		wantNoSelector, wantUnexpected, wantTimedOut, wantUnknownURI, wantAction, wantHeader, wantHeaderMissing, wantMustUnderstand,
		wantVersion, wantXML, wantSchema, wantSmallEnvelope, wantLargeRequest, wantDenied, wantReplyTo, wantLocale, wantFeature, wantFragment,
		wantParameter, wantIdleTimeout, wantFilter, wantCommandEPR, wantDialect, wantContext, wantNoProgram, wantDisconnected,
		wantNoDisconnect, wantOtherSession, wantOtherClient, wantTwice, wantSameCommand, wantSameShell, wantStreamEnded,
		wantArguments, wantVersionNumber, wantOption, wantNoVersion, wantOutputStream, wantInputStream, wantDuplicate, wantOptionName, wantCannotFilter, wantCommandID, wantShellID, wantShellName,
		wantNoInput, wantInputType, wantNoConnect, wantConnectFailed, wantAborted, wantTooLong, wantNoDirectory, wantSelectorLimit, wantOptionLimit, wantOptionValue, wantLargeAnswer,
		wantMostUsers, wantMostOperations, wantMostShellsHere, wantMostUsersHere, wantMostShellsOfAll, wantMostCommands,
		wantNoInstance, wantExists, wantValues, wantMissingValues, wantOtherNamespace, wantReadOnly, wantAddress, wantPort,
		wantHostname, wantNoThumbprint, wantIPFilter, wantSameSelectors,
	} {
		from, to := fmt.Sprintf(`Code="%d"`, uint32(w.number)), fmt.Sprintf(`Code="%d"`, uint32(w.number)+1)
		all = append(all, mutation{name: fmt.Sprintf("another number than 0x%08X", uint32(w.number)), number: w.number, change: replaced("", from, to)})
	}
	return all
}
