// Package powershell is the kind of shell that hosts a PowerShell runspace
// pool: one real engine process per shell, `pwsh -s`, to which the fragments
// of MS-PSRP are relayed.
//
// Fragments pass through as the base64 text in which they came, cut smaller
// only where they do not fit. The plug-in reads message headers, and the
// content of a few small control messages: to know states, to answer a
// CONNECT_RUNSPACEPOOL in the engine's place (MS-PSRP 3.2.5.4.1; an engine
// behind -s knows no Connect), to give an unanswered host call to the next
// client, and to tell the engine that a pipeline is over. What objects are in
// the messages is none of its business.
package powershell
