package interop

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the log says of each guess, of those that were refused without a look at
// the password, of the guard's decision, and of the user.
const (
	guessMade    = "event=refusal source=127.0.0.2 "
	guessRefused = `reason="too many failures of the source"`
	guessBlocked = `msg="too many failed logons; refused for a while" what="a source" source=127.0.0.2/32`
	userLogin    = "event=login source=127.0.0.1 "
)

// TestAuthGuessing: who tries 100,000 passwords is refused after some of them,
// and the user, who has never been here before, works on meanwhile.
func TestAuthGuessing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has all of 127.0.0.0/8")
	}
	t.Parallel()
	const guesses, guessers, logins = 100_000, 40, 3
	s := start(t, setup{})
	s.log.count(guessMade, guessRefused, guessBlocked, userLogin)
	begun := time.Now()
	var next, answered atomic.Int64
	var working atomic.Bool // the user is
	working.Store(true)
	var all sync.WaitGroup
	for range guessers {
		g := newGuesser(t, s.addresses["http"])
		all.Go(func() {
			for n := next.Add(1); n <= guesses || working.Load(); n = next.Add(1) {
				if err := g.guess(n); !assert.NoError(t, err) {
					return
				}
				answered.Add(1)
			}
		})
	}
	defer all.Wait() // whatever happens
	func() {
		defer working.Store(false)
		require.Eventually(t, func() bool { return s.log.counted(guessRefused) > 0 }, patience, 10*time.Millisecond)
		for range logins {
			before := time.Now()
			run[any](t, s.client(), "login.py", nil)
			assert.Less(t, time.Since(before), patience)
		}
	}()
	all.Wait()

	made := int(answered.Load())
	require.GreaterOrEqual(t, made, guesses)
	require.Eventually(t, func() bool { return s.log.counted(guessMade) == made }, patience, 10*time.Millisecond)
	took := time.Since(begun)
	checked := made - s.log.counted(guessRefused)
	t.Logf("%d of %d passwords were checked in %v", checked, made, took)
	// 20 at once, and one more for each 30 s.
	assert.GreaterOrEqual(t, checked, 20)
	assert.LessOrEqual(t, checked, 20+1+int(took/(30*time.Second)))
	assert.Positive(t, s.log.counted(guessBlocked))
	assert.GreaterOrEqual(t, s.log.counted(userLogin), logins)
}

// guesser guesses Alice's password over one connection, from one source, which
// is not the user's.
type guesser struct {
	connection net.Conn
	reader     *bufio.Reader
}

func newGuesser(t *testing.T, address string) *guesser {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	c, err := dialer.DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return &guesser{c, bufio.NewReader(c)}
}

// guess tries one password. The requests are written by hand: a hundred thousand
// by net/http take longer than the server needs to refuse them.
func (g *guesser) guess(n int64) error {
	credentials := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "alice:%d", n))
	_, err := fmt.Fprintf(g.connection, "POST /wsman HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nAuthorization: Basic %s\r\n\r\n", credentials)
	if err != nil {
		return err
	}
	status, err := g.reader.ReadString('\n')
	if err != nil || !strings.HasPrefix(status, "HTTP/1.1 401 ") {
		return fmt.Errorf("guess %d: %q: %w", n, status, err)
	}
	for line := ""; line != "\r\n"; {
		if line, err = g.reader.ReadString('\n'); err != nil {
			return err
		}
	}
	return nil
}
