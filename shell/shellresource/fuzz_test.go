package shellresource

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/winrmd/winrmd/wsman"
)

// FuzzServe: whatever is in an envelope, it is answered with well-formed XML
// (which serveRaw checks) in its time.
func FuzzServe(f *testing.F) {
	for _, o := range onShell {
		a := ask{action: o.action, shell: shellA, body: o.body}
		f.Add(a.envelope("uuid:1"))
	}
	for _, name := range []string{"test_winrs_environment", "test_psrp_disconnect_runspaces"} {
		text, err := os.ReadFile(filepath.Join(captureDir, "pypsrp", name+".yml"))
		if err != nil {
			continue // the seeds above are the least
		}
		var file struct {
			Messages []exchange `yaml:"messages"`
		}
		require.NoError(f, yaml.Unmarshal(text, &file))
		for _, x := range file.Messages {
			f.Add([]byte(x.Request))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := newWorld(t)
		w.createPowerShell(compressed)
		w.command().Stream("stdout").Put(keep("x"))
		begun := time.Now()
		w.serveRaw(t.Context(), raw, ask{limits: wsman.Limits{MaxTimeout: time.Millisecond}})
		require.Less(t, time.Since(begun), 5*time.Second)
	})
}
