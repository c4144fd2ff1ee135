package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// name identifies a test.
type name struct{ pkg, test string }

// report counts tests and prints what is worth reading of their output.
type report struct {
	out                     io.Writer
	passed, failed, skipped int
	// pending is what tests have printed that have not ended.
	pending map[name][]string
	// broken holds the packages with a failed test.
	broken map[string]bool
}

func newReport(out io.Writer) *report {
	return &report{out: out, pending: map[name][]string{}, broken: map[string]bool{}}
}

// read reads events to their end.
func (r *report) read(events io.Reader) error {
	decoder := json.NewDecoder(events)
	for {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("go test -json: %w", err)
		}
		r.add(e)
	}
}

// add takes one event.
func (r *report) add(e event) {
	test := name{e.Package, e.Test}
	switch e.Action {
	case "output", "build-output":
		if e.Test == "" {
			r.print(e.Output)
		} else {
			r.pending[test] = append(r.pending[test], e.Output)
		}
	case "pass":
		r.passed += count(e)
		r.end(test, func(line string) bool { return isResult(line) && !strings.Contains(e.Test, "/") })
	case "skip":
		r.skipped += count(e)
		r.end(test, isContent)
	case "fail":
		r.fail(e, test)
	}
}

// count is 1 for a test, 0 for a package.
func count(e event) int {
	if e.Test == "" {
		return 0
	}
	return 1
}

// fail counts a failed test, or a package that failed without one: it did not
// compile, or its process ended early.
func (r *report) fail(e event, test name) {
	if e.Test != "" {
		r.failed++
		r.broken[e.Package] = true
		r.end(test, isContent)
		return
	}
	for other := range r.pending {
		if other.pkg == e.Package {
			r.end(other, isContent)
		}
	}
	if !r.broken[e.Package] {
		r.failed++
	}
}

// end prints what a test has printed, as far as it is wanted, and forgets it.
func (r *report) end(test name, wanted func(line string) bool) {
	for _, line := range r.pending[test] {
		if wanted(line) {
			r.print(line)
		}
	}
	delete(r.pending, test)
}

func (r *report) print(text string) { fmt.Fprint(r.out, text) }

// isResult reports whether a line says how a test ended.
func isResult(line string) bool { return strings.HasPrefix(line, "--- ") }

// isContent reports whether a line is not just about the test's progress.
func isContent(line string) bool { return !strings.HasPrefix(line, "=== ") }

// close prints the closing line and returns the exit status to end with, which
// is go test's own unless ci forbids what was skipped.
func (r *report) close(status int, ci bool) int {
	if ci && r.skipped > 0 {
		fmt.Fprintln(r.out, "CI is true: a skipped test counts as a failure")
		status = max(status, 1)
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	return status
}
