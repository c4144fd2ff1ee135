package shellresource

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// update writes the golden files anew.
var update = flag.Bool("update", false, "write testdata/*.golden.txt anew")

// TestCapturedOperations: each recorded request is read into the operation
// that the client meant. The table was reviewed against the captures' README.
func TestCapturedOperations(t *testing.T) {
	var b strings.Builder
	for _, c := range captures(t) {
		fmt.Fprintf(&b, "== %s\n", c.name)
		for i, x := range c.exchanges {
			lines := describe(t, x.Request)
			fmt.Fprintf(&b, "%d %s\n", i+1, strings.Join(lines, "\n    "))
		}
	}
	path := filepath.Join("testdata", "operations.golden.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test -update")
	assert.Equal(t, string(want), b.String())
}
