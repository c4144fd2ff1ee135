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
// # Tags
//
// What a field of a Command's struct is as a parameter (see [Cmdlet]):
//
//	param:"Name"              another name than the field's
//	param:",mandatory"        it must be given
//	param:",position=0"       it may be given without its name, in this place
//	param:",pipeline"         it takes each object of the pipeline
//	param:",byname"           it takes that object's property of its name
//	param:",remaining"        it takes what no other does
//	param:",alias=A|B"        other names
//	param:"-"                 it is no parameter
//	validate:"set=a|b"        one of these
//	validate:"range=1..10"    a number from 1 to 10; either end may be left out
//	validate:"length=1..20"   a text of so many characters
//	validate:"count=1..5"     so many elements
//	validate:"notempty"       not null, and not empty
//	validate:"pattern=^a"     a text that the regular expression matches; it comes last
//	help:"…"                  its text in Get-Help
//
// What a field of a struct that is put out is as a property (see clixml.Marshal):
//
//	clixml:"Name"             another name than the field's
//	clixml:",adapted"         a property of the object itself, not one added to it
//	clixml:",omitempty"       left out where it is empty
//	clixml:"-"                left out
//	_ clixml.TypeName `clixml:"My.Type,My.Base"`   a blank field: the object's types
//
// A map is a Hashtable, a slice a list, an error an ErrorRecord in the error stream;
// [Error] says more of one. At the client a struct shows as a table where it has up to
// four properties, and as a list where it has more; Out-String does the same here
// (package shell/runspace/format).
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
