package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// key names a process for as long as the machine runs: a number that is used
// again comes with another start.
type key struct {
	pid     int
	started uint64 // clock ticks since the machine was started
}

// info is a line of the process table.
type info struct {
	key
	parent  int
	session int
	state   byte // R, S, D, T, Z and so on
	threads int
}

// dead reports whether only the line is left. A process whose first thread has
// ended is a zombie too, but may have others that run.
func (i info) dead() bool { return (i.state == 'Z' || i.state == 'X') && i.threads <= 1 }

// running reports whether it may do something before it is stopped or killed.
func (i info) running() bool { return i.state == 'R' || i.state == 'S' }

// stat reads the line of one process. Its error is os.ErrProcessDone when there
// is none.
func stat(pid int) (info, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return info{}, os.ErrProcessDone
	}
	if err != nil {
		return info{}, err
	}
	return parseStat(pid, string(text))
}

// parseStat reads /proc/PID/stat, see proc(5). The second field is a name that
// may have any character in it, so that fields are counted after its end.
func parseStat(pid int, text string) (info, error) {
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return info{}, fmt.Errorf("/proc/%d/stat is cut short: %q", pid, text)
	}
	parent, err1 := strconv.Atoi(fields[1])
	session, err2 := strconv.Atoi(fields[3])
	threads, err3 := strconv.Atoi(fields[17])
	started, err4 := strconv.ParseUint(fields[19], 10, 64)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return info{}, fmt.Errorf("/proc/%d/stat: %w", pid, err)
	}
	return info{key: key{pid, started}, parent: parent, session: session, state: fields[0][0], threads: threads}, nil
}

// pids lists all processes. One that lives all the time is not missed.
func pids() ([]int, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var all []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			all = append(all, pid)
		}
	}
	return all, nil
}

// hidden reports whether a process could not be looked at because it has ended
// meanwhile or is none of our business.
func hidden(err error) bool {
	return errors.Is(err, os.ErrProcessDone) || errors.Is(err, fs.ErrNotExist) ||
		errors.Is(err, syscall.ESRCH) || errors.Is(err, fs.ErrPermission)
}

// table is the process table at one look.
type table struct {
	processes map[int]info
	children  map[int][]int
}

// tries is how often a table is read that changes meanwhile.
const tries = 3

// look reads the process table. It takes time, in which parents end: who is
// listed under a parent that is not listed has got another one since, so that
// such a table is read again.
func look() (table, error) {
	for try := 1; ; try++ {
		t, err := lookOnce()
		if err != nil || try == tries || !t.torn() {
			return t, err
		}
	}
}

func lookOnce() (table, error) {
	all, err := pids()
	if err != nil {
		return table{}, fmt.Errorf("process table: %w", err)
	}
	t := table{processes: map[int]info{}, children: map[int][]int{}}
	for _, pid := range all {
		p, err := stat(pid)
		if hidden(err) {
			continue
		}
		if err != nil { // without files to open, say, nobody would be found
			return table{}, fmt.Errorf("process table: %w", err)
		}
		t.processes[pid] = p
		t.children[p.parent] = append(t.children[p.parent], pid)
	}
	return t, nil
}

func (t table) torn() bool {
	for parent := range t.children {
		if _, listed := t.processes[parent]; !listed && parent != 0 {
			return true
		}
	}
	return false
}

// below lists these processes and their descendants, but not who is to be
// spared and what is below them.
func (t table) below(roots []int, spare func(pid int) bool) []info {
	var found []info
	seen := map[int]bool{}
	for rest := slices.Clone(roots); len(rest) > 0; {
		pid := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		p, listed := t.processes[pid]
		if !listed || seen[pid] || spare(pid) {
			continue
		}
		seen[pid] = true
		found = append(found, p)
		rest = append(rest, t.children[pid]...)
	}
	return found
}
