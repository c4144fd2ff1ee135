package configuration

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLookMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := Look(dir, slog.New(slog.DiscardHandler))
	assert.Empty(t, s.Sessions())
	service := s.Service()
	assert.Error(t, service.Check(), "the settings of no file are not good")
	assert.NoDirExists(t, dir)

	require.NoError(t, os.MkdirAll(filepath.Join(dir, "configurations"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "configurations", "One.toml"), nil, 0o600))
	assert.Len(t, s.Sessions(), 1)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}
