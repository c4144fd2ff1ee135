package architecture

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// confined are libraries that only some packages may import. A tree of XML
// nodes is for documents, not for messages; flags are the command line's.
var confined = map[string][]string{
	"github.com/beevik/etree": {
		"wsman/...", "shell/shellresource", "configuration/configresource", "configuration/pluginxml",
		"psrp/clixml", "cmd/...", "test/...",
	},
	"github.com/msteinert/pam/v2":     {"cmd/winrmd-pam"},
	"github.com/spf13/cobra":          {"cmd/..."},
	"github.com/pelletier/go-toml/v2": {"configuration/...", "cmd/...", "test/..."},
	"github.com/stretchr/testify":     {"test/...", "wsman/wsmantest", "wsman/auth/ntlm/ntlmtest", "shell/shelltest"},
}

func TestConfinedLibraries(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux") {
		name, _ := local(p.ImportPath)
		for _, imported := range p.Imports {
			for library, allowed := range confined {
				if matches(library+"/...", imported) {
					assert.True(t, matchesAny(allowed, name), "%s imports %s", p.ImportPath, imported)
				}
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "linux") {
		if len(p.GoFiles) > 0 {
			assert.NotEmpty(t, p.Doc, "%s has no package comment", p.ImportPath)
		}
	}
}
