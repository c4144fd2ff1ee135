package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os/exec"

	"github.com/winrmd/winrmd/shell/process"
)

// fence keeps together what runs in one shell, so that nothing of it is left
// when the shell ends.
type fence struct {
	reaper *process.Reaper
	scope  *process.Scope // nil where the system has no control groups for us
}

// newFence makes this process the one that orphans of the shell come to, and a
// control group for what is started.
func newFence(shellID string, log *slog.Logger) (*fence, error) {
	if err := errors.Join(process.BecomeReaper(), process.EndWithUs()); err != nil {
		return nil, err
	}
	f := &fence{reaper: process.NewReaper()}
	scope, err := process.NewScope(shellID)
	if errors.Is(err, fs.ErrExist) { // this process is in it
		scope, err = process.InnerScope(shellID)
	}
	switch {
	case err == nil:
		f.scope = scope
	case errors.Is(err, process.ErrNoCgroup):
		log.Debug("no control group", "error", err)
	default:
		log.Warn("no control group", "error", err)
	}
	return f, nil
}

// attach puts a program into the control group before it is started.
func (f *fence) attach(c *exec.Cmd) {
	if f.scope != nil {
		f.scope.Attach(c)
	}
}

// path is where the control group is; empty where there is none.
func (f *fence) path() string {
	if f.scope == nil {
		return ""
	}
	return f.scope.OuterPath()
}

// clear ends everything that was started and is still there.
func (f *fence) clear(ctx context.Context) error {
	if f.scope == nil {
		return process.KillOrphans(ctx)
	}
	return errors.Join(f.scope.Kill(), process.KillOrphans(ctx), f.scope.Remove(ctx))
}

func (f *fence) close() {
	_ = f.reaper.Close() // nothing comes any more
}
