package matrix

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Row is a cell of the table: something that was done.
type Row struct{ Client, Operation, Scheme string }

// String is a line of a file.
func (r Row) String() string { return r.Client + "\t" + r.Operation + "\t" + r.Scheme }

// notes are what the tests of a process have noted.
type notes struct {
	mu   sync.Mutex
	rows map[Row]bool
}

var noted = &notes{rows: map[Row]bool{}}

// Ran notes that a client has done something over a scheme, if the test passes.
// A client and a scheme have the names that are in the table already.
func Ran(t testing.TB, client, operation, scheme string) {
	t.Helper()
	row := Row{client, operation, scheme}
	if strings.ContainsAny(row.Client+row.Operation+row.Scheme, "\t\n|") {
		t.Fatalf("%q cannot be in a table", row)
	}
	t.Cleanup(func() {
		if t.Failed() || t.Skipped() {
			return
		}
		noted.mu.Lock()
		defer noted.mu.Unlock()
		noted.rows[row] = true
	})
}

// updateVariable makes Done write in place of comparing.
const updateVariable = "WINRMD_UPDATE_INTEROPERABILITY"

// Done ends the tests of a package: it returns the exit status, which is another
// where the table is stale. name is the package's.
func Done(name string, status int) int {
	updating := os.Getenv(updateVariable) == "true"
	if status != 0 && !updating {
		return status
	}
	noted.mu.Lock()
	defer noted.mu.Unlock()
	// Where something has failed the rest is new, but does not stand for all.
	if err := done(name, noted.rows, whole() && status == 0); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// whole reports whether no test of the package was left out.
func whole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.bench", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

func done(name string, ran map[Row]bool, whole bool) error {
	file := filepath.Join(directory(), name+".txt")
	kept, err := read(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if os.Getenv(updateVariable) == "true" {
		if !whole {
			maps.Copy(ran, kept)
		}
		return update(file, ran)
	}
	return compare(name, kept, ran, whole)
}

// compare says what is in the table alone and what was run alone. What a machine
// lacks is not run there, which is wrong only where nothing may be missing.
func compare(name string, kept, ran map[Row]bool, whole bool) error {
	var problems []string
	for row := range ran {
		if !kept[row] {
			problems = append(problems, "not in the table: "+row.String())
		}
	}
	for row := range kept {
		if whole && !ran[row] && os.Getenv("CI") == "true" && runtime.GOOS == "linux" {
			problems = append(problems, "in the table, and no test does it: "+row.String())
		}
	}
	if len(problems) == 0 {
		return nil
	}
	slices.Sort(problems)
	return fmt.Errorf("docs/interoperability.md is stale for test/%s (make interoperability):\n%s", name, strings.Join(problems, "\n"))
}

func update(file string, rows map[Row]bool) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	var b bytes.Buffer
	for _, row := range sorted(rows) {
		fmt.Fprintln(&b, row)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		return err
	}
	text, err := document()
	if err != nil {
		return err
	}
	return os.WriteFile(documentPath(), text, 0o644)
}

func sorted(rows map[Row]bool) []Row {
	return slices.SortedFunc(maps.Keys(rows), func(a, b Row) int { return strings.Compare(a.String(), b.String()) })
}

// read reads the rows of a file.
func read(file string) (map[Row]bool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rows := map[Row]bool{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: a line that is not a client, an operation and a scheme: %q", file, line)
		}
		rows[Row{fields[0], fields[1], fields[2]}] = true
	}
	return rows, nil
}

// directory holds the files; tests run in the directory of their package, which is
// beside this one or this one.
func directory() string { return filepath.Join("..", "matrix", "testdata") }

func documentPath() string { return filepath.Join("..", "..", "docs", "interoperability.md") }
