// Package shell is what a WS-Management shell is: a thing of the server that
// a client attaches to, leaves and comes back to (MS-WSMV sections 3.1.1 and
// 3.1.4). It holds the state and who is attached, the idle clock, the streams
// with what was not yet delivered, the commands, quotas, and the directory of
// all shells. What runs inside a shell is a Plugin's.
//
// The package knows no SOAP: requests come as Go values and errors leave as
// the typed errors of errors.go, which package shellresource turns into
// faults.
//
// Everything of one shell that changes, its commands and streams included,
// changes under the shell's one lock. No plug-in is called with the lock
// held. A shell's life hangs on its Directory, never on a request: the
// context of a request bounds waiting only.
package shell
