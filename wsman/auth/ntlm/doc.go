// Package ntlm is NTLM authentication and message protection, both sides of it
// (MS-NLMP): the three messages, NTLMv2 responses, the keys made from them, and
// signing and sealing.
//
//	client                                     server
//	NEGOTIATE     what I can          ───────→
//	              ←───────  CHALLENGE     what we do, a random number, who I am
//	AUTHENTICATE  who I am, and proof ───────→
//	Session       sealed messages     ←──────→ Session
//
// A [Server] or a [Client] is one handshake over one connection. What comes of
// it is a [Session]. Who a client is, is found out by a [Verifier]: from NT
// hashes ([HashVerifier]), or by somebody else such as a domain controller.
//
// Only NTLMv2 over Unicode, with extended session security and 128 bit keys, is
// spoken. NTLMv1, LM, anonymous logons and datagram NTLM are refused. MD4, MD5
// and RC4 are what the protocol has; nothing here makes them good.
//
// The package knows neither HTTP nor SPNEGO. [Server] and [Client] have the
// methods that package spnego asks of a mechanism. Nothing in it is shared
// between handshakes but a [ServerConfig] and a [Verifier].
package ntlm
