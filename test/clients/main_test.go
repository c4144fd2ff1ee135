package clients

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/matrix"
)

// TestMain ends the servers, which all tests share, and removes what they left.
func TestMain(m *testing.M) {
	status := matrix.Done("clients", m.Run())
	if err := errors.Join(withEngine.stop(), withoutEngine.stop(), os.RemoveAll(workDirectory)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// workDirectory holds winrmd; empty until it is built.
var workDirectory string

// winrmd builds the server once and returns its path.
var winrmd = sync.OnceValues(func() (path string, err error) {
	if runtime.GOOS == "windows" {
		return "", fmt.Errorf("a shell of Unix: %w", daemon.ErrMissing)
	}
	if workDirectory, err = os.MkdirTemp("", "winrmd-clients-"); err != nil {
		return "", err
	}
	return daemon.Build(workDirectory)
})

// server is a winrmd that is started when it is first wanted.
type server struct {
	engine    func() (string, error)
	arguments []string

	once   sync.Once
	daemon *daemon.Daemon
	log    lockedBuffer
	err    error
}

// withEngine has PowerShell; withoutEngine has none and serves with --demo.
var (
	withEngine    = &server{engine: daemon.Engine}
	withoutEngine = &server{
		engine:    func() (string, error) { return filepath.Join(os.TempDir(), "winrmd-no-pwsh"), nil },
		arguments: []string{"--demo"},
	}
)

func (s *server) get() (*daemon.Daemon, error) {
	s.once.Do(func() {
		var engine, path string
		if engine, s.err = s.engine(); s.err != nil {
			return
		}
		if path, s.err = winrmd(); s.err != nil {
			return
		}
		arguments := s.arguments
		if runtime.GOOS == "linux" && os.Geteuid() == 0 { // else it needs an account of its own
			arguments = append(arguments, "--service-account", "root")
		}
		s.daemon, s.err = daemon.Start(daemon.Config{Program: path, Engine: engine, Arguments: arguments, Log: &s.log})
	})
	return s.daemon, s.err
}

func (s *server) stop() error {
	if s.daemon == nil {
		return nil
	}
	return s.daemon.Stop()
}

// lockedBuffer takes a server's log while tests read it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
