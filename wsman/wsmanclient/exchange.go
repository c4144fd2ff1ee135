package wsmanclient

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// exchange sends a message to an endpoint, once, and reads the answer.
func (c *Client) exchange(ctx context.Context, to *endpoint, m *message, body bodyReader) (*Answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.pool.ended, func() { cancel(ErrClosed) })()
	if c.pool.ended.Err() != nil {
		return nil, ErrClosed
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	began := time.Now()
	conn, fresh, err := c.connect(ctx, to, m.anonymous)
	if err != nil {
		c.trace(m, began, nil, err)
		return nil, err
	}
	answer, err := c.ask(ctx, conn, m)
	if !fresh && again(ctx, conn, m, answer, err) {
		conn.Close()
		if conn, err = c.connectNew(ctx, to, m.anonymous); err != nil {
			c.trace(m, began, nil, err)
			return nil, err
		}
		answer, err = c.ask(ctx, conn, m)
	}
	if err != nil {
		conn.Close()
		c.trace(m, began, nil, err)
		return nil, err
	}
	parsed, err := c.read(conn, m, answer, body)
	c.trace(m, began, answer, err)
	if !answer.keep || keepsNot(err) {
		conn.Close()
	} else {
		c.pool.put(conn)
	}
	return parsed, err
}

// again reports whether a message that went over a connection that was idle before
// goes over a new one: the server has forgotten who the client is, and has done
// nothing; or it has closed the connection just when it was taken, without a word,
// and it does no harm to ask twice.
func again(ctx context.Context, conn *connection, m *message, answer *incoming, err error) bool {
	if err == nil {
		return answer.status == http.StatusUnauthorized
	}
	var broken *NetworkError
	return m.repeatable && !conn.budget.come && ctx.Err() == nil && errors.As(err, &broken) && !errors.Is(err, errNoAnswer)
}

// keepsNot reports whether after an error nobody knows what a connection is
// good for.
func keepsNot(err error) bool {
	var answer *AnswerError
	var authentication *AuthenticationError
	return errors.As(err, &answer) || errors.As(err, &authentication)
}

// ask sends a message over a connection and reads the answer.
func (c *Client) ask(ctx context.Context, conn *connection, m *message) (*incoming, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, m.timeout+c.config.NetworkDelay, errNoAnswer)
	defer cancel()
	o, err := c.outgoing(conn, m)
	if err != nil {
		return nil, err
	}
	release := conn.guard(ctx)
	answer, err := conn.send(o, c.config.UserAgent, c.config.maxAnswer())
	if !release() || err != nil {
		return nil, failure(ctx, conn.endpoint, true, err)
	}
	return answer, nil
}

// failure is what the caller gets when a connection failed or was not there: a
// context's end is what was meant, unless it is the time for the answer.
func failure(ctx context.Context, to *endpoint, connected bool, err error) error {
	switch cause := context.Cause(ctx); {
	case cause == nil:
	case errors.Is(cause, errNoAnswer):
		err = cause
	default:
		return cause
	}
	if errors.Is(err, errTooLong) {
		return &AnswerError{err}
	}
	return &NetworkError{Address: to.address(), Connected: connected, Err: err}
}

// outgoing makes the HTTP request of a message.
func (c *Client) outgoing(conn *connection, m *message) (outgoing, error) {
	text, charset := m.text, c.config.Charset
	if charset == wsman.UTF16 {
		text = wsman.EncodeBody(wsman.UTF16, text)
		// Users cut what they send by the size of an envelope, and PowerShell asks
		// for that before it says that it wants UTF-16.
		if len(text) > c.config.MaxEnvelopeSize {
			text, charset = m.text, wsman.UTF8
		}
	}
	o := outgoing{contentType: charset.ContentType(), authorization: conn.authorization, body: text}
	if m.anonymous {
		o.path, o.authorization, o.header = anonymousPath, "", "WSMANIDENTIFY: unauthenticated\r\n"
		return o, nil
	}
	if !c.seals(conn) {
		return o, c.mayGoInClear(conn)
	}
	return o, c.seal(conn, &o, charset)
}

// mayGoInClear is an error where a message may not.
func (c *Client) mayGoInClear(conn *connection) error {
	if conn.secure() || c.config.AllowUnencrypted || conn.scheme == "" {
		return nil
	}
	return ErrUnencrypted
}

// read reads what an HTTP answer says.
func (c *Client) read(conn *connection, m *message, i *incoming, body bodyReader) (*Answer, error) {
	contentType, text, err := c.unsealed(conn, i)
	if err != nil {
		return nil, &AnswerError{err}
	}
	if i.status != http.StatusOK && (len(text) == 0 || !isSOAP(contentType)) {
		return nil, c.refused(conn, i, text)
	}
	text, _, err = wsman.DecodeBody(contentType, text)
	if err != nil {
		return nil, &AnswerError{err}
	}
	i.text = text
	answer, err := parseAnswer(text, body)
	err = asRedirect(err)
	if answer != nil && answer.RelatesTo != "" && m.id != "" && answer.RelatesTo != m.id {
		return nil, badAnswer("it is one to another request: %.100q", answer.RelatesTo)
	}
	var f *wsman.Fault
	if errors.As(err, &f) {
		f.Status = i.status
	}
	return answer, err
}

// refused is the error for an answer without a message.
func (c *Client) refused(conn *connection, i *incoming, body []byte) error {
	switch i.status {
	case http.StatusUnauthorized:
		return &AuthenticationError{Scheme: conn.scheme, Offered: i.schemes()}
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location := i.header.Get("Location"); location != "" {
			u, err := conn.endpoint.url.Parse(location)
			if err == nil {
				return &RedirectError{Location: u.String(), StatusCode: i.status}
			}
		}
	}
	return &HTTPError{
		StatusCode: i.status, ContentType: i.header.Get("Content-Type"), Body: bytes.Clone(body[:min(len(body), 1024)]),
	}
}
