// Package credssp is the scheme CredSSP (MS-CSSP): a client logs in and hands
// its password over, so that its session can log in elsewhere in its name.
//
//	client                                           server
//	TLS handshake, its records in the tokens  ←────→
//	then, as TLS records:
//	TSRequest  negoTokens                     ─────→  spnego.Acceptor
//	           ←─────  negoTokens                     … until a Mechanism is done
//	TSRequest  pubKeyAuth                     ─────→  is it my key that you see?
//	           ←─────  pubKeyAuth                     and is it you?
//	TSRequest  authInfo: Credentials          ─────→  Config.Delegated
//	messages, each piece one TLS record       ←────→  Sealer
//
// Nobody looks at the server's certificate. What stops somebody in between is
// pubKeyAuth: both sides say, sealed by what the client and the server have in
// common, which key the TLS session has (MS-CSSP 3.1.5). The password goes over
// only after that.
//
// A [Scheme] is one for all connections, an [Initiator] is one client. Each has
// one goroutine of its own, a coroutine, for as long as the TLS handshake takes,
// because crypto/tls cannot stop in the middle of it: see tunnel. It ends with
// the handshake, by the time that a login may take, when too many others have
// begun since, when nobody has the handshake any more, and by Close.
//
// Versions 2 to 6 of the protocol are spoken; those below 5 only where the
// configuration says so. Passwords are taken; smart cards and Remote Credential
// Guard are refused.
package credssp
