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
	output, err := build(root, path, "./cmd/winrmd", "-race")
	if err == nil {
		return path, nil
	}
	if os.Getenv("CI") != "true" {
		output, err = build(root, path, "./cmd/winrmd")
	}
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// winrm builds the client for terminals once and returns its path.
var winrm = sync.OnceValues(func() (string, error) {
	server, err := winrmd()
	if err != nil {
		return "", err
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	if workDirectory == "" { // the server is not built here
		if workDirectory, err = os.MkdirTemp("", "winrmd-interop-"); err != nil {
			return "", err
		}
	}
	path := filepath.Join(workDirectory, "winrm"+filepath.Ext(server))
	if output, err := build(root, path, "./cmd/winrm"); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return path, nil
})

// build compiles a program to path.
func build(root, path, program string, flags ...string) ([]byte, error) {
	arguments := append([]string{"build", "-o", path}, flags...)
	command := exec.Command("go", append(arguments, program)...)
	command.Dir = root
	return command.CombinedOutput()
}
