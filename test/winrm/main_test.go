package winrm

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/test/daemon"
)

// patience is for what takes a moment, with -race on a machine that does much else.
const patience = time.Minute

var update = flag.Bool("update", false, "what is seen becomes what is wanted")

// workDirectory holds what was built.
var workDirectory string

func TestMain(m *testing.M) { os.Exit(testAll(m)) }

func testAll(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrm-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	status := m.Run()
	err = errors.Join(server.stop(), documented.stop())
	if err == nil {
		err = goleak.Find()
	}
	if err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if status != 0 {
		lines := strings.SplitAfter(server.log.String(), "\n")
		fmt.Fprintf(os.Stderr, "winrmd's log ends:\n%s", strings.Join(lines[max(0, len(lines)-20):], ""))
	}
	return status
}

// program is what was built of a command; variable names one that there is.
func program(name, variable string) (string, error) {
	if path := os.Getenv(variable); path != "" {
		return filepath.Abs(path)
	}
	path := filepath.Join(workDirectory, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	output, err := exec.Command("go", "build", "-o", path, "../../cmd/"+name).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
}

// client builds winrm once.
var client = sync.OnceValues(func() (string, error) { return program("winrm", "WINRMD_TEST_CLIENT") })

// built builds winrmd once.
var built = sync.OnceValues(func() (string, error) { return program("winrmd", "WINRMD_TEST_SERVER") })

// shared is a server for several tests. Each test has a user of its own, who sees
// nobody else's sessions.
type shared struct {
	start  sync.Once
	err    error
	daemon *daemon.Daemon
	winrmd string
	users  sync.Mutex
	log    bytes.Buffer
}

// server is the one that most tests share; documented is the one of docs/winrm.md, which
// changes its settings.
var server, documented shared

// administrator may change what the server is like.
const administrator = "administrator"

func (s *shared) get() (*daemon.Daemon, error) {
	s.start.Do(func() {
		var engine string
		if engine, s.err = daemon.Engine(); s.err != nil {
			return
		}
		if s.winrmd, s.err = built(); s.err != nil {
			return
		}
		var arguments []string
		if os.Geteuid() == 0 { // else sessions are of an account that may not read what the tests write
			arguments = []string{"--service-account", "root"}
		}
		s.daemon, s.err = daemon.Start(daemon.Config{
			Arguments: arguments,
			Program:   s.winrmd, Engine: engine, Log: &s.log, Settings: "Administrators = ['" + administrator + "', 'alice']\n",
			// The same text for everybody.
			Environment: []string{"LANG=C.UTF-8", "LC_ALL=C.UTF-8", "NO_COLOR=1"},
		})
	})
	return s.daemon, s.err
}

func (s *shared) stop() error {
	if s.daemon == nil {
		return nil
	}
	return s.daemon.Stop()
}

// addUser adds a user and returns the password.
func (s *shared) addUser(name string) (password string, err error) {
	s.users.Lock()
	defer s.users.Unlock()
	add := exec.Command(s.winrmd, "user", "add", "--state", s.daemon.State(), name, "--password-stdin")
	password = "the pass:word of " + name
	add.Stdin = strings.NewReader(password + "\n")
	if output, err := add.CombinedOutput(); err != nil {
		return "", fmt.Errorf("winrmd user add: %w\n%s", err, output)
	}
	return password, nil
}

// person is a user of the server.
type person struct {
	name, password string
	server         *daemon.Daemon
	winrm          string
	plain          bool // nothing is in the environment
}

// newPerson makes one.
func newPerson(t *testing.T, name string) person {
	t.Helper()
	return newPersonAt(t, &server, name)
}

// newPersonAt makes one at a server.
func newPersonAt(t *testing.T, s *shared, name string) person {
	t.Helper()
	d, err := s.get()
	daemon.Need(t, err)
	winrm, err := client()
	require.NoError(t, err)
	password, err := s.addUser(name)
	require.NoError(t, err)
	return person{name: name, password: password, server: d, winrm: winrm}
}

// environment is what says to winrm where to go and who is there.
func (p person) environment() map[string]string {
	if p.plain {
		return nil
	}
	return map[string]string{"WINRM_URL": p.server.HTTP, "WINRM_USERNAME": p.name, "WINRM_PASSWORD": p.password}
}

// status is the exit status of a program; -1 if it did not end by itself.
func status(err error) (int, error) {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return -1, err
	}
	return 0, nil
}

// host is host:port of a URL.
func host(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	return u.Host
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
