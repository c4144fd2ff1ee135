package wsmanclient

import (
	"context"
	"fmt"
)

// Client asks one endpoint, as one client session. It may be used by several
// goroutines at the same time.
type Client struct {
	config   Config
	endpoint *endpoint
	pool     *pool
}

// New makes a Client of an endpoint's URL, as "https://server:5986/wsman". A host
// alone means http and WinRM's port and path. Nothing is sent yet.
func New(url string, c Config) (*Client, error) {
	e, err := parseEndpoint(url)
	if err != nil {
		return nil, err
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	client := &Client{config: c, endpoint: e}
	client.pool = newPool(&client.config)
	return client, nil
}

// SessionID names the client session, as "uuid:…".
func (c *Client) SessionID() string { return c.config.SessionID }

// URL is the endpoint, with what New was not told.
func (c *Client) URL() string { return c.endpoint.url.String() }

// Close closes the connections. What is under way fails with ErrClosed, and so
// does everything that is asked later. Shells live on at the server.
func (c *Client) Close() error {
	c.pool.close()
	return nil
}

// Do asks for an operation and returns the answer. For what the protocol has,
// the other methods are more comfortable.
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	var body element
	answer, err := c.do(ctx, &r, body.first)
	if err != nil {
		return nil, err
	}
	if answer.Body, err = body.xml(answer.raw); err != nil {
		return nil, err
	}
	return answer, nil
}

// do asks for an operation; body reads what is in the answer's body.
func (c *Client) do(ctx context.Context, r *Request, body bodyReader) (*Answer, error) {
	m := c.newMessage(ctx, r)
	return c.send(ctx, m, body)
}

// send sends a message and follows redirections.
func (c *Client) send(ctx context.Context, m *message, body bodyReader) (*Answer, error) {
	to := m.endpoint
	for n := 0; ; n++ {
		answer, err := c.exchange(ctx, to, m, body)
		next := c.follow(err, to, n)
		if next == nil {
			return answer, err
		}
		m = m.readdressed(to, next)
		to = next
	}
}

// follow is where a redirection leads; nil where it is not followed.
func (c *Client) follow(err error, from *endpoint, n int) *endpoint {
	r := redirection(err)
	if r == nil || n >= c.config.MaxRedirects {
		return nil
	}
	to, err := parseEndpoint(r.Location)
	if err != nil || from.secure() && !to.secure() {
		return nil
	}
	c.config.Log.Debug("redirected", "from", from.url.String(), "to", to.url.String())
	return to
}

// String names the endpoint and nothing secret.
func (c *Client) String() string { return fmt.Sprintf("wsmanclient of %s", c.URL()) }
