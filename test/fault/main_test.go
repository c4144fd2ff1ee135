//go:build linux

package fault

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/test/daemon"
)

// workDirectory holds the server that was built.
var workDirectory string

func TestMain(m *testing.M) {
	os.Exit(testAll(m))
}

func testAll(m *testing.M) int {
	var err error
	if workDirectory, err = os.MkdirTemp("", "winrmd-fault-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(workDirectory)
	if err := moreParallel(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	status := m.Run()
	if err := goleak.Find(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// moreParallel lets more tests run at the same time than there are processors,
// unless the command line says how many: most of them wait.
func moreParallel() error {
	flag.Parse()
	parallel := flag.Lookup("test.parallel")
	if parallel.Value.String() != parallel.DefValue {
		return nil
	}
	return parallel.Value.Set("6")
}

// program builds winrmd once.
var program = sync.OnceValues(func() (string, error) {
	var flags []string
	if os.Getenv("WINRMD_FAULT_RACE") == "true" {
		flags = append(flags, "-race")
	}
	return daemon.Build(workDirectory, flags...)
})

// engine finds the PowerShell engine, or skips the test where there is none.
// With CI=true there must be one.
func engine(t *testing.T) string {
	t.Helper()
	path, err := daemon.Engine()
	daemon.Need(t, err)
	return path
}

func inCI() bool { return os.Getenv("CI") == "true" }

// rounds is a number that an environment variable may say.
func rounds(t *testing.T, variable string, long, short int) int {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err, variable)
		return n
	}
	if inCI() {
		return long
	}
	return short
}

// seed is where all chance comes from. It is logged, to be played again.
func seed(t *testing.T) uint64 {
	t.Helper()
	const variable = "WINRMD_FAULT_SEED"
	n := rand.Uint64()
	if text := os.Getenv(variable); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, variable)
	}
	t.Logf("%s=%d", variable, n)
	return n
}

// within is a context that ends after d, or with the test.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
