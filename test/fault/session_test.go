//go:build linux

package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
)

// session is a session that goes from client to client.
type session struct {
	id  string // ShellId
	pid string // its engine's, as the first script has said
	run *run   // nil: none goes on
}

// run is a script that runs in a session, and what has come of it.
type run struct {
	id   string // CommandId
	kind *kind
	last int
	// started, lines and done are files that the script writes: its engine's
	// process each time it begins, each line of its input, and its last number.
	started, lines, done string

	sent       int // lines of input
	inputEnded bool
	seen       []*tally // of one client each
}

// runs numbers the scripts of all tests.
var runs atomic.Int64

// newRun makes the choices of a script.
func newRun(random *rand.Rand, directory string) *run {
	k := kinds[random.IntN(len(kinds))]
	base := filepath.Join(directory, strconv.FormatInt(runs.Add(1), 10))
	return &run{kind: k, last: k.last(random), started: base + ".started", lines: base + ".lines", done: base + ".done"}
}

func (r *run) script() string {
	return fmt.Sprintf("[IO.File]::AppendAllText('%s', \"$PID`n\"); $lines = '%s'; ", r.started, r.lines) +
		fmt.Sprintf(r.kind.script, r.last) + fmt.Sprintf("; [IO.File]::WriteAllText('%s', $n - 1)", r.done)
}

// client begins the tally of another client.
func (r *run) client() *tally {
	y := &tally{number: r.kind.number}
	r.seen = append(r.seen, y)
	return y
}

// endInput notes that the server has ended the input, as it does when another
// client connects (MS-PSRP 3.2.5.4.1): what was sent is all.
func (r *run) endInput() {
	if r.kind.input {
		r.last, r.inputEnded = r.sent, true
	}
}

// String describes the script.
func (r *run) String() string {
	return fmt.Sprintf("%s to %d (%s)", r.kind.name, r.last, filepath.Base(r.done))
}

// check compares what came with what the script has written.
func (r *run) check(s *session) error {
	if err := checkUnion(r.seen, r.last); err != nil {
		done, _ := os.ReadFile(r.done)
		lines, _ := os.ReadFile(r.lines)
		return fmt.Errorf("%w; it wrote %q at its end, has read %q, and was sent %d", err, done, lines, r.sent)
	}
	started, err := os.ReadFile(r.started)
	if err != nil {
		return err
	}
	pid, rest, _ := strings.Cut(string(started), "\n")
	if rest != "" {
		return fmt.Errorf("it was started more than once: %q", started)
	}
	if s.pid == "" {
		s.pid = pid
	}
	if s.pid != pid {
		return fmt.Errorf("session %s has had the engines %s and %s", s.id, s.pid, pid)
	}
	if done, err := os.ReadFile(r.done); err != nil || string(done) != strconv.Itoa(r.last) {
		return fmt.Errorf("it wrote %q at its end: %w", done, err)
	}
	if !r.kind.input {
		return nil
	}
	return r.checkLines()
}

// checkLines checks that each line came to the script once.
func (r *run) checkLines() error {
	var want strings.Builder
	for n := range r.last {
		fmt.Fprintln(&want, n+1)
	}
	got, err := os.ReadFile(r.lines)
	if errors.Is(err, os.ErrNotExist) && r.last == 0 {
		return nil // it never had a line to write
	}
	if err == nil && string(got) != want.String() {
		err = fmt.Errorf("it got the lines %q", got)
	}
	return err
}
