package credssp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/auth"
	"github.com/winrmd/winrmd/wsman/auth/spnego"
)

// Context is one login, on one connection. It implements auth.Context.
//
//	        TLS is up             the keys match               credentials
//	securing ───────→ negotiating ──────────────→ delegating ─────────────→ ended
//
// Whatever goes wrong leads to ended, and nothing from there.
type Context struct {
	scheme   *Scheme
	state    loginState
	started  time.Time
	tokens   int
	versions versions

	tunnel *tunnel   // nil before the first token
	place  place     // of the tunnel among those whose handshake is under way
	shown  *shownKey // by the tunnel

	acceptor *spnego.Acceptor // nil before the first TSRequest
	agreed   bool             // the acceptor is done
	identity auth.Identity

	delegation wsman.Delegation
}

type loginState int

const (
	securing loginState = iota
	negotiating
	delegating
	ended
)

// Step implements auth.Context. Where the protocol has a way to tell the client
// why it is refused, the Result that comes with the error has it as its Token.
func (c *Context) Step(ctx context.Context, _ *http.Request, token string) (auth.Result, error) {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		raw, err = c.step(ctx, raw)
	} else {
		c.end()
		raw, err = nil, fmt.Errorf("%w: not base64", ErrToken)
	}
	result := auth.Result{Token: base64.StdEncoding.EncodeToString(raw)}
	if err != nil {
		return result, c.refusal(err)
	}
	if c.state == ended {
		result.Done, result.Bound, result.Sealer = true, true, newSealer(c.tunnel)
		result.Principal, result.Valid, result.Delegation = principal(c.identity), c.valid(), c.delegation
	}
	return result, nil
}

// valid is asked whether the user is still the same.
func (c *Context) valid() func() bool {
	generation, name, was := c.scheme.config.Generation, c.identity.Name, c.identity.Generation
	if generation == nil {
		return nil
	}
	return func() bool {
		is, ok := generation(name)
		return ok && is == was
	}
}

// refusal names the user, where it is known, and says who is to blame.
func (c *Context) refusal(err error) error {
	e := &auth.Error{User: c.identity.Name, Err: err}
	var inner *auth.Error
	if errors.As(err, &inner) {
		e.User, e.Err = inner.User, inner.Err
	}
	if (c.shown == nil || c.shown.err == nil) && clientsFault(e.Err) {
		e.Err = blame(e.Err)
	}
	return e
}

// step takes a token and returns the next. An error ends the login; what comes
// with it says why.
func (c *Context) step(ctx context.Context, token []byte) (reply []byte, err error) {
	reply, done, err := c.advance(ctx, token)
	if err != nil || done {
		c.end()
	}
	return reply, err
}

func (c *Context) advance(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if err := c.admit(token); err != nil {
		return nil, false, err
	}
	reply, secure, err := c.tunnel.handshake(token)
	if err != nil {
		if c.shown.err != nil {
			err = c.shown.err
		}
		return nil, false, err
	}
	if !secure {
		return reply, false, nil
	}
	b, err := c.tunnel.read(nil, maxRequest)
	if err != nil {
		return nil, false, err
	}
	defer clear(b) // there may be a password in it
	if c.state == securing {
		c.place.leave()
		c.state = negotiating
		if len(b) == 0 {
			return reply, false, nil // the client waits for what TLS has to say
		}
	}
	answer, done, err := c.answer(ctx, b)
	return append(reply, answer...), done, err
}

// admit checks what can be checked of a token without reading it, and begins
// with the first.
func (c *Context) admit(token []byte) error {
	if c.state == ended {
		return ErrOutOfOrder
	}
	if c.tokens == 0 {
		c.started = time.Now()
	}
	c.tokens++
	switch {
	case len(token) == 0 || len(token) > maxToken || !wholeRecords(token):
		return ErrToken
	case c.tokens > maxTokens || c.state == securing && c.tokens > maxHandshakeTokens:
		return ErrOutOfOrder
	case time.Since(c.started) > c.scheme.config.Timeout:
		return ErrExpired
	}
	if c.tunnel == nil {
		c.begin()
	}
	return nil
}

// begin makes the TLS session. Nothing in it leads to c, so that c can be
// dropped: then the coroutine ends, too.
func (c *Context) begin() {
	c.shown = new(shownKey)
	c.tunnel = c.scheme.server(c.shown)
	c.place = c.scheme.waiting.add(c.tunnel)
	runtime.AddCleanup(c, c.scheme.waiting.giveUp, c.place.element)
}

// end gives up what is not needed any more.
func (c *Context) end() {
	c.state = ended
	c.Close()
}

// Close ends a handshake that is under way. It need not be called: see the
// package.
func (c *Context) Close() error {
	if c.tunnel != nil {
		c.place.leave()
		c.tunnel.close()
	}
	return nil
}
