package architecture

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxLines is the most lines that a source file may have. A file that grows
// towards it holds more than one idea.
const maxLines = 600

func TestFileSizes(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			// Hidden directories (.git, .cache) hold nothing of ours.
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		if extension := filepath.Ext(name); extension != ".go" && extension != ".py" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		assert.LessOrEqual(t, bytes.Count(content, []byte{'\n'}), maxLines, "lines of %s", path)
		return nil
	})
	require.NoError(t, err)
	assert.Positive(t, files)
}
