package shellhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/winrmd/winrmd/shell/process"
)

// Starter starts the processes of hosts, and clears up behind them. A Router has
// one of its own, for hosts that run as its account; RouterConfig.Privileged is
// for others.
type Starter interface {
	// Make makes the directory of a shell, for an account, and returns the
	// account's number. The error is fs.ErrExist if the directory is there.
	Make(shellID, account string) (uid int, err error)
	// Start starts the host of a shell whose directory is there, under limits,
	// with its standard input and output.
	Start(shellID, account string, limits process.Limits, stdin, stdout *os.File) error
	// Clear ends a host and what is left of it, and reports whether output of
	// finished commands lies on disk.
	Clear(shellID string) (remains bool, err error)
	// Remove removes the directory of a shell with all that is in it.
	Remove(shellID string) error
}

// ownStarter is the Starter of hosts that run as this process's account.
type ownStarter struct {
	directory string // of all shells
	command   []string
	orphans   func(context.Context) error
	log       *slog.Logger
}

func (s *ownStarter) path(shellID string) string { return filepath.Join(s.directory, shellID) }

// Make implements Starter.
func (s *ownStarter) Make(shellID, _ string) (int, error) {
	return os.Geteuid(), os.Mkdir(s.path(shellID), 0o700)
}

// Start implements Starter.
func (s *ownStarter) Start(shellID, _ string, limits process.Limits, stdin, stdout *os.File) error {
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, os.Stderr
	cmd.Env = append(os.Environ(), MarkName+"="+shellID)
	detach(cmd)
	if err := process.StartOwn(cmd); err != nil {
		return err
	}
	if err := process.Confine(shellID, cmd.Process.Pid, limits); err != nil {
		s.log.Warn("a limit cannot be had", "shell", shellID, "error", err)
	}
	go s.reap(cmd, shellID) // it may live longer than the Router
	return nil
}

// reap takes the exit status of a host that has ended. What that means for its
// shell is watch's.
func (s *ownStarter) reap(cmd *exec.Cmd, shellID string) {
	if err := cmd.Wait(); err != nil {
		s.log.Warn("shell host ended", "shell", shellID, "error", err)
	}
	if err := process.Release(shellID); err != nil {
		s.log.Warn("limits of a session that has ended", "shell", shellID, "error", err)
	}
}

// Clear implements Starter: by the control group where there is one, by what was
// inherited from the host, and by what has come to this process.
func (s *ownStarter) Clear(shellID string) (remains bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), clearTimeout)
	defer cancel()
	var grouped, orphans error
	if rec, err := readRecord(s.path(shellID)); err == nil && rec.Scope != "" {
		grouped = clearScope(ctx, rec.Scope)
	}
	marked := process.KillMarked(ctx, MarkName, shellID)
	if s.orphans != nil {
		orphans = s.orphans(ctx)
	}
	return hasRemains(s.path(shellID)), errors.Join(grouped, marked, orphans, process.Release(shellID))
}

// Remove implements Starter.
func (s *ownStarter) Remove(shellID string) error { return os.RemoveAll(s.path(shellID)) }

func clearScope(ctx context.Context, path string) error {
	scope, err := process.OpenScope(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer scope.Close()
	if err := scope.Kill(); err != nil {
		return err
	}
	return scope.Remove(ctx)
}

// starterOf is the Starter of hosts that run as an account.
func (rt *Router) starterOf(account string) (Starter, error) {
	switch {
	case account == "":
		return rt.own, nil
	case rt.config.Privileged == nil:
		return nil, fmt.Errorf("this winrmd cannot start sessions as account %s", account)
	}
	return rt.config.Privileged, nil
}

// starterFor is the Starter of a host that is there.
func (rt *Router) starterFor(v *voucher) (Starter, error) {
	if v == nil || rt.config.Privileged == nil && v.UID == os.Geteuid() {
		return rt.own, nil
	}
	return rt.starterOf(v.Account)
}

// makeDirectory makes the directory of a new host, and what vouches for it.
func (rt *Router) makeDirectory(start *Start) (*voucher, error) {
	starter, err := rt.starterOf(start.Account)
	if err != nil {
		return nil, err
	}
	uid, err := starter.Make(start.ShellID, start.Account)
	if err != nil {
		return nil, err
	}
	if start.Allowance, err = rt.allow(start.ShellID); err != nil {
		return nil, errors.Join(err, starter.Remove(start.ShellID))
	}
	if start.Account == "" {
		return nil, nil
	}
	v := &voucher{
		User: start.User, Configuration: start.Configuration.Name, Account: start.Account, UID: uid, RunAs: start.Configuration.RunAs,
	}
	if err := rt.vouch(start.ShellID, v); err != nil {
		return nil, errors.Join(err, starter.Remove(start.ShellID))
	}
	return v, nil
}

// remove removes what there is of a host on disk.
func (rt *Router) remove(shellID string, v *voucher) error {
	// An empty directory needs nobody's help: the one above it is the daemon's.
	err := os.Remove(filepath.Join(rt.config.Directory, shellID))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		starter, failure := rt.starterFor(v)
		if failure != nil {
			return failure
		}
		if err := starter.Remove(shellID); err != nil {
			return err
		}
	}
	return errors.Join(rt.unvouch(shellID), rt.disallow(shellID))
}

// meet finds the host of a shell of which nothing is known here.
func (rt *Router) meet(shellID string) (*remote, error) {
	v, err := rt.voucher(shellID)
	if err != nil {
		return nil, err
	}
	return meet(shellID, rt.socket(shellID), v)
}
