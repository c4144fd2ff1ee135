package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// The files that give memory back: of cgroup v2 since Linux 5.19, and of v1.
const (
	reclaimFile    = "memory.reclaim"
	forceEmptyFile = "memory.force_empty"
)

// Reclaim gives the memory of the processes that Confine has put under limits by a
// name back to the system, as far as there is somewhere to put it: files go at
// once, and what is in no file needs swap. It comes back when it is used. Reclaim
// returns how many bytes are less in use than before. When ctx ends, it leaves the
// rest where it is. The error is ErrNoLimit where there is no such thing.
func Reclaim(ctx context.Context, name string) (int64, error) {
	all, err := places()
	p, ok := all[controllerMemory]
	if err != nil || !ok {
		return 0, noLimit(limitMemory, errors.Join(ErrNoCgroup, err))
	}
	dir := p.groupOf(name)
	if _, err := os.Stat(dir); err != nil {
		return 0, errNoGroup
	}
	var before, after Use
	before.readMemory(dir, p.unified)
	// The kernel looks at what was used lately before it lets go of it, and so
	// gives back more when it is asked again.
	for use := before.Memory; ; use = after.Memory {
		if p.unified {
			err = giveBack(ctx, filepath.Join(dir, reclaimFile), strconv.FormatInt(use, 10))
		} else {
			err = giveBack(ctx, filepath.Join(dir, forceEmptyFile), "0")
		}
		after.readMemory(dir, p.unified)
		switch {
		case ctx.Err() != nil:
			return max(0, before.Memory-after.Memory), fmt.Errorf("giving memory back: %w", ctx.Err())
		case err != nil && !errors.Is(err, unix.EAGAIN): // which says that it was less than all
			return 0, noLimit("giving memory back", err)
		}
		if after.Memory > use-use/reclaimWorth {
			return max(0, before.Memory-after.Memory), nil
		}
	}
}

// giveBack writes to a file by which memory is given back. The kernel does that
// before it returns, which takes it seconds where there is much to write to swap.
func giveBack(ctx context.Context, path, text string) error {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(interruptible(ctx, func() error {
		_, err := unix.Write(fd, []byte(text))
		return err
	}), unix.Close(fd))
}

// reclaimWorth is the part of the memory, as its divisor, for which Reclaim asks once
// more.
const reclaimWorth = 20

// letReclaim gives a process's account the file by which Reclaim works: who is
// in a group may give its memory back, and no more.
func letReclaim(dir string, pid int) {
	var st unix.Stat_t
	if unix.Stat("/proc/"+strconv.Itoa(pid), &st) != nil || int(st.Uid) == os.Geteuid() {
		return
	}
	for _, name := range []string{reclaimFile, forceEmptyFile} {
		_ = os.Chown(filepath.Join(dir, name), int(st.Uid), -1)
	}
}
