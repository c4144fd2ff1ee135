package interop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// engine finds the PowerShell engine once and returns its path.
var engine = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("WINRMD_TEST_ENGINE"); path != "" {
		return exec.LookPath(path)
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	install := filepath.Join(filepath.Dir(root), "shared", "pshost", "install")
	if _, err := os.Stat(install); err == nil {
		return installedEngine(install)
	}
	path, err := exec.LookPath("pwsh")
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("a PowerShell engine (WINRMD_TEST_ENGINE, or pwsh on PATH): %w", errMissing)
	}
	return path, err
})

// installedEngine runs pshost's install script, which prints where it put it.
func installedEngine(install string) (string, error) {
	output, err := exec.Command(install).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", install, err)
	}
	path := filepath.Join(strings.TrimSpace(string(output)), "unix", "pshost")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s: %w", install, err)
	}
	return path, nil
}
