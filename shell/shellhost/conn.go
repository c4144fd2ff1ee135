package shellhost

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// conn is a connection from a daemon to a host. One exchange at a time is on
// it, and the next one tells the host that the answer before was written to
// its client.
type conn struct {
	net.Conn
	r      *bufio.Reader
	name   string    // random
	number uint64    // of the exchanges so far
	idle   time.Time // since when; for whoever closes what is not used
	owes   bool      // the host waits to hear of the last answer
}

// dialTimeout is for a host whose queue of connections is full.
const dialTimeout = 5 * time.Second

// dial connects to a host that runs as an account, by its number; -1: whichever.
func dial(socket string, account int) (*conn, error) {
	c, err := net.DialTimeout("unix", socket, dialTimeout)
	if err != nil {
		return nil, err
	}
	if account >= 0 {
		if err := checkPeer(c, account); err != nil {
			c.Close()
			return nil, err
		}
	}
	return &conn{Conn: c, r: bufio.NewReaderSize(c, 4096), name: rand.Text()}, nil
}

// next names the next exchange, for whoever wants to cancel it.
func (c *conn) next() string {
	c.number++
	return c.name + "-" + strconv.FormatUint(c.number, 10)
}

// exchange sends one request and reads the head of its answer. Both, and the
// answer's body, must come before the deadline.
func (c *conn) exchange(deadline time.Time, head, body []byte) (*http.Response, error) {
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	request := net.Buffers{head}
	if len(body) > 0 {
		request = append(request, body)
	}
	if _, err := request.WriteTo(c.Conn); err != nil {
		return nil, err
	}
	if err := c.await(deadline); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	c.owes = answer.Header.Get(headerReport) != ""
	return answer, nil
}

// late is how long an answer may take to be read that is there already.
const late = time.Second

// await waits until an answer begins. A process that was stopped finds its
// deadline passed and the answer there, which holds output that the host will
// not give again to the next request: so it looks once more, and has time to
// read it.
func (c *conn) await(deadline time.Time) error {
	_, err := c.r.Peek(1)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if now := time.Now(); now.Add(late).After(deadline) {
		if err := c.SetDeadline(now.Add(late)); err != nil {
			return err
		}
	}
	_, err = c.r.Peek(1)
	return err
}

// readBody reads the body of an answer into dst, which grows where it is too
// small.
func readBody(answer *http.Response, dst []byte) ([]byte, error) {
	defer answer.Body.Close()
	n := answer.ContentLength
	if n < 0 || n > maxEnvelope {
		return nil, fmt.Errorf("an answer of %d bytes", n)
	}
	if int64(cap(dst)) < n {
		dst = make([]byte, n)
	}
	dst = dst[:n]
	_, err := io.ReadFull(answer.Body, dst)
	return dst, err
}

// reportTimeout is for a host that does not even take a report.
const reportTimeout = 2 * time.Second

// report sends a small request without a body and returns the status of its
// answer, 0 if there is none.
func (c *conn) report(path, request string) int {
	head := "POST " + path + " HTTP/1.1\r\nHost: winrmd\r\n" + headerRequest + ": " + request + "\r\nContent-Length: 0\r\n\r\n"
	answer, err := c.exchange(time.Now().Add(reportTimeout), []byte(head), nil)
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}
