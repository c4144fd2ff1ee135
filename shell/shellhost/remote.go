package shellhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/winrmd/winrmd/shell"
)

// remote is one host as its daemon sees it. It may be used by several
// goroutines.
type remote struct {
	shellID, socket string
	hello           Hello // of when it was found
	account         int   // number of the account that it runs as; -1: this one's
	voucher         *voucher
	protocol        int

	mu     sync.Mutex
	idle   []*conn // last used last
	closed bool

	ended   chan struct{} // closed when the host has gone, or hung up
	settled chan struct{} // closed when the Router knows what that means
	watch   *conn
}

// helloTimeout is how long a host may take to say what it is. Who lists the
// sessions waits that long for one that is stopped.
const helloTimeout = askTimeout

// attach finds the host behind a socket. It watches it until the host ends or
// the remote is let go. v is what is known of a host of another account.
func attach(shellID, socket string, v *voucher) (*remote, error) {
	c, err := dial(socket, v.account())
	if err != nil {
		return nil, err
	}
	h := &remote{
		shellID: shellID, socket: socket, account: v.account(), voucher: v,
		ended: make(chan struct{}), settled: make(chan struct{}), watch: c,
	}
	answer, err := c.exchange(time.Now().Add(helloTimeout), []byte("GET "+pathWatch+" HTTP/1.1\r\nHost: winrmd\r\n\r\n"), nil)
	if err == nil {
		err = json.NewDecoder(io.LimitReader(answer.Body, maxRecord)).Decode(&h.hello)
	}
	if err == nil {
		h.protocol, err = h.hello.negotiate()
	}
	if err == nil {
		err = v.confirm(&h.hello)
	}
	if err == nil {
		err = c.SetDeadline(time.Time{})
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("shell host of %s: %w", shellID, err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, answer.Body)
		c.Close()
		close(h.ended)
	}()
	return h, nil
}

// letGo closes every connection to the host.
func (h *remote) letGo() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.closeIdle(time.Now())
	h.watch.Close()
}

// take returns a connection that nobody uses.
func (h *remote) take() (*conn, error) {
	h.mu.Lock()
	if n := len(h.idle); n > 0 {
		c := h.idle[n-1]
		h.idle = h.idle[:n-1]
		h.mu.Unlock()
		return c, nil
	}
	h.mu.Unlock()
	return dial(h.socket, h.account)
}

// maxIdle is how many connections to a host wait to be used again: about as
// many as requests of one client are under way.
const maxIdle = 8

// give puts a connection back on which an exchange has come to its end.
func (h *remote) give(c *conn) {
	c.idle = time.Now()
	h.mu.Lock()
	if !h.closed && len(h.idle) < maxIdle {
		h.idle = append(h.idle, c)
		h.mu.Unlock()
		return
	}
	h.mu.Unlock()
	hangUp(c)
}

// hangUp closes a connection in good order.
func hangUp(c *conn) {
	if c.owes {
		c.report(pathWritten, "")
	}
	c.Close()
}

// closeIdle closes the connections that nobody has used since a time.
func (h *remote) closeIdle(since time.Time) {
	h.mu.Lock()
	n := 0
	for n < len(h.idle) && !h.idle[n].idle.After(since) {
		n++
	}
	old := append([]*conn(nil), h.idle[:n]...)
	h.idle = append(h.idle[:0], h.idle[n:]...)
	h.mu.Unlock()
	for _, c := range old {
		hangUp(c)
	}
}

// gone makes an error of a host that could not be spoken to. One that does not
// answer in time, because it is stopped or starved, is not dead: its client is
// to ask again.
func (h *remote) gone(err error) error {
	if timeout := (net.Error)(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("shell host of %s: %w: %w: %w", h.shellID, errSilent, shell.ErrTimedOut, err)
	}
	return &shell.EndedError{ShellID: h.shellID, Cause: fmt.Errorf("%w: %w", errHostGone, err)}
}

// errSilent says that a host has not answered in time.
var errSilent = errors.New("its process does not answer")

// endTimeout is how long is waited for a host that has nothing more to do.
const endTimeout = clearTimeout + time.Second

// awaitEnd waits for the end of a host that has nothing more to do: before that
// whoever looks finds it, and speaks to it in vain.
func (h *remote) awaitEnd() {
	select {
	case <-h.settled:
	case <-time.After(endTimeout):
	}
}

// errHostGone is why a shell has ended whose host has.
var errHostGone = errors.New("its host process cannot be reached")

// small makes one exchange without a body on a connection of its own choice,
// and returns the status of the answer, 0 if there is none.
func (h *remote) small(path, request string) int {
	c, err := h.take()
	if err != nil {
		return 0
	}
	status := c.report(path, request)
	if status == 0 {
		c.Close()
		return 0
	}
	h.give(c)
	return status
}
