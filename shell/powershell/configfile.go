package powershell

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
)

// configurationFile is the session configuration file that the engine obeys;
// empty where there is none. One that says what StartupScript and
// ModulesToImport say is made.
func (p *Plugin) configurationFile() (string, error) {
	if p.config.ConfigurationFile != "" || p.config.StartupScript == "" && len(p.config.ModulesToImport) == 0 {
		return p.config.ConfigurationFile, nil
	}
	path := filepath.Join(p.config.Directory, "session.pssc")
	return path, os.WriteFile(path, configurationText(uuid.NewString(), p.config.StartupScript, p.config.ModulesToImport), 0o600)
}

// configurationText is a session configuration file that leaves everything as
// it is but for a script and modules.
func configurationText(id, script string, modules []string) []byte {
	var b strings.Builder
	b.WriteString("# Made by winrmd for this session.\n@{\n    SchemaVersion = '2.0.0.0'\n    GUID = " + quote(id) +
		"\n    SessionType = 'Default'\n")
	if len(modules) > 0 {
		b.WriteString("    ModulesToImport = " + quoteAll(modules) + "\n")
	}
	if script != "" {
		b.WriteString("    ScriptsToProcess = " + quoteAll([]string{script}) + "\n")
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func quoteAll(list []string) string {
	quoted := make([]string, len(list))
	for i, text := range list {
		quoted[i] = quote(text)
	}
	return "@(" + strings.Join(quoted, ", ") + ")"
}

// quote is a text as PowerShell writes one in which nothing is replaced. To
// PowerShell each of these quotation marks ends it, unless it is doubled.
func quote(text string) string {
	doubled := strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201A", "\u201A\u201A", "\u201B", "\u201B\u201B")
	return "'" + doubled.Replace(text) + "'"
}
