// Package wsmanclient is a client of WS-Management as Windows Remote
// Management speaks it (MS-WSMV, DSP0226), against winrmd and Windows alike.
//
// A [Client] is one endpoint, who logs on there, and a client session: the
// SessionId by which servers know who may reconnect to a shell. It is used by
// any number of goroutines; requests that are under way together go over
// several connections, each of which is logged on and sealed by itself.
//
//	client, err := wsmanclient.New("https://server:5986/wsman", wsmanclient.Config{
//		Authentication: wsmanclient.Basic("ann", password),
//	})
//	defer client.Close()
//	id, err := client.Identify(ctx)
//
// # Operations
//
//	Client   Identify, IdentifyAnonymously
//	         Get, Put, Create, Delete, Enumerate, Invoke     of a Resource
//	         CreateShell, ConnectShell                       a Shell comes of it
//	         Shell                                           one that is known, without asking
//	         Do                                              anything else
//	Shell    Command, ConnectCommand, CommandByID            a Command comes of it
//	         Send, Receiver, Signal                          streams of the shell itself
//	         Disconnect, Reconnect, Get, Delete
//	Command  Send, Receiver, Signal, Reconnect, Close
//
// Every operation takes a context. When it ends, the operation returns its
// cause at once and the connection that it was on is closed, since nobody knows
// what is still to come on it; for the server nothing was cancelled: a command
// runs on, a Receive that waited may have had an answer, which the next Receive
// gets no more unless it is asked for by a Reconnect or Connect.
//
// An answer that is a fault is a *wsman.Fault: it has the code of Windows
// (WSMan.Code, and errors.Is with a wsman.FaultCode), the message and the fault
// of the provider, if there is one. Everything else that goes wrong is one of:
//
//	*NetworkError         no connection, or it broke, or no answer in time
//	*AuthenticationError  the server does not let the client in, or cannot be trusted
//	*HTTPError            an answer that is not WS-Management's
//	*RedirectError        ask somebody else, and the Config does not say to follow
//	*AnswerError          an answer that cannot be read, or is none to the request
//	*DisconnectedError    the shell is disconnected, since its network was lost
//	ErrClosed, ErrUnencrypted and the context's cause
//
// How long the server is asked to work on one request is the Config's
// OperationTimeout, or that of [WithOperationTimeout], or the operation's own.
//
// # Shells
//
// A shell's streams are bytes to the server and to its user, and base64 in
// between. [Command.Send] takes bytes, [Command.SendText] takes base64 as it
// is. What comes is a [Stream] of an [Output]: Text is the base64 of the
// answer itself, without a copy, and AppendBytes decodes it. Where the shell is
// compressed (MS-WSMV 3.1.4.1.31.6), both do that too, and Text is that of the
// compressed bytes.
//
// A [Receiver] is one Receive operation: Next asks, waits for as long as it
// takes, asks again where the server had nothing in OperationTimeout, and
// returns each answer that has something in it.
//
//	r := command.Receiver("stdout", "stderr")
//	for {
//		output, err := r.Next(ctx)
//		if err != nil {
//			return err
//		}
//		for _, s := range output.Streams {
//			b, err = s.AppendBytes(b[:0])
//			…
//		}
//		if output.Done() {
//			return command.Close(ctx)
//		}
//	}
//
// # Robust connections
//
// When the network fails under an operation of a shell that can be disconnected,
// the same request is sent again, with the same MessageID, OperationID and
// SequenceId, for up to Config.RetryTime; a server knows it by these and does
// nothing twice. Config.Notify is told: [NetworkFailureDetected], then
// [RetryingAfterNetworkFailure] before each attempt, and at the end
// [ReconnectedAfterNetworkFailure], or [ShellAutoDisconnecting] and
// [ShellAutoDisconnected], or [RetryAborted]. After a ShellAutoDisconnected the
// shell's operations fail with a *DisconnectedError, until Reconnect succeeds;
// the server holds the shell, and what runs in it, for its idle timeout.
//
// # What it does not do
//
// Events (subscriptions) and WQL are not here; they can be asked for with Do.
// What flows in the streams is nothing to this package: PowerShell's messages
// are for its user.
package wsmanclient
