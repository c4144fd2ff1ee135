package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/configuration"
)

// TestConfigurationPage: docs/configuration.md is what is made from the settings.
func TestConfigurationPage(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	require.NoError(t, writePage(&page))
	path := filepath.Join("..", "..", "docs", "configuration.md")
	if *update {
		require.NoError(t, os.WriteFile(path, page.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), page.String(), "run: go test ./cmd/winrmd -run TestConfigurationPage -update")
}

// TestPageKnowsEverySetting: each has a line, and each flag sets something.
func TestPageKnowsEverySetting(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	require.NoError(t, writePage(&page))
	for _, s := range append(configuration.SessionSettings(), configuration.ServiceSettings()...) {
		assert.Contains(t, page.String(), "\n| "+s.Name+" | ")
	}
	settings := settingsByKey()
	for _, p := range parameters() {
		assert.Contains(t, settings, p.setting)
		assert.Contains(t, page.String(), "| "+p.setting+" | `--"+p.flag+"` | ")
	}
}
