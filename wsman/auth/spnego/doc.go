// Package spnego negotiates which mechanism authenticates a client (RFC 4178,
// MS-SPNG), both sides of it, and reads the tokens that clients send in its
// place.
//
//	client                                      server
//	NegTokenInit  mechanisms I know, in my   ─→
//	              order; a token of the first
//	              ←─  NegTokenResp  the one we take; its token
//	NegTokenResp  its next token; a signature ─→
//	              of the list of mechanisms
//	              ←─  NegTokenResp  done; the same signature
//
// A [Mechanism] is what is negotiated: NTLM (package ntlm) or Kerberos. The
// [Acceptor] is one handshake of a server, the [Initiator] one of a client.
// Whoever made them keeps the mechanisms, and asks the chosen one for what it
// has found out and for the protection of messages.
//
// The signature, mechListMIC, tells whether somebody in between took mechanisms
// out of the client's list. It is exchanged where the client's first choice was
// not taken, where the mechanism wants it (NTLM with a MIC), and where the peer
// sends one.
//
// Tokens are DER, and strictly so. NEGOEX and other mechanisms that nobody
// registered are passed over.
package spnego
