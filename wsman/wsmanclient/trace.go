package wsmanclient

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Trace is one exchange as it went, before it was sealed and after it was
// unsealed. The handshake of the connection is not in it.
type Trace struct {
	// URL is whom was asked.
	URL string
	// Began is when, and Took how long it was to the end of the answer, with
	// connecting and logging on where that was needed.
	Began time.Time
	Took  time.Duration
	// Request and Answer are envelopes in UTF-8. Answer is nil where none came.
	Request, Answer []byte
	// Status and Header are those of the HTTP answer; 0 and nil where none came.
	Status int
	Header http.Header
	// Err is what went wrong; nil where the answer could be read, a *wsman.Fault
	// where it is one.
	Err error
}

// trace tells whoever wants to know about an exchange that is over.
func (c *Client) trace(m *message, began time.Time, i *incoming, err error) {
	if i != nil && i.text != nil && m.seen != nil {
		m.seen(i)
	}
	if c.config.Trace == nil {
		return
	}
	t := Trace{URL: m.endpoint.url.String(), Began: began, Took: time.Since(began), Request: m.text, Err: err}
	if i != nil {
		t.Status, t.Header, t.Answer = i.status, i.header, i.text
	}
	c.config.Trace(t)
}

// RoundTrip sends an envelope in UTF-8 as it is, over a connection that is
// logged on and sealed as for every other request, and returns the answer's
// envelope and HTTP status: a fault is an answer as any other. Nothing in the
// envelope is looked at or changed; timeout is its OperationTimeout, more than
// 0, after which (and NetworkDelay) the answer is waited for no longer. Errors
// are those of every operation where no message came.
func (c *Client) RoundTrip(ctx context.Context, envelope []byte, timeout time.Duration) (answer []byte, status int, err error) {
	if timeout <= 0 {
		return nil, 0, errors.New("wsmanclient: the time for an answer must be more than 0")
	}
	m := &message{endpoint: c.endpoint, text: envelope, timeout: timeout}
	m.seen = func(i *incoming) { answer, status = i.text, i.status }
	if _, err = c.exchange(ctx, c.endpoint, m, nothing); answer != nil {
		err = nil
	}
	return answer, status, err
}
