package auth

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/winrmd/winrmd/wsman"
)

// MaxToken is the longest token that a client may send, in bytes. A Kerberos
// ticket with the groups of a large domain is 48,000 bytes before base64.
const MaxToken = 64 << 10

// Authenticator finds out who makes the requests of one listener. It may be
// used by several goroutines.
type Authenticator struct {
	// Schemes are offered in this order. It is not changed after first use.
	Schemes []Scheme
}

// Outcome says what to do with a request.
type Outcome struct {
	// Authenticated is true if the request may be served, for Principal. Else
	// it is answered with status 401 and an empty body, its own body is read
	// and dropped, and the connection stays open.
	Authenticated bool
	// Principal is on whose behalf the request is made.
	Principal wsman.Principal
	// Lines are the values of WWW-Authenticate, each a header line of its own
	// because some clients read no lists: challenges with the 401, a last
	// token with the answer to an authenticated request.
	Lines []string
	// Sealer protects the connection's messages; nil where nothing does.
	Sealer Sealer
	// Delegation is what the client handed over of itself; nil where it has not.
	Delegation wsman.Delegation
}

// SetHeader puts Lines into the header of the answer.
func (o *Outcome) SetHeader(h http.Header) {
	h.Del("WWW-Authenticate")
	for _, line := range o.Lines {
		h.Add("WWW-Authenticate", line)
	}
}

// Authenticate finds out who makes request r, which came over c. It may take
// as long as checking a password does; the end of r's context ends it.
//
// An error, always an *Error, says why credentials were refused. It is for the
// log: the client gets the Outcome, which is the challenge then.
func (a *Authenticator) Authenticate(c *Connection, r *http.Request) (Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	scheme, token, err := a.credentials(r)
	if err != nil {
		c.forget()
		return a.challenge(r), refusal(err, scheme, r)
	}
	if scheme == nil {
		if c.identity == nil {
			// A handshake in progress stays: the client may send its next
			// token after a request without one.
			return a.challenge(r), nil
		}
		if c.valid != nil && !c.valid() {
			user := c.identity.User
			c.forget()
			return a.challenge(r), refusal(&Error{User: shorten(user), Err: ErrUserChanged}, nil, r)
		}
		return Outcome{Authenticated: true, Principal: *c.identity, Sealer: c.sealer, Delegation: c.delegation}, nil
	}
	result, err := c.enter(scheme).Step(r.Context(), r, token)
	if err != nil {
		c.forget()
		o := a.challenge(r)
		if result.Token != "" {
			// Why, in the scheme's own words, and nothing beside it: some clients
			// join the lines and look at the end.
			o.Lines = []string{scheme.Name() + " " + result.Token}
		}
		return o, refusal(err, scheme, r)
	}
	return c.settle(scheme, r, result), nil
}

// settle does what a Step's Result says.
func (c *Connection) settle(scheme Scheme, r *http.Request, result Result) Outcome {
	var lines []string
	if result.Token != "" || !result.Done {
		lines = []string{strings.TrimRight(scheme.Name()+" "+result.Token, " ")}
	}
	if !result.Done {
		return Outcome{Lines: lines}
	}
	who := result.Principal
	if who.Scheme == "" {
		who.Scheme = scheme.Name()
	}
	who.Source, who.Loopback = c.originOf(r)
	o := Outcome{Authenticated: true, Principal: who, Lines: lines, Delegation: result.Delegation}
	if result.Bound {
		c.bind(who, result)
		o.Sealer = result.Sealer
	}
	return o
}

// credentials takes the Authorization header apart. The scheme is nil if there
// is none.
func (a *Authenticator) credentials(r *http.Request) (scheme Scheme, token string, err error) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return nil, "", nil
	}
	if len(values) > 1 {
		return nil, "", fmt.Errorf("%w: more than one Authorization header", ErrWrongCredentials)
	}
	name, token, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if len(name)+len(token) > MaxToken {
		return nil, "", fmt.Errorf("%w: the Authorization header is longer than %d bytes", ErrWrongCredentials, MaxToken)
	}
	for _, s := range a.Schemes {
		if strings.EqualFold(s.Name(), name) && s.Offered(r) {
			return s, strings.TrimLeft(token, " "), nil
		}
	}
	return nil, "", fmt.Errorf("%w: %q", ErrNotOffered, shorten(name))
}

// challenge offers the schemes.
func (a *Authenticator) challenge(r *http.Request) Outcome {
	var o Outcome
	for _, s := range a.Schemes {
		if line := s.Challenge(); line != "" && s.Offered(r) {
			o.Lines = append(o.Lines, line)
		}
	}
	return o
}

// shorten cuts what a client sent to what a log line can bear.
func shorten(s string) string {
	const longest = 64
	if len(s) > longest {
		return s[:longest]
	}
	return s
}
