// Package wsmanserver is the way from a listener to a wsman.Handler: HTTP/1.1
// with and without TLS as MS-WSMV 2.2.9 has it, authentication, character
// sets, and the envelope around what the Handler answers.
//
// It knows nothing of shells. What authenticates is package auth's, and what a
// request means the Handler's.
package wsmanserver
