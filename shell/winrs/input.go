package winrs

import (
	"context"
	"io"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

// maxInput is how many bytes of stdin wait for a program that does not read:
// a client must not fill the server's memory by it. A single Send that is
// larger is taken when nothing else waits.
const maxInput = 4 << 20

// input is the stdin of a command: what was sent and not yet written.
type input struct {
	turn chan struct{} // holds a token while a Send puts; the next Send waits its turn

	mu     sync.Mutex
	queue  [][]byte
	size   int  // bytes in queue and in the write under way
	ended  bool // the client has said that no more comes
	closed bool // nobody reads any more
	wake   chan struct{}
}

func newInput() *input {
	return &input{turn: make(chan struct{}, 1), wake: make(chan struct{})}
}

// changed wakes whoever waits. The caller holds the lock.
func (in *input) changed() {
	close(in.wake)
	in.wake = make(chan struct{})
}

// send puts b into the queue, whole or not at all. It waits for room until ctx
// ends and then fails with shell.ErrTimedOut. After the end of the input or
// the program it does nothing, as on Windows.
func (in *input) send(ctx context.Context, b []byte, end bool) error {
	select {
	case in.turn <- struct{}{}:
		defer func() { <-in.turn }()
	case <-ctx.Done():
		return shell.ErrTimedOut
	}
	for {
		in.mu.Lock()
		done, wake := in.put(b, end), in.wake
		in.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return shell.ErrTimedOut
		}
	}
}

// put appends b if there is room and reports whether the Send is done.
func (in *input) put(b []byte, end bool) bool {
	if in.ended || in.closed {
		return true
	}
	if len(b) > 0 && in.size > 0 && in.size+len(b) > maxInput {
		return false
	}
	if len(b) > 0 {
		in.queue = append(in.queue, b)
		in.size += len(b)
	}
	in.ended = end
	in.changed()
	return true
}

// next waits for the next piece to write; false: there is none any more.
func (in *input) next() ([]byte, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for {
		switch {
		case in.closed:
			return nil, false
		case len(in.queue) > 0:
			b := in.queue[0]
			in.queue[0] = nil
			in.queue = in.queue[1:]
			return b, true
		case in.ended:
			return nil, false
		}
		wake := in.wake
		in.mu.Unlock()
		<-wake
		in.mu.Lock()
	}
}

// written gives the room of a piece back.
func (in *input) written(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.size -= n
	in.changed()
}

// close throws away what was not written and takes no more.
func (in *input) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return
	}
	in.closed, in.queue, in.size = true, nil, 0
	in.changed()
}

// pump writes the queue to w and closes it at the end of the input, or when
// the program closed its side or has ended.
func (in *input) pump(w io.WriteCloser) {
	defer func() { _ = w.Close() }() // a pipe: nothing is left to fail
	for {
		b, ok := in.next()
		if !ok {
			return
		}
		_, err := w.Write(b)
		in.written(len(b))
		if err != nil {
			in.close()
			return
		}
	}
}
