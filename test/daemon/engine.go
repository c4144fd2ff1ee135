package daemon

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrMissing says that the machine lacks something, in contrast to something
// that went wrong.
var ErrMissing = errors.New("missing on this machine")

// Engine finds the PowerShell engine: $WINRMD_TEST_ENGINE, the one that
// ../shared/pshost/install unpacks, or pwsh on PATH.
func Engine() (string, error) {
	if path := os.Getenv("WINRMD_TEST_ENGINE"); path != "" {
		return exec.LookPath(path)
	}
	root, err := root()
	if err != nil {
		return "", err
	}
	install := filepath.Join(filepath.Dir(root), "shared", "pshost", "install")
	if _, err := os.Stat(install); err == nil {
		output, err := exec.Command(install).Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w", install, err)
		}
		return exec.LookPath(filepath.Join(strings.TrimSpace(string(output)), "unix", "pshost"))
	}
	path, err := exec.LookPath("pwsh")
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("a PowerShell engine (WINRMD_TEST_ENGINE, or pwsh on PATH): %w", ErrMissing)
	}
	return path, err
}

// root is the directory that holds go.mod, here or above.
func root() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("no go.mod here or above: run this within the repository")
		}
		directory = parent
	}
}
