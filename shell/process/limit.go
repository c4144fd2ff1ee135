package process

import (
	"errors"
	"fmt"
)

// Limits bound a process and all that it starts together. A field that is 0 does
// not limit.
type Limits struct {
	// MemoryMB is in MiB.
	MemoryMB int
	// Processes is how many there may be at the same time.
	Processes int
	// ProcessorWeight is the share of the processors where they do not suffice, 1
	// to 10000; 100 is what everybody has who has no weight.
	ProcessorWeight int
	// OpenFiles is how many files and sockets each process may have open.
	OpenFiles int
}

// Tasks is the bound on tasks, that is threads, that belongs to one on processes; 0
// if there is none.
func (l Limits) Tasks() int {
	if l.Processes <= 0 {
		return 0
	}
	return maxTasks(l.Processes)
}

// ErrNoLimit says that a limit cannot be had on this machine.
var ErrNoLimit = errors.New("a limit of sessions cannot be had here")

// errNoGroup says that there is no group of a name.
var errNoGroup = fmt.Errorf("%w: there is no control group", ErrNoLimit)

// noLimit is ErrNoLimit for one of the limits.
func noLimit(what string, cause error) error {
	return fmt.Errorf("%w: %s: %w", ErrNoLimit, what, cause)
}

// What the limits are called in errors.
const (
	limitMemory    = "memory"
	limitProcesses = "number of processes"
	limitWeight    = "processor weight"
	limitOpenFiles = "open files"
)

// tasksPerProcess and moreTasks make a bound on tasks, that is threads, of one on
// processes: the kernel counts nothing else. A PowerShell engine has some twenty
// threads, most programs have one. So the bound lets everybody start as many
// processes as he may have, and still stops a program that forks without end.
const (
	tasksPerProcess = 32
	moreTasks       = 128
)

// maxTasks is the bound on tasks that belongs to one on processes.
func maxTasks(processes int) int {
	const most = 1 << 22 // the kernel's own limit, PID_MAX_LIMIT
	if processes > (most-moreTasks)/tasksPerProcess {
		return most
	}
	return processes*tasksPerProcess + moreTasks
}

// Use is what processes under limits use, and how often a limit was hit.
type Use struct {
	// Memory is in bytes, with files in memory; MemoryPeak the most that it was.
	Memory, MemoryPeak int64
	// Processes and Tasks are how many there are; a task is a thread.
	Processes, Tasks int
	// OOMKills is how often the system has ended a process because there was no
	// memory, RefusedForks how often it has refused to start one.
	OOMKills, RefusedForks int64
}

// Strain is how short of memory processes are. Who has no room but for what he
// cannot give up reads in again and again what he gives up of his programs' files:
// the system ends nobody then, and nothing gets on.
type Strain struct {
	// Anonymous is in bytes: memory that is in no file.
	Anonymous int64
	// MajorFaults is how often something was waited for to be read in.
	MajorFaults int64
}
