//go:build linux

package cmdlets

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/test/daemon"
	"github.com/winrmd/winrmd/test/matrix"
)

// workDirectory holds what was built.
var workDirectory string

func TestMain(m *testing.M) {
	os.Exit(testAll(m))
}

func testAll(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrmd-cmdlets-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	status := matrix.Done("cmdlets", m.Run())
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// program builds winrmd once.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_SERVER"); path != "" {
		return filepath.Abs(path)
	}
	return daemon.Build(workDirectory)
})

// library builds libpsrpclient once.
var library = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_CLIENT"); path != "" {
		return filepath.Abs(path)
	}
	if _, err := exec.LookPath("cc"); err != nil {
		return "", fmt.Errorf("a C compiler: %w", daemon.ErrMissing)
	}
	path := filepath.Join(workDirectory, "libpsrpclient.so")
	command := exec.Command("go", "build", "-buildmode=c-shared", "-o", path, "../../cmd/libpsrpclient")
	command.Env = append(os.Environ(), "CGO_ENABLED=1")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})
