// Package outofproc is the framing that a PowerShell engine speaks on its
// standard input and output when it runs as a server process (pwsh -s), and
// over SSH and named pipes: one XML element a line, UTF-8, ended by a line
// feed. Data elements carry MS-PSRP fragments as base64 text, which is passed
// through as it is and never decoded. This side is the engine's client.
//
//	to the engine                                   from the engine
//	<Data Stream='Default' PSGuid='…'>text</Data>   <DataAck PSGuid='…' />, and Data of its own
//	<Command PSGuid='…' />                          <CommandAck PSGuid='…' />
//	<Signal PSGuid='…' />                           <SignalAck PSGuid='…' />
//	<Close PSGuid='…' />                            <CloseAck PSGuid='…' />
//
// PSGuid is a pipeline, or SessionID for the runspace pool. The engine handles
// each line on a thread of its own, so whoever uses a Writer must wait for the
// DataAck of one Data before the next, and for CommandAck before a pipeline's
// first Data. It sends no acknowledgement for Data that it sends, and takes
// none: a DataAck to the engine ends it, as any line does that it does not
// understand.
//
// There is no specification; PowerShell's OutOfProcTransportManager is the
// reference. The package leaves processes, order and meaning to others.
package outofproc
