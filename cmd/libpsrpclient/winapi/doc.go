// Package winapi is what the WSMan client API of Windows (wsman.h) does, without
// its form in C: sessions, shells, commands and operations on them, which are
// asynchronous and tell a Completion what happened. Package main beside it gives
// it the functions and structures that PowerShell calls.
//
// The rules are those of Windows' own client:
//
//   - Whoever calls waits for nothing but Session.Close and API.Close. These must
//     not be called by a Completion.
//   - Completions of one operation come one after the other, those of different
//     operations at the same time, and never on the caller's own thread.
//   - The last Completion of an operation has FlagEndOfOperation. What was under
//     way when its shell or command was closed ends with ERROR_OPERATION_ABORTED,
//     before the Completion of the Close.
//   - A Receive goes on by itself after a Disconnect and Reconnect of its shell
//     or, for a command, of the command.
//   - What happens to the network of a shell is told to the Completion of the
//     CreateShell or ConnectShell, one flag at a time.
package winapi
