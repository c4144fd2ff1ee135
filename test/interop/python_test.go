package interop

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// pythonProgram returns the Python of an environment that holds exactly what
// requirements.txt lists. It is made once for each content of that file and
// kept below .cache.
var pythonProgram = sync.OnceValues(func() (string, error) {
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	requirements, err := os.ReadFile("requirements.txt")
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("venv-%.6x", sha256.Sum256(requirements))
	directory := filepath.Join(root, ".cache", name)
	program := environmentProgram(directory)
	// The mark is written last: an environment without it was cut off.
	mark := filepath.Join(directory, "complete")
	if _, err := os.Stat(mark); err == nil {
		return program, nil
	}
	if err := makeEnvironment(directory); err != nil {
		return "", err
	}
	return program, os.WriteFile(mark, nil, 0o600)
})

// environmentProgram is where venv puts the interpreter.
func environmentProgram(directory string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(directory, "Scripts", "python.exe")
	}
	return filepath.Join(directory, "bin", "python")
}

// makeEnvironment makes directory anew and installs the clients there.
func makeEnvironment(directory string) error {
	if err := os.RemoveAll(directory); err != nil {
		return err
	}
	system, err := systemPython()
	if err != nil {
		return err
	}
	if err := runTool(system, "-m", "venv", directory); err != nil {
		return fmt.Errorf("a Python with the venv module: %w (%w)", errMissing, err)
	}
	program := environmentProgram(directory)
	return runTool(program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt")
}

// systemPython finds the machine's own Python 3.
func systemPython() (string, error) {
	for _, name := range []string{"python3", "python"} {
		path, err := exec.LookPath(name)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, exec.ErrNotFound) {
			return "", err
		}
	}
	return "", fmt.Errorf("Python 3: %w", errMissing)
}

// runTool runs a program and puts its output into the error if it fails.
func runTool(program string, arguments ...string) error {
	output, err := exec.Command(program, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, output)
	}
	return nil
}
