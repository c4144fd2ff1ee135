// Package runspacepool is the client's side of the PowerShell Remoting Protocol
// (MS-PSRP): a [RunspacePool] at a server, the [Pipeline]s in it, and their
// states. It speaks through a [Transport]; package psremoting has the one over
// WS-Management.
//
//	pool, err := runspacepool.Open(ctx, transport, runspacepool.NewID(), runspacepool.Config{})
//	pipeline, err := pool.Start(ctx, runspacepool.PipelineConfig{
//		Commands: []runspacepool.Command{runspacepool.Script("1..3")},
//	})
//	for record, err := range pipeline.Records(ctx) {
//		…
//	}
//	err = pool.Close(ctx)
//
// # Output
//
// A pipeline is read like a file: Next returns one record after the other, of all
// streams, in the order in which the server has sent them. Nothing is received
// while nobody reads, and of one pipeline no more is in memory than one answer of
// the server and the object that it is in the middle of. So a pipeline whose
// reader stands still waits at the server, unless its output is dropped there
// (BufferMode Drop). What a pipeline asks of its user is answered by the [Host],
// called by who reads.
//
// # Disconnected pools
//
// Disconnect leaves a pool at the server. Reconnect is for the client that has
// left, Connect for any other; ConnectPipeline then comes to what runs there.
// Objects come in order, whole, and none comes twice to the same pool.
//
// # Contexts
//
// A context bounds how long a caller waits, and nothing else: what was begun is
// done all the same, so that no object is half sent and no answer lost. What
// nobody wants any more, such as a pipeline that was started for a caller that
// does not wait, is undone. Everything ends with Close, which closes the pool at
// the server, or with Disconnect.
//
// # Limits
//
// A server's objects are bounded in size (Config.MaxObjectSize), depth and number
// of elements (clixml.Limits). An object that is too large for the first ends its
// pipeline, since what follows cannot be understood without it; one that cannot
// be read is an [ObjectError] by itself.
package runspacepool
