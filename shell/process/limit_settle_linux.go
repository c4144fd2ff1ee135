package process

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Settle finishes what systemd has begun that has made a unit of a session's host,
// and put it under limits: what the host has started by then comes after it, and
// the group that they were in, if any, is removed. Until ctx ends it tries.
func Settle(ctx context.Context, name string, pid int, before *Scope) error {
	unit, ok := unitIn(systemdRoot, name)
	if !ok {
		return fmt.Errorf("%w: unit %s has no control group", ErrNoCgroup, UnitName(name))
	}
	expose(pid)
	letReclaim(unit, pid)
	if before == nil {
		return nil
	}
	for {
		members, err := before.members(".")
		if removed(err) || err == nil && len(members) == 0 {
			return before.Remove(ctx)
		}
		for _, member := range members {
			moved := setting(unit, "cgroup.procs", strconv.Itoa(member))
			if moved != nil && !errors.Is(moved, unix.ESRCH) { // it has ended
				err = errors.Join(err, moved)
			}
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return fmt.Errorf("move to %s: %w", filepath.Base(unit), err)
		}
	}
}
