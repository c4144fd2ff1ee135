package configuration

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDocument(t *testing.T) {
	number := Setting{Name: "N", Type: "number", Unit: "ms", Default: "5", Min: 1, Max: 9, Windows: "6", Description: "One * <or> a|b."}
	choice := Setting{Name: "C", Type: "text", Default: `"A"`, Values: []string{"A", "B"}, Description: "Example\nX = \"y\". And more_."}
	nested := Setting{Table: "T.U", Name: "B", Type: "boolean", Default: "true", Description: "Whether."}
	keys := Setting{Name: "K", Type: "table of texts", Default: "{}", Description: "Keys."}

	assert.Equal(t, `| setting | unit or type | default | range | default on Windows | what it does |
|---|---|---|---|---|---|
| N | ms | `+"`5`"+` | 1 to 9 | 6 | One \* &lt;or> a\|b. |
| C | text | `+"`\"A\"`"+` | A, B | no such setting | Example `+"`X = \"y\"`"+`. And more\_. |

### [T.U]

| setting | unit or type | default | range | default on Windows | what it does |
|---|---|---|---|---|---|
| B | boolean | `+"`true`"+` | | no such setting | Whether. |

### [K]

| setting | unit or type | default | range | default on Windows | what it does |
|---|---|---|---|---|---|
| K | table of texts | `+"`{}`"+` | | no such setting | Keys. |
`, Document([]Setting{number, choice, nested, keys}, nil))

	assert.Equal(t, `| setting | flag | unit or type | default | range | default on Windows | what it does |
|---|---|---|---|---|---|---|
| K | `+"`--k`"+` | table of texts | `+"`{}`"+` | | no such setting | Keys. |
| B | | boolean | `+"`true`"+` | | no such setting | Whether. |
`, Document([]Setting{keys, {Name: "B", Type: "boolean", Default: "true", Description: "Whether."}}, map[string]string{"K": "--k"}))
}

// What Windows has by default is said, also where it is nothing.
func TestWindowsDefaults(t *testing.T) {
	windows := map[string]string{}
	for _, s := range SessionSettings() {
		windows[s.Key()] = s.Windows
	}
	assert.Equal(t, "7200000", windows["IdleTimeoutMs"])
	assert.Equal(t, "Block", windows["OutputBufferingMode"])
	assert.Equal(t, "empty", windows["StartupScript"])
	assert.Equal(t, "empty", windows["ModulesToImport"])
	assert.Empty(t, windows["EnginePath"])
}
