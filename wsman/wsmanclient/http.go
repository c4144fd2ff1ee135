package wsmanclient

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// outgoing is an HTTP request.
type outgoing struct {
	path          string // "" means the endpoint's
	contentType   string
	authorization string
	header        string // further lines, each with its end
	body          []byte
}

// incoming is an HTTP answer, read to its end.
type incoming struct {
	status int
	header http.Header
	body   []byte
	keep   bool   // the connection can be used again
	text   []byte // the message in UTF-8, in clear; nil where there is none
}

// send sends a request and reads the answer.
func (c *connection) send(o outgoing, userAgent string, most int) (*incoming, error) {
	c.budget.come = false
	head := c.appendHead(make([]byte, 0, 1024), o, userAgent)
	written := c.write(head, o.body)
	answer, err := c.receive(most)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case writeErr := <-written:
		if err != nil && writeErr != nil {
			return nil, writeErr
		}
		if answer != nil {
			answer.keep = answer.keep && writeErr == nil
		}
	case <-timer.C:
		// A server that refuses may answer before it has read everything, and
		// read no more.
		_ = c.SetWriteDeadline(past)
		<-written
		if answer != nil {
			answer.keep = false
		}
	}
	return answer, err
}

// grace is how long the end of a request is waited for when the answer is there
// already: usually the server has read it.
const grace = 100 * time.Millisecond

// write writes both parts of a request: a short one at once, in one piece, a long
// one while the answer may come already.
func (c *connection) write(head, body []byte) <-chan error {
	written := make(chan error, 1)
	if len(body) <= 16<<10 {
		_, err := c.Write(append(head, body...))
		written <- err
		return written
	}
	go func() {
		buffers := net.Buffers{head, body}
		_, err := buffers.WriteTo(c.Conn)
		written <- err
	}()
	return written
}

func (c *connection) appendHead(b []byte, o outgoing, userAgent string) []byte {
	u := *c.endpoint.url
	if o.path != "" {
		u.Path, u.RawPath, u.RawQuery = o.path, "", ""
	}
	target := u.RequestURI()
	if c.absolute {
		target = u.String()
	}
	b = append(b, "POST "+target+" HTTP/1.1\r\nConnection: Keep-Alive\r\nHost: "+u.Host+"\r\n"...)
	for _, line := range [][2]string{
		{"Content-Type", o.contentType}, {"User-Agent", userAgent},
		{"Authorization", o.authorization}, {"Proxy-Authorization", c.proxyAuthorization},
	} {
		if line[1] != "" {
			b = append(append(append(append(b, line[0]...), ": "...), line[1]...), "\r\n"...)
		}
	}
	b = append(b, o.header...)
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(o.body)), 10)
	return append(b, "\r\n\r\n"...)
}

// maxInterim is how many answers of class 1xx are passed over.
const maxInterim = 8

// receive reads an answer, whose body has at most that many bytes.
func (c *connection) receive(most int) (*incoming, error) {
	for range maxInterim {
		c.budget.left = maxHeader
		response, err := http.ReadResponse(c.r, &http.Request{Method: http.MethodPost})
		if err != nil {
			return nil, noEOF(err)
		}
		if response.StatusCode >= 200 {
			return c.receiveBody(response, most)
		}
	}
	return nil, errTooLong
}

func (c *connection) receiveBody(response *http.Response, most int) (*incoming, error) {
	defer response.Body.Close()
	answer := &incoming{status: response.StatusCode, header: response.Header}
	answer.keep = !response.Close && (response.ContentLength >= 0 || len(response.TransferEncoding) > 0)
	if response.ContentLength > int64(most) {
		return nil, errTooLong
	}
	// Chunks have lines of their own around them.
	c.budget.left = most + most/4 + maxHeader
	var err error
	if n := response.ContentLength; n >= 0 {
		answer.body = make([]byte, n)
		_, err = io.ReadFull(response.Body, answer.body)
	} else {
		answer.body, err = io.ReadAll(io.LimitReader(response.Body, int64(most)+1))
	}
	if err == nil && len(answer.body) > most {
		err = errTooLong
	}
	return answer, noEOF(err)
}

// noEOF is an error that says what an end in the middle is.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// schemes are the names of the schemes that an answer offers.
func (i *incoming) schemes() []string {
	names := []string{}
	for _, line := range i.header.Values("WWW-Authenticate") {
		for part := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(strings.TrimSpace(part), " ")
			if name != "" && !strings.Contains(name, "=") && !strings.HasSuffix(parameters, "==") {
				names = append(names, name)
			}
		}
	}
	return names
}

// token is what an answer has for a scheme; ok is false if it has none.
func (i *incoming) token(scheme string) (token string, ok bool) {
	for _, line := range i.header.Values("WWW-Authenticate") {
		name, token, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.EqualFold(name, scheme) {
			return strings.TrimSpace(token), true
		}
	}
	return "", false
}
