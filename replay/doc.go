// Package replay plays recorded conversations (package wsman/capture) again: the
// client's side to a server ([Run]), or the server's to a client ([Player]), and
// shows what is in them.
//
// It stands above wsman and psrp and is the place where the two meet outside a
// server: ids, contexts and keys of a recording are put into the messages of
// PowerShell as into the envelopes around them.
//
// # What is compared
//
// Run compares answers by structure: status, action, fault, the elements and
// attributes of the body, and what streams carry: their names and ends, the
// states of commands, and for PowerShell the sequence of messages. What may
// differ is in one table, [Rules], with its reason.
//
// How many Receives it takes to get something and how it is divided over them is
// a matter of time: what came for one command (or for the shell itself) is
// compared as one sequence, a track.
//
// # What is put in
//
// A request goes with a new MessageID, and with the ids that this server gave
// or that were made for it in the place of the recorded ones: ShellId,
// CommandId, SessionId, OperationID, enumeration contexts, and the GUIDs in
// PowerShell's messages. PUBLIC_KEY is made anew, and SecureStrings are a given
// placeholder, encrypted with the session key that was agreed on.
package replay
