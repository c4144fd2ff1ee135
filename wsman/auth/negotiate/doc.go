// Package negotiate has the schemes Negotiate and Kerberos (RFC 4559, MS-WSMV
// 2.2.9.1): the handshake in HTTP headers, what comes of it, and the sealing of
// messages afterwards.
//
//	Authorization: Negotiate TOKEN ─→ Scheme ─→ spnego.Acceptor ─┬→ ntlm.Server ─────→ ntlm.Verifier
//	                                                             └→ kerberos.Context
//	Result: a user of Accounts, bound to the connection; a Sealer
//
// What a token is, is told by its first bytes: SPNEGO, or NTLM or Kerberos
// without it, which are answered in kind. Scheme Kerberos takes Kerberos only.
//
// Over TLS a handshake may be bound to the channel (RFC 5929, RFC 5056), so that
// nobody in between can pass a client's tokens on: see [Hardening].
package negotiate
