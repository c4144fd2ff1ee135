package wsman

import (
	"context"
	"errors"
	"time"
)

// Handler serves one WS-Management request. Everything behind the transport
// is a Handler, as everything in a web server is an http.Handler.
//
// An error that is (or wraps) a *Fault is sent to the client as that fault;
// any other error is logged and sent as an internal-error fault that does not
// show its text. The context ends when the client is gone or the server shuts
// down; a Handler that waits must return then.
type Handler interface {
	ServeWSMan(ctx context.Context, r *Request) (*Response, error)
}

// HandlerFunc lets a function be a Handler.
type HandlerFunc func(ctx context.Context, r *Request) (*Response, error)

// ServeWSMan calls f.
func (f HandlerFunc) ServeWSMan(ctx context.Context, r *Request) (*Response, error) {
	return f(ctx, r)
}

// Request is one authenticated, unsealed envelope: its headers are parsed, its
// body is not yet. It can be rebuilt from Raw, Charset, Principal and
// Deadline alone, so it can travel to another process as it is.
type Request struct {
	// Raw is the envelope in UTF-8. It is not changed by anybody.
	Raw []byte
	// Charset is what the client wrote in and wants to read.
	Charset Charset
	// Principal says who asks.
	Principal Principal
	// Deadline is when the answer is due: arrival + Header.OperationTimeout.
	Deadline time.Time
	// Header holds the parsed headers.
	Header Header
	// Delegation is what the client has handed over of itself when it
	// authenticated; nil where it has not. It does not travel with the Request.
	Delegation Delegation

	// bodyStart and bodyEnd delimit the content of s:Body in Raw.
	bodyStart, bodyEnd int
	// scope holds the namespace declarations in force at the start of the body.
	scope namespaceScope
}

// Delegation lets what runs for a client go on to other machines in its name.
type Delegation interface {
	// CredentialCache makes a Kerberos credential cache (MIT's file format,
	// version 4) of what was handed over: for one session, which removes it.
	// Nil says that nothing can be made of it here.
	CredentialCache(ctx context.Context) ([]byte, error)
}

// Body is the content of an answer's s:Body.
type Body interface {
	// AppendXML appends the content to dst. The prefixes of package wsman's
	// namespaces that the answer's envelope declares (s, a, x, n, w, p, rsp)
	// may be used; every other must be declared by the content itself. It may
	// be called more than once and must append the same each time.
	AppendXML(dst []byte) []byte
}

// Response is the answer to a Request.
type Response struct {
	// Action is the answer's action; empty means the request's + "Response".
	Action string
	// Body is the answer's body; nil means an empty one.
	Body Body
	// MessageID is the "uuid:…" of the answer; empty means a new one.
	MessageID string
	// RelatesTo is the message that this answers; empty means the request's.
	RelatesTo string
	// Envelope, if not nil, is the whole answer in UTF-8, rendered elsewhere;
	// Action, Body, MessageID and RelatesTo are not used then. It may be used
	// until Written is called.
	Envelope []byte
	// Written, if not nil, is called exactly once after the answer was handed
	// to the client's connection (err is nil) or could not be (err says why).
	// ErrDeliveryUnknown says that nobody knows which.
	Written func(err error)
}

// ErrNoAnswer is what a Handler returns for a request that nobody may answer,
// because whoever served it may have done so and cannot be asked. The client's
// connection is broken, and it sends the same request again.
var ErrNoAnswer = errors.New("wsman: the request is left without an answer")

// ErrDeliveryUnknown is what Response.Written is told of an answer of which it
// is not known whether it was handed to the client's connection, because the
// process that had the connection is gone.
var ErrDeliveryUnknown = errors.New("wsman: it is not known whether the answer was written")
