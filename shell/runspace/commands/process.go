package commands

import (
	"os"
	"path/filepath"
	"strings"
)

// ownProcess is the process that runs this.
func ownProcess() processInfo {
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	return processInfo{name: strings.TrimSuffix(filepath.Base(path), ".exe"), id: os.Getpid()}
}
