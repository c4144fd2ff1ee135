// Package conformance is a suite of named checks for servers of WS-Management as
// Windows Remote Management speaks it: what goes over the wire is held against
// what MS-WSMV, DSP0226 and MS-PSRP say of it, and where these leave a thing to
// the server, against what Windows does.
//
// A check asks the server by envelopes of its own making, so that it can send
// what no client library would. It needs nothing of the machine but that command
// lines may use echo and sort, which Windows and Unix both have. Every check has
// a context, an end, and deletes the shells that it has made.
//
//	report := conformance.Run(ctx, conformance.Config{Server: client, URL: client.URL()})
//	report.WriteText(os.Stdout)
//
// # What is known
//
// Of some faults nobody has recorded which number Windows gives; there the name
// of the number in Windows' headers says it. Such a check is Inferred: a server
// that fails it need not be wrong.
package conformance
