package powershell

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		path   string
		want   []string // of the file, if it is made
	}{
		"none":     {Config{}, "", nil},
		"its own":  {Config{ConfigurationFile: "/a/b.pssc"}, "/a/b.pssc", nil},
		"script":   {Config{StartupScript: "/o'b.ps1"}, "session.pssc", []string{"ScriptsToProcess = @('/o''b.ps1')"}},
		"modules":  {Config{ModulesToImport: []string{"A", "\u2019;B"}}, "session.pssc", []string{"ModulesToImport = @('A', '\u2019\u2019;B')"}},
		"the both": {Config{StartupScript: "s.ps1", ModulesToImport: []string{"A"}}, "session.pssc", []string{"ScriptsToProcess = ", "ModulesToImport = "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Directory = t.TempDir()
			path, err := New(c.config).configurationFile()
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(path, c.path), path)
			if c.want == nil {
				assert.NoFileExists(t, filepath.Join(c.config.Directory, "session.pssc"))
				return
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, want := range c.want {
				assert.Contains(t, string(text), want)
			}
			assert.Equal(t, len(c.want), strings.Count(string(text), "= @("))
		})
	}
}
