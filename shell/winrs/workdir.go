package winrs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

var errNotDirectory = errors.New("not a directory")

// workingDirectory is where a shell's commands run: what the client asks for,
// which counts from the home directory if it is relative, or the home
// directory itself.
func workingDirectory(asked string) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil || checkDirectory(home) != nil {
		home = rootDirectory()
	}
	switch {
	case asked == "":
		return home, nil
	case strings.Contains(asked, "\x00"):
		return "", errParameter
	}
	dir := asked
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, dir)
	}
	if err := checkDirectory(dir); err != nil {
		return "", directoryError(asked, err)
	}
	return dir, nil
}

func checkDirectory(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errNotDirectory
	}
	return err
}
