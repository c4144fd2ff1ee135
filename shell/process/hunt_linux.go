package process

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// hunt kills the processes that find finds, until it finds none.
func hunt(ctx context.Context, find func() ([]info, error)) error {
	refused := map[key]error{}
	for {
		held, err := hold(ctx, find, refused)
		for k := range held {
			// Even when ctx has ended: nobody is to stay stopped.
			if err := k.signal(unix.SIGKILL); err != nil {
				refused[k] = err
			}
		}
		if err != nil {
			return err
		}
		if len(held) == 0 {
			return left(refused)
		}
		for k := range held {
			if refused[k] != nil {
				continue
			}
			if err := k.wait(ctx); err != nil {
				return fmt.Errorf("process %d does not end: %w", k.pid, err)
			}
		}
	}
}

// rounds is how often it is waited for that those who were stopped have stopped.
// One that sleeps in the kernel may take its time, and will be killed anyway.
const rounds = 20

// hold stops processes, so that they cannot start others while those are looked
// for: else a parent is killed, and a child that it has started since the look
// is no longer known to be below it. It returns whom it has stopped.
func hold(ctx context.Context, find func() ([]info, error), refused map[key]error) (map[key]bool, error) {
	held := map[key]bool{}
	for range rounds {
		found, err := find()
		if err != nil {
			return held, err
		}
		calm := true
		for _, p := range found {
			if refused[p.key] != nil {
				continue
			}
			if !held[p.key] {
				held[p.key] = true
				_ = p.signal(unix.SIGSTOP) // who cannot be stopped cannot be killed, which will say so
				calm = p.dead() && calm
			} else if p.running() {
				calm = false
			}
		}
		if calm || ctx.Err() != nil {
			break
		}
	}
	return held, nil
}

// left is the error of those that could not be killed.
func left(refused map[key]error) error {
	var all error
	for k, err := range refused {
		if now, gone := stat(k.pid); gone == nil && now.key == k && !now.dead() {
			all = errors.Join(all, fmt.Errorf("process %d cannot be killed: %w", k.pid, err))
		}
	}
	return all
}

// signal sends a signal to this process and to no other. It is no error that it
// has ended.
func (k key) signal(s unix.Signal) error {
	p, err := os.FindProcess(k.pid) // holds a pidfd, where the kernel has them
	if err != nil {
		return err
	}
	defer func() { _ = p.Release() }()
	// Only now: what is looked at is what the pidfd stands for, or is younger.
	now, err := stat(k.pid)
	if err == nil && now.key != k {
		return nil
	}
	if err == nil {
		err = p.Signal(s)
	}
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// wait waits until this process has ended.
func (k key) wait(ctx context.Context) error {
	w, err := NewWatch(k.pid, k.identity())
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	select {
	case <-w.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
