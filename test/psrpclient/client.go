package psrpclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/winrmd/winrmd/wsman"
)

// Config says where a server is and how it is spoken to.
type Config struct {
	URL, User, Password string
	// TLS is for a URL with https.
	TLS *tls.Config
	// MaxEnvelopeSize is in bytes; 0 means PowerShell's own 512000.
	MaxEnvelopeSize int
	// OperationTimeout is how long a Receive may wait; 0 means 20 seconds.
	OperationTimeout time.Duration
	// Dial makes the connections, for a test that wants to break one; nil
	// means net.Dialer's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Again is asked, if not nil, when a request's answer did not come because
	// of err. It may wait; true means that the same request is sent again.
	Again func(ctx context.Context, err error) bool
	// Numbered gives each operation an OperationID and a SequenceId. A request
	// that is sent again is known by these then, and has a new MessageID.
	Numbered bool
	// IdleTimeout and Lifetime are for the pools that are opened; 0 means the
	// server's. BufferMode, Block or Drop, is so too.
	IdleTimeout, Lifetime time.Duration
	BufferMode            string
}

// Client is one client session of WS-Management: all its requests have the
// same SessionId. It may be used by several goroutines.
type Client struct {
	config        Config
	sessionID     string
	authorization string
	http          *http.Client
	connections   *connections
	counts        counts
}

// Counts are what a client has sent and got.
type Counts struct {
	Requests, Receives int64
	// BytesIn are the bytes of the answers, Streams their rsp:Stream elements
	// and StreamText the characters of base64 in these.
	BytesIn, Streams, StreamText int64
}

type counts struct{ requests, receives, bytesIn, streams, streamText atomic.Int64 }

// New makes a client.
func New(c Config) *Client {
	if c.MaxEnvelopeSize == 0 {
		c.MaxEnvelopeSize = 512000
	}
	if c.OperationTimeout == 0 {
		c.OperationTimeout = 20 * time.Second
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	conns := newConnections(c.Dial)
	return &Client{
		config: c, sessionID: "uuid:" + newGUID(), connections: conns,
		authorization: "Basic " + base64.StdEncoding.EncodeToString([]byte(c.User+":"+c.Password)),
		http: &http.Client{Transport: &http.Transport{
			DialContext: conns.dial, TLSClientConfig: c.TLS, DisableCompression: true,
			MaxIdleConnsPerHost: 16, ReadBufferSize: 64 << 10,
		}},
	}
}

// Abandon closes every connection at once and makes no more: what the end of
// the client's process would do.
func (c *Client) Abandon() { c.connections.abandon() }

// Counts are what the client has sent and got so far.
func (c *Client) Counts() Counts {
	n := &c.counts
	return Counts{n.requests.Load(), n.receives.Load(), n.bytesIn.Load(), n.streams.Load(), n.streamText.Load()}
}

// Fault is a fault that was answered, with the number that says which.
type Fault = wsman.Fault

// IsFault reports whether err is a fault of that number.
func IsFault(err error, code wsman.FaultCode) bool { return errors.Is(err, code) }

// exchange sends an envelope and reads the answer into buffer, which grows. It
// does so again as long as none comes and Config.Again wants it. A fault is an
// error, a *Fault.
func (c *Client) exchange(ctx context.Context, envelope, buffer []byte) ([]byte, error) {
	for {
		answer, err := c.exchangeOnce(ctx, envelope, buffer)
		var lost *lostError
		if c.config.Again == nil || !errors.As(err, &lost) || !c.config.Again(ctx, err) {
			return answer, err
		}
		if c.config.Numbered {
			envelope = renewMessageID(envelope)
		}
	}
}

// lostError says that no answer came, in contrast to one that says no.
type lostError struct{ cause error }

// Error implements error.
func (e *lostError) Error() string { return e.cause.Error() }

// Unwrap lets the cause be found.
func (e *lostError) Unwrap() error { return e.cause }

func (c *Client) exchangeOnce(ctx context.Context, envelope, buffer []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(envelope))
	if err != nil {
		return nil, err
	}
	request.Header["Content-Type"] = []string{"application/soap+xml;charset=UTF-8"}
	request.Header["Authorization"] = []string{c.authorization}
	c.counts.requests.Add(1)
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, &lostError{err}
	}
	defer answer.Body.Close()
	body, err := readBody(answer, buffer)
	if err != nil {
		return nil, &lostError{fmt.Errorf("answer: %w", err)}
	}
	c.counts.bytesIn.Add(int64(len(body)))
	switch answer.StatusCode {
	case http.StatusOK:
		return body, nil
	case http.StatusInternalServerError:
		fault, err := wsman.ParseFault(body)
		if err != nil {
			return nil, err
		}
		return nil, fault
	}
	return nil, fmt.Errorf("HTTP status %s", answer.Status)
}

// readBody reads a body whose length the server has to say.
func readBody(answer *http.Response, buffer []byte) ([]byte, error) {
	n := answer.ContentLength
	if n < 0 || n > maxAnswer {
		return nil, fmt.Errorf("Content-Length is %d", n)
	}
	if int64(cap(buffer)) < n {
		buffer = make([]byte, n)
	}
	buffer = buffer[:n]
	_, err := io.ReadFull(answer.Body, buffer)
	return buffer, err
}

// maxAnswer is more than any answer of a server with its default settings.
const maxAnswer = 16 << 20
