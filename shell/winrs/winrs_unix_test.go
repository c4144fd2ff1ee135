//go:build unix

package winrs

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/shell"
)

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) != "" {
		actAsServer()
	}
	goleak.VerifyTestMain(m)
}

var alice = shell.Client{User: "alice", Session: "S"}

// wait is how long a test waits for what should come at once.
const wait = 20 * time.Second

func configuration(cfg Config) *shell.Configuration {
	return &shell.Configuration{
		Name: "cmd", Plugin: New(cfg), Traits: Traits(),
		IdleTimeout: time.Hour, MaxIdleTimeout: 2 * time.Hour,
		BufferSize: 8 << 20, SpoolSize: 8 << 20,
	}
}

// open makes a command shell that ends with the test.
func open(t testing.TB, cfg *shell.Configuration, r shell.OpenRequest) *shell.Shell {
	t.Helper()
	sh, err := create(t, cfg, r)
	require.NoError(t, err)
	return sh
}

func create(t testing.TB, cfg *shell.Configuration, r shell.OpenRequest) (*shell.Shell, error) {
	dir := shell.NewDirectory()
	t.Cleanup(dir.Close)
	return dir.Create(t.Context(), shell.Spec{OpenRequest: r, Client: alice, Configuration: cfg, ClientNamed: true})
}

func openDefault(t testing.TB) *shell.Shell {
	t.Helper()
	return open(t, configuration(Config{}), shell.OpenRequest{})
}

// run starts a command.
func run(t testing.TB, sh *shell.Shell, r shell.CommandRequest) *shell.Command {
	t.Helper()
	cmd, err := sh.Command(t.Context(), alice, "", &r)
	require.NoError(t, err)
	return cmd
}

func line(s string, args ...string) shell.CommandRequest {
	r := shell.CommandRequest{Line: s}
	for _, a := range args {
		r.Arguments = append(r.Arguments, shell.BytesData([]byte(a)))
	}
	return r
}

func direct(s string, args ...string) shell.CommandRequest {
	r := line(s, args...)
	r.Options = map[string]string{optionSkipShell: "TRUE"}
	return r
}

// result is what a command gave.
type result struct {
	stdout, stderr string
	exitCode       int
}

// receive asks for output once.
func receive(t testing.TB, sh *shell.Shell, id string) *shell.Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	a, err := sh.Receive(ctx, alice, shell.ReceiveRequest{
		CommandID: id, Streams: []string{streamStdout, streamStderr}, Room: 400 << 10, Overhead: 100,
	})
	require.NoError(t, err)
	return a
}

// finish receives until the command is done.
func finish(t testing.TB, sh *shell.Shell, cmd *shell.Command) result {
	t.Helper()
	out := map[string]*bytes.Buffer{streamStdout: {}, streamStderr: {}}
	for {
		a := receive(t, sh, cmd.ID())
		for _, p := range a.Parts {
			b, err := p.Data.Bytes()
			require.NoError(t, err)
			out[p.Stream].Write(b)
		}
		if a.State == shell.CommandDone {
			return result{out[streamStdout].String(), out[streamStderr].String(), a.ExitCode}
		}
	}
}

// firstLine receives until stdout has a whole line.
func firstLine(t testing.TB, sh *shell.Shell, cmd *shell.Command) string {
	t.Helper()
	var got []byte
	for !bytes.Contains(got, []byte("\n")) {
		a := receive(t, sh, cmd.ID())
		for _, p := range a.Parts {
			if p.Stream != streamStdout {
				continue
			}
			b, err := p.Data.Bytes()
			require.NoError(t, err)
			got = append(got, b...)
		}
		require.NotEqual(t, shell.CommandDone, a.State, "ended before its first line: %q", got)
	}
	first, _, _ := strings.Cut(string(got), "\n")
	return first
}

func send(t testing.TB, sh *shell.Shell, cmd *shell.Command, text string, end bool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	return sh.Send(ctx, alice, cmd.ID(), shell.Input{Stream: streamStdin, Data: shell.BytesData([]byte(text)), End: end})
}

func signal(t testing.TB, sh *shell.Shell, cmd *shell.Command, s shell.Signal) {
	t.Helper()
	require.NoError(t, sh.Signal(t.Context(), alice, cmd.ID(), s))
}

// assertCode checks that an error is the plug-in's refusal with a number.
func assertCode(t testing.TB, code uint32, err error) {
	t.Helper()
	var refused *shell.PluginError
	if assert.ErrorAs(t, err, &refused) {
		assert.Equal(t, code, refused.Code, refused.Error())
		assert.NotEmpty(t, refused.Message)
	}
}

// running reports whether a process runs; one that has ended and was not yet
// taken note of by its parent does not.
func running(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) || !hasProc()
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

// assertGone checks that processes, given by number, end soon.
func assertGone(t testing.TB, pids ...string) {
	t.Helper()
	for _, s := range pids {
		pid, err := strconv.Atoi(s)
		require.NoError(t, err)
		assert.Eventually(t, func() bool { return !running(pid) }, 5*time.Second, 5*time.Millisecond, "process %d runs on", pid)
	}
}
