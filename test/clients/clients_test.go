package clients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/matrix"
)

// patience is for one run of a program, with a Java machine to start on a
// machine that does much else.
const patience = 2 * time.Minute

// clients are the libraries, by the directory of their program.
var clients = map[string]struct {
	// label is the library's name.
	label string
	// auths are what they do over HTTP besides Basic.
	auths []string
	// refused is in the error after a wrong password.
	refused string
	// without says what the library does not do.
	withoutStdin, withoutExitCode bool
	// oneAtATime says that its sealing breaks when it sends input while it
	// waits for output: both share one handshake (masterzen/winrm#142).
	oneAtATime bool
}{
	"masterzen": {label: "masterzen/winrm", auths: []string{"ntlm", "sealed"}, refused: "401", oneAtATime: true},
	"pywinrm":   {label: "pywinrm", auths: []string{"ntlm", "sealed"}, refused: "InvalidCredentialsError"},
	"winrm4j":   {label: "winrm4j", auths: []string{"ntlm", "sealed"}, refused: "401", withoutStdin: true},
	"rust":      {label: "winrm-rs", auths: []string{"ntlm", "sealed"}, refused: "401"},
	// Its NTLM has neither Unicode nor keys of 128 bits, and is refused.
	"node": {label: "winrm-client", refused: "401", withoutExitCode: true},
}

// result is what the programs print.
type result struct {
	Stdout, Stderr, Error string
	ExitCode              *int
}

// client is a program and the server that it is to reach.
type client struct {
	command  []string
	server   *daemon.Daemon
	log      *lockedBuffer
	password string
}

// run runs the program; input, if not empty, goes to its standard input.
func (c client) run(t *testing.T, input string, flags ...string) result {
	t.Helper()
	r, err := c.try(t.Context(), input, flags...)
	require.NoError(t, err)
	if r.Error != "" {
		t.Logf("%v: %s", flags, r.Error)
	}
	return r
}

func (c client) try(ctx context.Context, input string, flags ...string) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	arguments := append(c.command[1:len(c.command):len(c.command)], "--user", daemon.User, "--password-env", "CLIENT_PASSWORD")
	if input != "" {
		flags = append(flags, "--stdin")
	}
	command := exec.CommandContext(ctx, c.command[0], append(arguments, flags...)...)
	command.Env = append(os.Environ(), "CLIENT_PASSWORD="+c.password, "NODE_EXTRA_CA_CERTS="+c.certificate())
	command.Stdin = strings.NewReader(input)
	var stderr strings.Builder
	command.Stderr = &stderr
	command.WaitDelay = time.Second
	output, ended := command.Output()
	if ctx.Err() != nil {
		return r, fmt.Errorf("%v does not end: %w\n%s\n%s", flags, ctx.Err(), output, &stderr)
	}
	if err := json.Unmarshal(output, &r); err != nil {
		return r, fmt.Errorf("%v: %w\n%s\n%s", flags, errors.Join(ended, err), output, &stderr)
	}
	return r, nil
}

func (c client) certificate() string { return filepath.Join(c.server.State(), "certificate.pem") }

// https and http are the flags for either listener.
func (c client) https() []string {
	return []string{"--url", strings.Replace(c.server.HTTPS, "127.0.0.1", "localhost", 1), "--ca", c.certificate()}
}

func (c client) http(auth string) []string { return []string{"--url", c.server.HTTP, "--auth", auth} }

// schemeOf says what flags mean in docs/interoperability.md.
func schemeOf(flags []string) string {
	switch flags[len(flags)-1] {
	case "basic":
		return "HTTP, Basic in clear"
	case "ntlm":
		return "HTTP, NTLM in clear"
	case "sealed":
		return "HTTP, NTLM"
	}
	return "HTTPS, Basic"
}

// newClient starts nothing twice: neither a build nor a server.
func newClient(t *testing.T, name string, s *server) client {
	t.Helper()
	command, err := programs[name]()
	daemon.Need(t, err)
	d, err := s.get()
	daemon.Need(t, err)
	return client{command: command, server: d, log: &s.log, password: daemon.Password}
}

// TestClients is what each library does with a server that has PowerShell.
func TestClients(t *testing.T) {
	t.Parallel()
	for name, is := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, name, withEngine)
			// Some libraries cut white space off the ends.
			ran := func(t *testing.T, r result, stdout, stderr string, code int) {
				t.Helper()
				assert.Empty(t, r.Error)
				assert.Equal(t, stdout, strings.TrimSpace(r.Stdout))
				assert.Equal(t, stderr, strings.TrimSpace(r.Stderr))
				if !is.withoutExitCode && assert.NotNil(t, r.ExitCode) {
					assert.Equal(t, code, *r.ExitCode)
				}
			}
			note := func(t *testing.T, operation string, flags []string) {
				t.Helper()
				matrix.Ran(t, is.label, operation, schemeOf(flags))
			}
			const line = "echo out; echo err >&2; exit 7"
			t.Run("Basic over HTTPS", func(t *testing.T) {
				ran(t, c.run(t, "", append(c.https(), "--command", line)...), "out", "err", 7)
				note(t, "command line", c.https())
			})
			strongest := c.https()
			for _, auth := range is.auths {
				strongest = c.http(auth)
				t.Run(auth+" over HTTP", func(t *testing.T) {
					ran(t, c.run(t, "", append(c.http(auth), "--command", line)...), "out", "err", 7)
					note(t, "command line", c.http(auth))
				})
			}
			t.Run("large output", func(t *testing.T) {
				const size = 1_000_000
				r := c.run(t, "", append(strongest, "--command", "head -c 1000000 /dev/zero | tr '\\0' x; exit 3")...)
				assert.Len(t, r.Stdout, size)
				ran(t, result{Stdout: strings.Trim(r.Stdout, "x"), Stderr: r.Stderr, Error: r.Error, ExitCode: r.ExitCode}, "", "", 3)
				note(t, "output of 1 MB", strongest)
			})
			if !is.withoutStdin {
				t.Run("input", func(t *testing.T) {
					to := strongest
					if is.oneAtATime {
						to = c.https()
					}
					ran(t, c.run(t, "one\ntwo\n", append(to, "--command", "head -n 1; exit 4")...), "one", "", 4)
					note(t, "standard input", to)
				})
			}
			t.Run("PowerShell", func(t *testing.T) {
				ran(t, c.run(t, "", append(strongest, "--powershell", "$PSVersionTable.PSVersion.Major; exit 5")...), "7", "", 5)
				note(t, "PowerShell script", strongest)
			})
			t.Run("wrong password", func(t *testing.T) {
				wrong := c
				wrong.password = "wrong"
				r := wrong.run(t, "", append(c.http("basic"), "--command", line)...)
				assert.Contains(t, r.Error, is.refused)
				assert.Empty(t, r.Stdout)
				note(t, "wrong password", c.http("basic"))
			})
		})
	}
}

// TestClientsOfDemo: authors of clients get a server to test with that needs no
// PowerShell.
func TestClientsOfDemo(t *testing.T) {
	t.Parallel()
	for name := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, name, withoutEngine)
			r := c.run(t, "", append(c.https(), "--command", "echo hello")...)
			assert.Empty(t, r.Error)
			assert.Equal(t, "hello", strings.TrimSpace(r.Stdout))
		})
	}
}

// TestNodeAtOnce: winrm-client gives every message the same MessageID. Two
// programs at the same time must not get each other's shell.
func TestNodeAtOnce(t *testing.T) {
	t.Parallel()
	c := newClient(t, "node", withEngine)
	directory := t.TempDir()
	// Each waits for the other, so they run at the same time, but not for a minute:
	// the library takes an answer without output for a failure.
	meet := func(mine, other string) string {
		return "touch " + filepath.Join(directory, mine) + "; " +
			"n=0; while [ ! -e " + filepath.Join(directory, other) + " ] && [ $n -lt 400 ]; do sleep 0.1; n=$((n+1)); done; " +
			"[ $n -lt 400 ] && echo " + mine
	}
	var results [2]result
	var errs [2]error
	var both sync.WaitGroup
	for i, line := range []string{meet("one", "two"), meet("two", "one")} {
		both.Go(func() { results[i], errs[i] = c.try(t.Context(), "", append(c.https(), "--command", line)...) })
	}
	both.Wait()
	for i, name := range []string{"one", "two"} {
		require.NoError(t, errs[i])
		assert.Empty(t, results[i].Error)
		assert.Equal(t, name, strings.TrimSpace(results[i].Stdout))
	}
}

// TestNodeNTLM: what winrm-client offers as NTLM is refused, and the log says why.
func TestNodeNTLM(t *testing.T) {
	t.Parallel()
	c := newClient(t, "node", withEngine)
	r := c.run(t, "", append(c.http("ntlm"), "--command", "echo hello")...)
	assert.Contains(t, r.Error, "No challenge token")
	assert.Eventually(t, func() bool {
		return strings.Contains(c.log.String(), "does not negotiate Unicode|128")
	}, patience, 20*time.Millisecond)
}
