package interop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// winrmd builds the server once and returns its path.
var winrmd = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_SERVER"); path != "" {
		return filepath.Abs(path)
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	if workDirectory, err = os.MkdirTemp("", "winrmd-interop-"); err != nil {
		return "", err
	}
	path := filepath.Join(workDirectory, "winrmd")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// The race detector needs a C compiler where the Go race runtime links
	// with one; without it the tests say less but still run.
	output, err := build(root, path, "-race")
	if err == nil {
		return path, nil
	}
	if os.Getenv("CI") != "true" {
		output, err = build(root, path)
	}
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// build compiles cmd/winrmd to path.
func build(root, path string, flags ...string) ([]byte, error) {
	arguments := append([]string{"build", "-o", path}, flags...)
	command := exec.Command("go", append(arguments, "./cmd/winrmd")...)
	command.Dir = root
	return command.CombinedOutput()
}
