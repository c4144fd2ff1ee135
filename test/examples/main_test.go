package examples

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/test/daemon"
)

// patience is for what takes a moment, with -race on a machine that does much
// else.
const patience = 3 * time.Minute

// workDirectory holds what was built.
var workDirectory string

func TestMain(m *testing.M) { os.Exit(testAll(m)) }

func testAll(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrmd-examples-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	status := m.Run()
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// server builds winrmd once.
var server = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_SERVER"); path != "" {
		return filepath.Abs(path)
	}
	return daemon.Build(workDirectory)
})

// built builds the examples once.
var built = sync.OnceValue(func() error {
	for _, name := range []string{"run", "leaveandcomeback", "inventory"} {
		command := exec.Command("go", "build", "-o", programPath(name), "../../examples/"+name)
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, output)
		}
	}
	return nil
})

func programPath(name string) string {
	path := filepath.Join(workDirectory, "example-"+name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	return path
}

// start starts a server with the real engine.
func start(t *testing.T) *daemon.Daemon {
	t.Helper()
	engine, err := daemon.Engine()
	daemon.Need(t, err)
	program, err := server()
	require.NoError(t, err)
	var log bytes.Buffer
	d, err := daemon.Start(daemon.Config{Program: program, Engine: engine, Log: &log})
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, d.Stop())
		if t.Failed() {
			t.Logf("winrmd's log:\n%s", &log)
		}
	})
	return d
}

// example is an example program that is run as the server's user.
func example(t *testing.T, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	require.NoError(t, built())
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	command := exec.CommandContext(ctx, programPath(name), append([]string{"-user", daemon.User}, arguments...)...)
	command.Env = append(os.Environ(), "REMOTE_PASSWORD="+daemon.Password)
	return command
}

// result is how a program has ended.
type result struct {
	stdout, stderr string
	status         int
}

// end runs a program to its end.
func end(t *testing.T, command *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return result{stdout.String(), stderr.String(), exit.ExitCode()}
	}
	require.NoError(t, err, stderr.String())
	return result{stdout.String(), stderr.String(), 0}
}
