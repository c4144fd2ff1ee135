package auth

import (
	"context"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
)

// Scheme is an authentication scheme. It is used by all connections at the
// same time, and must be comparable: a pointer.
type Scheme interface {
	// Name is what an Authorization header begins with, compared in any case
	// of letters, for example "Basic".
	Name() string
	// Challenge is the WWW-Authenticate line that offers the scheme, for
	// example `Basic realm="WSMAN"`; empty for one that is used without an
	// offer, as certificates are.
	Challenge() string
	// Offered reports whether the scheme may be used on r's connection. It
	// looks at the connection (TLS or not) and not at r's headers.
	Offered(r *http.Request) bool
	// Begin makes the scheme's state for one connection.
	Begin() Context
}

// Context is the state of a Scheme on one connection: a handshake that takes
// several requests, or what is remembered of the last one. It is used by one
// goroutine at a time. An error of Step, or another scheme's token, ends it.
type Context interface {
	// Step takes what follows the scheme's name in r's Authorization header,
	// often base64, at most MaxToken bytes. An error refuses the client: it
	// is, or wraps, ErrWrongCredentials where the client is to blame. It may be
	// an *Error, to name the user; the Authenticator fills in the rest.
	Step(ctx context.Context, r *http.Request, token string) (Result, error)
}

// Result is what a Step came to.
type Result struct {
	// Done is true once the client is authenticated. Else the client has to
	// answer Token.
	Done bool
	// Token goes back after the scheme's name in WWW-Authenticate: with a 401
	// while not Done, with the answer to the request itself when Done and
	// there is a last token. Beside an error it says why to the client, in place
	// of the challenges. Empty means none.
	Token string
	// Principal is who the client is, when Done. Source and Loopback need not
	// be set; an empty Scheme becomes the scheme's name.
	Principal wsman.Principal
	// Bound, when Done, binds the identity to the connection: requests that
	// follow carry no Authorization header. Where it is false each request
	// carries its own, and the Context is kept for it.
	Bound bool
	// Sealer, when Bound, protects the messages on this connection; nil where
	// the scheme has no message protection. A scheme that has it gives a Sealer
	// also where its client agreed to none: it is by the Sealer that a server
	// sees that messages in clear are to be refused.
	Sealer Sealer
	// Delegation is what the client handed over of itself, for the sessions that
	// it opens on this connection; nil where it has not. Bound or not, it goes
	// with the identity.
	Delegation wsman.Delegation
	// Valid, when Bound, reports whether the user is still who it was, neither
	// removed nor changed. It is asked at every request that follows; nil means
	// yes.
	Valid func() bool
}

// Sealer protects messages with what a handshake agreed on (MS-WSMV
// 2.2.9.1.1). Both directions are streams: messages are unsealed in the order
// in which they came and sealed in the order in which they go. A Sealer is
// never used on another connection than its own, nor after an error.
type Sealer interface {
	// Protocol is the media type of a sealed message, for example
	// "application/HTTP-SPNEGO-session-encrypted".
	Protocol() string
	// Seal encrypts a message, in place where it can: plain is worth nothing
	// afterwards, and sealed may be the same memory. On the wire the signature
	// stands first, with its length before it. Both are good until the next call.
	Seal(plain []byte) (signature, sealed []byte, err error)
	// Unseal checks and decrypts a message, in place where it can: plain may be
	// the memory of sealed.
	Unseal(signature, sealed []byte) (plain []byte, err error)
}

// PieceSealer is what a Sealer is, too, that takes messages in pieces, each of
// which is sealed by itself, as CredSSP does.
type PieceSealer interface {
	Sealer
	// MaxPiece is the most bytes that Seal takes, at least 1.
	MaxPiece() int
}
