package shellhost

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/winrmd/winrmd/shell/process"
)

// runName marks every process that these tests start.
const runName = "WINRMD_SHELLHOST_TEST"

// TestMain is also the main function of the processes that tests start: of
// this program, with the name of one of these roles as its argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if role := roles[os.Args[1]]; role != nil {
			if err := role(os.Args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, os.Args[1], err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Setenv(runName, strconv.Itoa(os.Getpid()))
	os.Setenv("GORACE", os.Getenv("GORACE")+" atexit_sleep_ms=0") // of those that are started
	code := m.Run()
	if err := errors.Join(killRest(), goleak.Find()); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// roles are what the test program can be beside a test program.
var roles = map[string]func(arguments []string) error{}

// killRest ends the processes that tests have left behind, which is an error.
// Those whose shells have ended may take a moment.
func killRest() error {
	var left []int
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var err error
		if left, err = process.Marked(runName, strconv.Itoa(os.Getpid())); err != nil {
			return nil // this system does not tell
		}
		if len(left) == 0 || time.Now().After(end) {
			break
		}
	}
	var errs []error
	for _, pid := range left {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
		errs = append(errs, fmt.Errorf("process %d is left", pid))
	}
	return errors.Join(errs...)
}
