// Package runspace is the kind of shell that is a PowerShell endpoint written
// in Go: a server of the PowerShell Remoting Protocol (MS-PSRP) whose
// pipelines run commands of Go in this process. No PowerShell is needed.
//
// A [Plugin] is made of a [Config], which says what its sessions have: the
// [Command]s, whether clients may use the language (package
// shell/runspace/language) or only name commands, and the limits. An endpoint
// shows its clients those commands and nothing else.
//
// # Commands
//
// A [Command] is a struct type: its fields are the parameters, by tags, and its
// method Process is what it does, once for each object of the pipeline that it
// stands in. What it puts out goes through [IO]: objects, which may be any Go
// values that clixml.Marshal takes, errors, and the other streams. A pipeline
// is one goroutine: what a command puts out is given to the next one before
// Output returns. It ends when its context does, which is when the client stops
// it.
//
// # Sessions
//
// A session is a runspace pool. Each pipeline takes one of its runspaces, which
// keeps its variables for the next; pipelines wait when all are taken. Output
// goes into the shell's streams, so disconnecting, reconnecting and connecting
// are as for every shell; what is asked of a client that has gone is asked of
// the next one.
//
// Section numbers are those of MS-PSRP.
package runspace
