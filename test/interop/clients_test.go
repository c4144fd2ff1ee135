package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/test/matrix"
)

// masterzenProgram builds the program of test/clients/masterzen once.
var masterzenProgram = sync.OnceValues(func() (string, error) {
	directory, err := clientDirectory()
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "masterzen")
	command := exec.Command("go", "build", "-o", path, ".")
	command.Dir = filepath.Join("..", "clients", "masterzen")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// clientLibrary builds libpsrpclient once.
var clientLibrary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_CLIENT"); path != "" {
		return filepath.Abs(path)
	}
	if _, err := exec.LookPath("cc"); err != nil {
		return "", fmt.Errorf("a C compiler: %w", errMissing)
	}
	directory, err := clientDirectory()
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "libpsrpclient.so")
	command := exec.Command("go", "build", "-buildmode=c-shared", "-o", path, "../../cmd/libpsrpclient")
	command.Env = append(os.Environ(), "CGO_ENABLED=1")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// clientDirectory is where clients are built.
func clientDirectory() (string, error) {
	if _, err := winrmd(); err != nil {
		return "", err
	}
	if workDirectory == "" { // the server is not built here
		var err error
		if workDirectory, err = os.MkdirTemp("", "winrmd-interop-"); err != nil {
			return "", err
		}
	}
	return workDirectory, nil
}

// masterzenResult is what the program prints.
type masterzenResult struct {
	Stdout, Stderr, Error string
	ExitCode              int
}

// masterzen runs masterzen/winrm as alice over HTTP. Its sealed messages and input
// do not go together: then it falls over itself (a Send and a Receive at once).
func (s *server) masterzen(t *testing.T, auth, stdin string, arguments ...string) (got masterzenResult) {
	t.Helper()
	program, err := masterzenProgram()
	need(t, err)
	if stdin == "" {
		matrix.Ran(t, "masterzen/winrm", "run a command line", "HTTP, NTLM")
	} else {
		matrix.Ran(t, "masterzen/winrm", "run a command line with input", "HTTP, Basic in clear")
	}
	ctx, cancel := context.WithTimeout(t.Context(), clientTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, program, append([]string{
		"--url", "http://" + s.addresses["http"] + "/wsman", "--auth", auth, "--user", "alice", "--password-env", "WINRMD_PASSWORD",
	}, arguments...)...)
	command.Env = append(os.Environ(), "WINRMD_PASSWORD="+passwordOf("alice"))
	command.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, "%s%s", output, &stderr)
	require.NoError(t, json.Unmarshal(output, &got), "%s", output)
	return got
}

// cmdlets runs a script in a PowerShell beside the server, the genuine engine with
// libpsrpclient, as alice, and returns its lines. $at is for splatting.
func (s *server) cmdlets(t *testing.T, script string) []string {
	t.Helper()
	unix, err := engine()
	need(t, err)
	host := filepath.Join(filepath.Dir(filepath.Dir(unix)), "windows", "pshost")
	if _, err := os.Stat(host); err != nil {
		need(t, fmt.Errorf("the host with the engine's Windows build: %w", errMissing))
	}
	library, err := clientLibrary()
	need(t, err)
	name, port, err := net.SplitHostPort(s.addresses["http"])
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), clientTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, host, "-Command", fmt.Sprintf(`
$password = [securestring]::new(); $env:WINRMD_PASSWORD.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
$at = @{ ComputerName = '%s'; Port = %s; Credential = [pscredential]::new('alice', $password) }
. { %s } 2>&1 3>&1 | ForEach-Object { [Console]::Out.WriteLine([string] $_) }`, name, port, script))
	command.Env = append(os.Environ(), "PSHOST_WSMAN_CLIENT="+library, "WINRMD_PASSWORD="+passwordOf("alice"),
		"PSExecutionPolicyPreference=Bypass", "DOTNET_TieredPGO=0")
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, "%s%s", output, &stderr)
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}
