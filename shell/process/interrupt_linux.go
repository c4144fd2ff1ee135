package process

import (
	"context"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// interruptPause is between two tries to interrupt a call: a signal that comes a
// moment before the call goes by unseen.
const interruptPause = 5 * time.Millisecond

// interruptible makes a system call that may take long, and has the kernel leave it
// when ctx ends. It is for calls that a signal ends with EINTR whatever is said of
// its handler. The error is that of the context then.
func interruptible(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	thread, done := make(chan int, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		thread <- unix.Gettid()
		done <- call()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	tid, tick := <-thread, time.NewTicker(interruptPause)
	defer tick.Stop()
	for {
		// By this signal the runtime interrupts its own threads: it expects more of
		// them than it has sent, also when the call is over.
		_ = unix.Tgkill(os.Getpid(), tid, unix.SIGURG)
		select {
		case <-done:
			return ctx.Err()
		case <-tick.C:
		}
	}
}
