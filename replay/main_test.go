package replay

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/wsman/capture"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// captureDir holds the recorded traffic of real Windows servers.
const captureDir = "../../shared/captures"

// recordings reads every recorded conversation, by file name: those, and those
// that this project has recorded of clients.
func recordings(t testing.TB) map[string]*capture.Conversation {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(captureDir, "pypsrp", "*.yml"))
	require.NoError(t, err)
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no captures in %s", captureDir)
		}
		t.Skipf("no captures in %s", captureDir)
	}
	names = append(names, filepath.Join(captureDir, "others", "winrm4j", "win7.xml"))
	own, err := filepath.Glob(filepath.Join("..", "testdata", "captures", "*.yaml"))
	require.NoError(t, err)
	names = append(names, own...)
	// More of them may lie elsewhere.
	for _, directory := range filepath.SplitList(os.Getenv("WINRMD_TEST_CAPTURES")) {
		more, err := filepath.Glob(filepath.Join(directory, "*.*"))
		require.NoError(t, err)
		names = append(names, more...)
	}
	all := make(map[string]*capture.Conversation)
	for _, name := range names {
		c, err := capture.ReadFile(name)
		require.NoError(t, err)
		all[filepath.Base(name)] = c
	}
	return all
}
