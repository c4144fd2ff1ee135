// Package auth authenticates the clients of a WS-Management server over HTTP
// (RFC 7235, MS-WSMV 2.2.9.1).
//
// Authentication belongs to the TCP connection: a handshake may take several
// requests on it, and afterwards the identity may hold for every further
// request on it. So a server keeps one [Connection] for each and asks an
// [Authenticator] about each request. The Authenticator knows HTTP; what a
// token means is a [Scheme]'s, which is added without changing anything else.
//
//	request → Authenticator ─→ Scheme (one per server) ─→ Context (one per connection)
//	             │  Outcome: Principal, or the lines of a 401      │ Step: token in, Result out
//	             └─ Connection: scheme in progress, identity, Sealer
//
// The package decides who a client is. What a user may do, where passwords are
// kept, logging and slowing down those who guess are left to others.
package auth
