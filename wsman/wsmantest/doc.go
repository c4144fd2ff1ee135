// Package wsmantest has a server to test clients of WinRM, WS-Management and
// PowerShell remoting against, in the manner of net/http/httptest: it listens on
// loopback, or in memory, answers by a script, and keeps what came.
//
//	server := wsmantest.NewServer(t,
//		wsmantest.On(wsman.ActionCreate).Answer(wsmantest.ShellCreated(wsman.ResourceCmd, "1")),
//		wsmantest.On(wsman.ActionCommand).Answer(wsmantest.CommandStarted("2")),
//		wsmantest.On(wsman.ActionReceive).Fault(wsman.CodeOperationTimedOut).Times(3),
//		wsmantest.On(wsman.ActionReceive).Answer(wsmantest.Received(
//			wsmantest.Stream("stdout", "2", "hello"), wsmantest.Done("2", 0))).CutAt(100),
//	)
//	// run a client against server.URL
//
// # Script
//
// A request is answered by the first [Step] that fits it and is not used up, so
// requests that a client makes at the same time need no order. The test fails
// when a request fits no step, when a step's Check finds something wrong, and, at
// its end, when a step that was not Optional was not used. Steps can be added
// while the server runs, with Script.
//
// What an answer is: a body (Answer), a whole envelope (Envelope), a fault
// (Fault) or anything of HTTP's (Status, Redirect). An envelope's RelatesTo is
// made that of the request. When it comes: at once, After a time, or when a
// channel says so (Wait). How much of it comes: all, none (CutBeforeAnswer), the
// first bytes (CutAt), or all and then the connection ends (CutAfterAnswer).
//
// # Network
//
// Down closes all connections and refuses new ones, Silence lets requests come
// and answers none, Up ends both. With [InMemory] connections are pipes, made by
// Server.Dial, and time can be that of testing/synctest.
//
// # Who a client is
//
// [User] adds a user and switches authentication on: Basic, and Negotiate with
// NTLM, which seals messages over http. [TLS] makes the server one of https.
//
// # Dependencies
//
// The package depends on testing.TB and on nothing else of any test framework.
package wsmantest
