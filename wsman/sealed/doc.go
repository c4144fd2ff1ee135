// Package sealed is the form of encrypted messages over HTTP (MS-WSMV 2.2.9.1):
// what stands around the signature and the sealed text, for both sides.
//
//	--Encrypted Boundary
//		Content-Type: application/HTTP-SPNEGO-session-encrypted
//		OriginalContent: type=application/soap+xml;charset=UTF-8;Length=N
//	--Encrypted Boundary
//		Content-Type: application/octet-stream
//	LLLL signature sealed--Encrypted Boundary--
//
// What seals is an auth.Sealer. Messages are taken apart and put together by
// offsets, and sealed in place in the caller's buffer.
package sealed
