package wsmantest

import (
	"context"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
)

// Request is a request that came.
type Request struct {
	// Header is what the envelope's headers say.
	Header wsman.Header
	// Raw is the envelope in UTF-8, unsealed.
	Raw []byte
	// HTTP is the request itself. Its body was read.
	HTTP *http.Request
	// Connection is the number of the connection that it came over, from 1 on.
	Connection int
	// User is who the client is; "" without authentication.
	User string
	// Sealed is true where the message was encrypted inside of HTTP.
	Sealed bool
	// Charset is the encoding that it came in.
	Charset wsman.Charset
	// Refusal is the fault that winrmd would answer with, since a header is wrong or
	// not understood; nil if all are well. The script goes on all the same.
	Refusal *wsman.Fault

	parsed *wsman.Request
}

// Body is the content of s:Body.
func (r *Request) Body() string {
	size := r.parsed.BodySize()
	if size == 0 {
		return ""
	}
	at := r.parsed.Body().Offset()
	return string(r.Raw[at : at+size])
}

// Parsed is the request as a server has it.
func (r *Request) Parsed() *wsman.Request { return r.parsed }

// String says what is asked for.
func (r *Request) String() string {
	if r.Header.Identify {
		return "Identify"
	}
	return r.Header.Action + " of " + r.Header.ResourceURI
}

type numberKey struct{}

func withNumber(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, numberKey{}, n)
}

func numberOf(ctx context.Context) int {
	n, _ := ctx.Value(numberKey{}).(int)
	return n
}
