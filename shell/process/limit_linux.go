package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Confine puts a process, and all that it will start, under limits, in control
// groups named "winrmd-" and name: of cgroup v2 where that has the controllers, of
// v1 where that has them. The process must have started nothing yet that is to be
// limited. Groups are made also where nothing is limited, for UseOf and Reclaim,
// and so that one session's many processes have no larger share of the processors
// than another's few.
//
// The error is ErrNoLimit for each limit that cannot be had; the others are set.
func Confine(name string, pid int, l Limits) error {
	if !isScopeName(name) {
		return fmt.Errorf("%q cannot be the name of a control group", name)
	}
	all, err := places()
	if err != nil {
		all = nil // each limit says so
	}
	var failed []error
	lacks := func(wanted int, what string, err error) {
		if err != nil && wanted > 0 {
			failed = append(failed, noLimit(what, err))
		}
	}
	c := confinement{name: name, pid: pid, places: all}
	lacks(l.MemoryMB, limitMemory, c.memory(l.MemoryMB))
	lacks(l.Processes, limitProcesses, c.tasks(l.Processes))
	lacks(l.ProcessorWeight, limitWeight, c.weight(l.ProcessorWeight))
	lacks(l.OpenFiles, limitOpenFiles, limitFiles(pid, l.OpenFiles))
	expose(pid)
	return errors.Join(failed...)
}

// confinement is what Confine is about to do.
type confinement struct {
	name   string
	pid    int
	places map[string]place
}

// group makes the group of a controller, has set set its limits and then puts the
// process into it.
func (c *confinement) group(controller string, set func(dir string, unified bool) error) error {
	p, ok := c.places[controller]
	if !ok {
		return fmt.Errorf("%w: there is no controller %s", ErrNoCgroup, controller)
	}
	dir := p.groupOf(c.name)
	if p.unified && filepath.Dir(dir) == p.parent {
		if err := enable(p.parent, controller); err != nil {
			return err
		}
	}
	sweep(p)
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// Whoever is refused his limit is confined all the same: the group is also
	// what tells of its use.
	err := set(dir, p.unified)
	return errors.Join(err, setting(dir, "cgroup.procs", strconv.Itoa(c.pid)))
}

func (c *confinement) memory(mb int) error {
	return c.group(controllerMemory, func(dir string, unified bool) error {
		letReclaim(dir, c.pid)
		switch bytes := strconv.FormatInt(int64(mb)<<20, 10); {
		case mb <= 0:
			return nil
		case unified:
			// Memory and swap are limited each by itself.
			return errors.Join(setting(dir, "memory.max", bytes), optional(setting(dir, "memory.swap.max", bytes)))
		default:
			// The sum of both is limited, which cannot be less than memory's.
			return errors.Join(setting(dir, "memory.limit_in_bytes", bytes), optional(setting(dir, "memory.memsw.limit_in_bytes", bytes)))
		}
	})
}

func (c *confinement) tasks(processes int) error {
	return c.group(controllerPids, func(dir string, _ bool) error {
		if processes <= 0 {
			return nil
		}
		return setting(dir, "pids.max", strconv.Itoa(maxTasks(processes)))
	})
}

// weight sets the share of the processors. The two versions of control groups
// have different numbers for the same: 100 and 1024 are what a group has of which
// nothing is said.
func (c *confinement) weight(weight int) error {
	return c.group(controllerCPU, func(dir string, unified bool) error {
		switch {
		case weight <= 0:
			return nil
		case unified:
			return setting(dir, "cpu.weight", strconv.Itoa(weight))
		default:
			return setting(dir, "cpu.shares", strconv.Itoa(max(2, weight*1024/100)))
		}
	})
}

// limitFiles limits the files that a process may have open, and those that it
// starts.
func limitFiles(pid, files int) error {
	if files <= 0 {
		return nil
	}
	limit := unix.Rlimit{Cur: uint64(files), Max: uint64(files)}
	return unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil)
}

// setting writes a file of a control group. It does not make one.
func setting(dir, name, text string) error {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// optional forgives the lack of a file: without swap there is nothing to limit.
func optional(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// enable has groups below parent have a controller (cgroup v2).
func enable(parent, controller string) error {
	const file = "cgroup.subtree_control"
	enabled, err := os.ReadFile(filepath.Join(parent, file))
	if err != nil {
		return err
	}
	for name := range strings.FieldsSeq(string(enabled)) {
		if name == controller {
			return nil
		}
	}
	// Nobody may be in it himself who shares it out, but for the root. The kernel
	// refuses that only for some controllers: with pids and cpu it makes a threaded
	// group of it, below which no other can be one of processes any more.
	if members, err := membersOf(parent); err == nil && len(members) > 0 && exists(filepath.Join(parent, "cgroup.type")) {
		if err := stepDown(parent); err != nil {
			return err
		}
	}
	err = setting(parent, file, "+"+controller)
	if errors.Is(err, unix.EBUSY) { // somebody has come meanwhile
		if err = stepDown(parent); err == nil {
			err = setting(parent, file, "+"+controller)
		}
	}
	return err
}
