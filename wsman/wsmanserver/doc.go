// Package wsmanserver is the way from a listener to a wsman.Handler: HTTP/1.1
// with and without TLS as MS-WSMV 2.2.9 has it, authentication, sealed messages,
// character sets, and the envelope around what the Handler answers.
//
//	multipart/encrypted → pieces, by their lengths → auth.Sealer → charset → wsman.Request
//	multipart/encrypted ← in place, in one buffer  ← auth.Sealer ← charset ← wsman.Response
//
// An answer has the form of its request: sealed or in clear, in its charset.
// It knows nothing of shells. What authenticates is package auth's, and what a
// request means the Handler's.
package wsmanserver
