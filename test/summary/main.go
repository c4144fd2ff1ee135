// Command summary runs go test with the arguments that it is given and prints
// what is worth reading: a line for each test, the output of those that failed
// or were skipped, go test's own lines for each package, and at the end
//
//	N passed, N failed, N skipped
//
// Its exit status is go test's. Where CI is true in the environment, a skipped
// test is a failure: there nothing may be missing.
//
// With -alone PATTERN before go test's arguments, the packages of that pattern
// come after all others and one at a time: they are those that run servers,
// engines and clients against the clock, and must not wait for each other.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	status, err := runAll(os.Args[1:], os.Stdout, os.Getenv("CI") == "true")
	if err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
	}
	os.Exit(status)
}

// runAll runs go test, once or in two parts, and returns the exit status to end
// with.
func runAll(arguments []string, out io.Writer, ci bool) (status int, err error) {
	parts := [][]string{arguments}
	if len(arguments) > 1 && arguments[0] == "-alone" {
		if parts, err = split(arguments[1], arguments[2:], list); err != nil {
			return 2, err
		}
	}
	report := newReport(out)
	for _, part := range parts {
		ended, err := run(part, report)
		if err != nil {
			return 2, err
		}
		status = max(status, ended)
	}
	return report.close(status, ci), nil
}

// split makes two parts of go test's arguments: all packages but those of the
// pattern alone, and those, one at a time. A part without packages is left out.
func split(alone string, arguments []string, list func(patterns ...string) ([]string, error)) ([][]string, error) {
	first := slices.IndexFunc(arguments, isPackage)
	if first < 0 {
		return nil, errors.New("-alone wants go test's packages at the end, such as ./...")
	}
	flags, patterns := arguments[:first], arguments[first:]
	all, err := list(patterns...)
	if err != nil {
		return nil, err
	}
	later, err := list(alone)
	if err != nil {
		return nil, err
	}
	var now, then []string
	for _, pkg := range all {
		if slices.Contains(later, pkg) {
			then = append(then, pkg)
		} else {
			now = append(now, pkg)
		}
	}
	var parts [][]string
	if len(now) > 0 {
		parts = append(parts, slices.Concat(flags, now))
	}
	if len(then) > 0 {
		parts = append(parts, slices.Concat([]string{"-p", "1"}, flags, then))
	}
	return parts, nil
}

// isPackage reports whether an argument is a pattern of packages and no flag nor
// a flag's value.
func isPackage(argument string) bool { return strings.HasPrefix(argument, "./") }

// list is go list.
func list(patterns ...string) ([]string, error) {
	command := exec.Command("go", append([]string{"list"}, patterns...)...)
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// run runs go test once and returns its exit status.
func run(arguments []string, report *report) (status int, err error) {
	command := exec.Command("go", append([]string{"test", "-json"}, arguments...)...)
	command.Stderr = os.Stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return 2, err
	}
	if err := command.Start(); err != nil {
		return 2, err
	}
	readError := report.read(events)
	waitError := command.Wait()
	if readError != nil {
		return 2, readError
	}
	return exitStatus(waitError)
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
