//go:build unix

package powershell

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func itoa(n int) string { return strconv.Itoa(n) }

// readNumber waits for a file with a number in it.
func readNumber(t *testing.T, path string) (n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		content, err := os.ReadFile(path)
		if err == nil {
			n, err = strconv.Atoi(strings.TrimSpace(string(content)))
		}
		return err == nil
	}, patience, tick)
	return n
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}
