// Package psrp holds the PowerShell Remoting Protocol (MS-PSRP) as far as a
// server that relays it must know it: fragments, message headers, states, the
// few control messages that such a server makes or reads itself, and the
// choice of a protocol version. It does no I/O and starts no goroutine.
//
// A relay keeps fragments as the base64 text in which they came. Functions
// with Text in their name work on such text and decode headers only; their
// counterparts on plain bytes follow the same rules. Base64 is the standard
// alphabet with padding and without line breaks (RFC 4648 section 4).
//
// What the package leaves to others: objects as CLIXML (package
// psrp/clixml), the framing of an engine process (package psrp/outofproc),
// and every decision about sessions. No type here is safe for concurrent use;
// functions are.
//
// Section numbers are those of MS-PSRP.
package psrp
