// Package audit records every login, refusal and logout at a WS-Management
// server: when, from where, by which scheme, who, on which connection and why.
//
// An [Auditor] sees the attempts as the outermost authenticator of a server, and
// the end of connections through the server's ConnState:
//
//	a := audit.New(audit.NewLog(logger))
//	config.Authenticator = a.Authenticator(guard.Authenticator(authenticator))
//	a.Attach(server)
//
// A login is what begins to be somebody on a connection. The requests that go
// on as the same user are none, whether the identity belongs to the connection
// or, as with Basic, each request brings its own.
package audit
