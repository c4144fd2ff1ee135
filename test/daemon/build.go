package daemon

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Build compiles winrmd into a directory and returns the program's path.
// flags are those of go build, for example -race.
func Build(directory string, flags ...string) (string, error) {
	root, err := root()
	if err != nil {
		return "", err
	}
	program := filepath.Join(directory, "winrmd")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	arguments := append([]string{"build", "-o", program}, flags...)
	command := exec.Command("go", append(arguments, "./cmd/winrmd")...)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	return program, nil
}
