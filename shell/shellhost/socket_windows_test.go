package shellhost

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), recordName)
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	f, err := openRecord(path)
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, "{}", string(text))
	_, err = openRecord(filepath.Dir(path))
	assert.Error(t, err)
}
