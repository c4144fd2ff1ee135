//go:build linux

package upgrade

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// asker asks one Identify after the other, and fails at the first that is not
// answered as it should be. It has no http.Client, which would quietly ask a
// second time.
type asker struct {
	name      string
	network   string // tcp or unix
	address   string
	tls, keep bool
	pause     time.Duration
	asked     atomic.Int64
	dialed    int
}

// askers are of every listener, on new connections and on old ones, which are
// idle for a moment or for longer.
func askers(s *server) []*asker {
	const often = 5 * time.Millisecond
	all := []*asker{
		{name: "HTTP, new", network: "tcp", address: s.http, pause: often},
		{name: "HTTP, kept", network: "tcp", address: s.http, keep: true, pause: often},
		{name: "HTTPS, new", network: "tcp", address: s.https, tls: true, pause: 4 * often},
		{name: "HTTPS, kept", network: "tcp", address: s.https, tls: true, keep: true, pause: often},
		{name: "socket, new", network: "unix", address: s.state + "/winrmd.sock", pause: 4 * often},
		{name: "socket, kept", network: "unix", address: s.state + "/winrmd.sock", keep: true, pause: often},
	}
	for _, pause := range []time.Duration{100, 300, 700, 1500} {
		pause *= time.Millisecond
		all = append(all,
			&asker{name: "HTTP, kept, " + pause.String(), network: "tcp", address: s.http, keep: true, pause: pause},
			&asker{name: "HTTPS, kept, " + pause.String(), network: "tcp", address: s.https, tls: true, keep: true, pause: pause})
	}
	return all
}

// ask asks for ever until the function that it returns is called, which checks
// that nothing went wrong. It returns when every asker had an answer.
func ask(t *testing.T, s *server) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	all := askers(s)
	errs := make([]error, len(all))
	for i, a := range all {
		wait.Go(func() { errs[i] = a.run(ctx) })
	}
	require.Eventually(t, func() bool {
		return !slices.ContainsFunc(all, func(a *asker) bool { return a.asked.Load() == 0 })
	}, startTimeout, 10*time.Millisecond)
	return sync.OnceFunc(func() {
		cancel()
		wait.Wait()
		for i, a := range all {
			assert.NoError(t, errs[i], "%s, after %d answers", a.name, a.asked.Load())
			t.Logf("%s: %d answers on %d connections", a.name, a.asked.Load(), a.dialed)
		}
	})
}

func (a *asker) run(ctx context.Context) error {
	var c net.Conn
	var r *bufio.Reader
	for ctx.Err() == nil {
		if c == nil {
			var err error
			if c, err = a.dial(); err != nil {
				return err
			}
			defer c.Close()
			a.dialed++
			r = bufio.NewReader(c)
		}
		closes, err := a.once(c, r)
		if err != nil {
			return fmt.Errorf("at %s: %w", time.Now().Format(time.StampMilli), err)
		}
		a.asked.Add(1)
		if closes || !a.keep {
			c.Close()
			c = nil
		}
		select {
		case <-time.After(a.pause):
		case <-ctx.Done():
		}
	}
	return nil
}

func (a *asker) dial() (net.Conn, error) {
	dialer := &net.Dialer{Timeout: answerTimeout}
	if a.tls {
		return tls.DialWithDialer(dialer, a.network, a.address, &tls.Config{InsecureSkipVerify: true})
	}
	return dialer.Dial(a.network, a.address)
}

// answerTimeout is for an answer on a busy machine.
const answerTimeout = 20 * time.Second

// identify is a whole request. On a new connection none authenticates, which is
// slow on purpose: more of them come in the moment that matters.
func identify(authenticate bool) string {
	header := "WSMANIDENTIFY: unauthenticated"
	if authenticate {
		header = "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(daemon.User+":"+daemon.Password))
	}
	return "POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n" + header +
		"\r\nContent-Length: " + strconv.Itoa(len(psrpclient.IdentifyEnvelope)) + "\r\n\r\n" + psrpclient.IdentifyEnvelope
}

// once asks once and reports whether the connection is to be closed.
func (a *asker) once(c net.Conn, r *bufio.Reader) (closes bool, err error) {
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return false, err
	}
	if _, err := io.WriteString(c, identify(a.keep)); err != nil {
		return false, err
	}
	return readIdentify(r)
}

func readIdentify(r *bufio.Reader) (closes bool, err error) {
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return false, err
	}
	if answer.StatusCode != http.StatusOK {
		return false, fmt.Errorf("status %s", answer.Status)
	}
	return answer.Close, nil
}
