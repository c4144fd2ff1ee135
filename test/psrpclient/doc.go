// Package psrpclient is a PowerShell remoting client for the tests and
// benchmarks of this repository. It speaks MS-PSRP over two transports: an
// engine's own pipe (Pipe) and WS-Management (Client). Both use the same code
// to decode what comes, so that what is measured between them is the
// transport.
//
// It does what a test needs and nothing for its user's comfort: output is
// handed on as the CLIXML that it is, and a Receive is one request. It is not
// a client for users.
package psrpclient
