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
// requirements.txt lists, and the other file for Kerberos. It is made once for
// each content of these files and kept below .cache.
var pythonProgram = sync.OnceValues(func() (string, error) {
	root, err := repositoryRoot()
	if err != nil {
		return "", err
	}
	files := requirementFiles()
	var requirements []byte
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		requirements = append(requirements, content...)
	}
	name := fmt.Sprintf("venv-%.6x", sha256.Sum256(requirements))
	directory := filepath.Join(root, ".cache", name)
	program := environmentProgram(directory)
	// The mark is written last: an environment without it was cut off.
	mark := filepath.Join(directory, "complete")
	if _, err := os.Stat(mark); err == nil {
		return program, nil
	}
	if err := makeEnvironment(directory, files); err != nil {
		return "", err
	}
	return program, os.WriteFile(mark, nil, 0o600)
})

const kerberosRequirements = "requirements-kerberos.txt"

// requirementFiles are the files that list what the environment holds. What
// Kerberos needs is compiled: it is left out where it cannot be.
func requirementFiles() []string {
	files := []string{"requirements.txt"}
	if missingForKerberos() == nil {
		files = append(files, kerberosRequirements)
	}
	return files
}

// missingForKerberos says what is not there of what the tests of Kerberos need.
func missingForKerberos() error {
	for _, program := range []string{"cc", "krb5-config", "kinit", "krb5kdc", "kdb5_util", "kadmin.local"} {
		if _, err := kerberosProgram(program); err != nil {
			return fmt.Errorf("%s (Debian: gcc, python3-dev, libkrb5-dev, krb5-user, krb5-kdc, krb5-admin-server): %w", program, errMissing)
		}
	}
	return nil
}

// kerberosProgram finds a program in sbin too, which is not in everybody's PATH.
func kerberosProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	return path, err
}

// environmentProgram is where venv puts the interpreter.
func environmentProgram(directory string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(directory, "Scripts", "python.exe")
	}
	return filepath.Join(directory, "bin", "python")
}

// makeEnvironment makes directory anew and installs the clients there.
func makeEnvironment(directory string, requirements []string) error {
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
	arguments := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}
	for _, name := range requirements {
		arguments = append(arguments, "-r", name)
	}
	return runTool(program, arguments...)
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
