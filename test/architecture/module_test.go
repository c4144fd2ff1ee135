package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// modulePath is the path of this module.
const modulePath = "github.com/winrmd/winrmd"

// root is the module's directory, seen from this package.
var root = filepath.Join("..", "..")

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Name       string
	Doc        string
	GoFiles    []string
	Imports    []string
	Deps       []string
	Standard   bool
}

// local is the path of a package of this module within it, "." for the root;
// ok is false for a package from elsewhere.
func local(path string) (name string, ok bool) {
	if path == modulePath {
		return ".", true
	}
	return strings.CutPrefix(path, modulePath+"/")
}

// list returns the module's packages, as they are built for one operating
// system.
func list(t *testing.T, goos string) []pkg {
	t.Helper()
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Name,Doc,GoFiles,Imports,Deps,Standard", "./...")
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, "go list: %s", &stderr)

	var packages []pkg
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		if _, ours := local(p.ImportPath); ours {
			packages = append(packages, p)
		}
	}
}
