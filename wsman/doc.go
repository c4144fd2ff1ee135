// Package wsman is the WS-Management protocol as Windows Remote Management
// speaks it: envelopes, headers, faults, and the Handler that a request is
// given to.
//
// It follows SOAP 1.2, WS-Addressing (2004/08), WS-Management 1.1 (DSP0226)
// and, where they differ, the Web Services Management Protocol Extensions for
// Windows (MS-WSMV); where that leaves a choice, what recorded Windows servers
// send.
//
// A server decodes an HTTP body with DecodeBody, makes a Request of it with
// ParseRequest and gives it to a Handler, usually a Mux. The Response, or the
// Fault, renders itself as an envelope. A request's headers are parsed at once
// and its body when somebody wants it: as a tree by BodyElement, or, where
// streams are in it, token by token by Body, so that output and input of shells
// pass without a copy.
//
// The package does no I/O. HTTP, authentication and message encryption are for
// wsmanserver and wsman/auth; what the operations mean is for the Handlers.
//
// Requests and Responses belong to one goroutine at a time. Headers, Faults
// and Principals may be read by several as long as nobody changes them.
package wsman
