package loss

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/psrpclient"
)

// workDirectory holds the server that was built.
var workDirectory string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrmd-loss-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	return m.Run()
}

// program builds winrmd once.
var program = sync.OnceValues(func() (string, error) { return daemon.Build(workDirectory) })

// start starts a server with the real engine, or skips the test where there is
// no engine. With CI=true there must be one.
func start(t *testing.T, settings string) *daemon.Daemon {
	t.Helper()
	engine, err := daemon.Engine()
	daemon.Need(t, err)
	path, err := program()
	require.NoError(t, err)
	server, err := daemon.Start(daemon.Config{Program: path, Engine: engine, Settings: settings, Log: logOf(t)})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return server
}

// logOf keeps a server's log for a test that fails.
func logOf(t *testing.T) *serverLog {
	l := &serverLog{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("winrmd's log ends:\n%s", l)
		}
	})
	return l
}

// serverLog keeps the end of a log.
type serverLog struct {
	mu   sync.Mutex
	text []byte
}

// maxLog is how much is kept.
const maxLog = 4 << 10

// Write implements io.Writer.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if excess := len(l.text) - maxLog; excess > 0 {
		l.text = append(l.text[:0], l.text[excess:]...)
	}
	return len(p), nil
}

// String is what was kept.
func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// config is for a client of a server.
func config(server *daemon.Daemon) psrpclient.Config {
	return psrpclient.Config{URL: server.HTTP, User: daemon.User, Password: daemon.Password}
}

// within is a context that ends after d, or with the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
