// Command summary runs go test with the arguments that it is given and prints
// what is worth reading: a line for each test, the output of those that failed
// or were skipped, go test's own lines for each package, and at the end
//
//	N passed, N failed, N skipped
//
// Its exit status is go test's. Where CI is true in the environment, a skipped
// test is a failure: there nothing may be missing.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	status, err := run(os.Args[1:], os.Stdout, os.Getenv("CI") == "true")
	if err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
	}
	os.Exit(status)
}

// run runs go test and returns the exit status to end with.
func run(arguments []string, out io.Writer, ci bool) (status int, err error) {
	command := exec.Command("go", append([]string{"test", "-json"}, arguments...)...)
	command.Stderr = os.Stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return 2, err
	}
	if err := command.Start(); err != nil {
		return 2, err
	}
	report := newReport(out)
	readError := report.read(events)
	waitError := command.Wait()
	if readError != nil {
		return 2, readError
	}
	status, err = exitStatus(waitError)
	if err != nil {
		return 2, err
	}
	return report.close(status, ci), nil
}

// exitStatus is the status that a process ended with; err is what kept it from
// running.
func exitStatus(waitError error) (status int, err error) {
	var exit *exec.ExitError
	switch {
	case waitError == nil:
		return 0, nil
	case errors.As(waitError, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), nil
	default:
		return 2, waitError
	}
}
