package wsmanclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/winrmd/winrmd/wsman"
)

// connect returns a connection that is logged on: an idle one, or a fresh one.
func (c *Client) connect(ctx context.Context, to *endpoint, anonymous bool) (conn *connection, fresh bool, err error) {
	if conn := c.pool.take(purpose{to.url.Scheme + " " + to.address(), anonymous}); conn != nil {
		return conn, false, nil
	}
	conn, err = c.connectNew(ctx, to, anonymous)
	return conn, true, err
}

var errNoConnection = errors.New("no connection within ConnectTimeout")

// connectNew makes a connection and logs on.
func (c *Client) connectNew(ctx context.Context, to *endpoint, anonymous bool) (*connection, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.ConnectTimeout, errNoConnection)
	defer cancel()
	conn, err := c.dial(ctx, to)
	if err != nil {
		return nil, c.dialError(ctx, to, err)
	}
	conn.endpoint = to
	conn.purpose = purpose{to.url.Scheme + " " + to.address(), anonymous}
	c.config.Log.Debug("connected", "address", to.address())
	if anonymous || c.config.Authentication == nil {
		return conn, nil
	}
	release := conn.guard(ctx)
	err = c.logOn(ctx, conn)
	if !release() || err != nil {
		conn.Close()
		return nil, connectFailure(ctx, to, true, err)
	}
	return conn, nil
}

// connectFailure is failure, where the time for connecting may be over.
func connectFailure(ctx context.Context, to *endpoint, connected bool, err error) error {
	cause := context.Cause(ctx)
	var refused *AuthenticationError
	var other *HTTPError
	var elsewhere *RedirectError
	switch {
	case errors.Is(cause, errNoConnection):
		return &NetworkError{Address: to.address(), Connected: connected, Err: cause}
	case cause != nil:
		return cause
	case errors.As(err, &refused), errors.As(err, &other), errors.As(err, &elsewhere), errors.Is(err, ErrUnencrypted):
		return err
	}
	return &NetworkError{Address: to.address(), Connected: connected, Err: err}
}

// dialError tells a server that cannot be trusted from one that is not there.
func (c *Client) dialError(ctx context.Context, to *endpoint, err error) error {
	var verification *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	if errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) {
		return &AuthenticationError{Scheme: "TLS", Err: err}
	}
	return connectFailure(ctx, to, false, err)
}

// logOn logs a connection on.
func (c *Client) logOn(ctx context.Context, conn *connection) error {
	l, err := c.config.Authentication.logOn(ctx, target{conn.endpoint.host, conn.endpoint.port, conn.certificate})
	if err != nil {
		return err
	}
	conn.scheme, conn.authorization = l.scheme, l.authorization
	if l.handshake == nil {
		return c.mayGoInClear(conn) // the password, too
	}
	if c.config.NoEncryption {
		if err := c.mayGoInClear(conn); err != nil {
			return err
		}
	}
	conn.handshake = l.handshake
	if err := c.shakeHands(ctx, conn, l); err != nil {
		return err
	}
	conn.sealer = l.handshake.sealer()
	return nil
}

// maxTokens is how many tokens a server may send: more than any scheme has.
const maxTokens = 16

// shakeHands exchanges tokens, with empty bodies.
func (c *Client) shakeHands(ctx context.Context, conn *connection, l logOn) error {
	var token []byte
	var offered []string // by who refuses
	for n := 0; ; n++ {
		reply, done, err := l.handshake.Initiate(ctx, token)
		if err != nil {
			return &AuthenticationError{Scheme: l.scheme, Offered: offered, Err: err}
		}
		if n > 0 && len(reply) == 0 && done {
			return nil
		}
		answer, err := conn.send(outgoing{
			contentType:   wsman.UTF8.ContentType(),
			authorization: l.scheme + " " + base64.StdEncoding.EncodeToString(reply),
		}, c.config.UserAgent, c.config.maxAnswer())
		if err != nil {
			return err
		}
		if token, err = c.nextToken(conn, l, answer, n); err != nil {
			return err
		}
		if offered = nil; answer.status == http.StatusUnauthorized && done {
			offered = answer.schemes()
		}
		if answer.status == http.StatusOK && done && len(token) == 0 {
			return nil
		}
	}
}

var (
	errTokens  = errors.New("the handshake does not end")
	errNotKept = errors.New("the server, or a proxy, ends the connection, to which the handshake belongs")
)

// nextToken is the server's next token in an answer.
func (c *Client) nextToken(conn *connection, l logOn, answer *incoming, n int) ([]byte, error) {
	if answer.status != http.StatusOK && answer.status != http.StatusUnauthorized {
		return nil, c.refused(conn, answer, answer.body)
	}
	text, offered := answer.token(l.scheme)
	token, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err != nil:
		return nil, &AuthenticationError{Scheme: l.scheme, Err: err}
	case answer.status == http.StatusUnauthorized && (!offered || len(token) == 0 && !l.emptyTokens):
		return nil, &AuthenticationError{Scheme: l.scheme, Offered: answer.schemes()}
	case n == maxTokens:
		return nil, &AuthenticationError{Scheme: l.scheme, Err: errTokens}
	case !answer.keep:
		return nil, &AuthenticationError{Scheme: l.scheme, Err: errNotKept}
	}
	return token, nil
}
