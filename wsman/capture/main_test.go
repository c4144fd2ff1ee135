package capture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recordings are the files of others, wherever they come from.
func recordings(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"pypsrp/*.yml", "others/*/*.xml"} {
		found, err := filepath.Glob(filepath.Join("../../../shared/captures", pattern))
		require.NoError(t, err)
		names = append(names, found...)
	}
	if len(names) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("there are no captures")
		}
		t.Skip("there are no captures")
	}
	return names
}
