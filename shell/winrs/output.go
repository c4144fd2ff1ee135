package winrs

import (
	"os"
	"sync"

	"github.com/winrmd/winrmd/shell"
)

const (
	// readSize is the most that one piece of a stream holds.
	readSize = 32 << 10
	// maxResidue bounds what is read after the end of a command: no pipe holds
	// more, so what comes beyond it was written later by somebody else.
	maxResidue = 1 << 20
)

// output is stdout or stderr of a command.
type output struct {
	host   shell.Host
	pipe   *os.File
	stream *shell.Stream // nil: the client did not ask for it, it is thrown away
	done   chan struct{} // closed when nothing more is put

	mu        sync.Mutex
	expired   bool // the command's processes are gone; take what the pipe has and stop
	abandoned bool // nobody wants it any more
}

// run puts what the command writes until the pipe is at its end, or until
// expire where a process that left the command keeps the pipe open.
func (o *output) run() {
	defer close(o.done)
	defer func() { _ = o.pipe.Close() }()
	buf := make([]byte, readSize)
	for {
		o.waitRoom()
		n, err := o.pipe.Read(buf)
		o.put(buf[:n])
		switch {
		case o.isExpired():
			o.residue(buf)
			return
		case err != nil:
			return
		}
	}
}

// waitRoom waits while the shell's buffers are full. For a command that is to
// end nobody makes room, so it is read on, or its last words would stop it.
func (o *output) waitRoom() {
	if !o.isAbandoned() {
		o.host.WaitRoom()
	}
}

func (o *output) put(b []byte) {
	if len(b) == 0 || o.stream == nil {
		return
	}
	o.stream.Put(shell.Piece{
		Data:  shell.BytesData(append([]byte(nil), b...)),
		Class: shell.ClassDrop,
	})
}

// residue puts what is in the pipe now.
func (o *output) residue(buf []byte) {
	for total := 0; total < maxResidue && !o.isAbandoned(); {
		o.waitRoom()
		n := readNow(o.pipe, buf)
		if n <= 0 {
			return
		}
		o.put(buf[:n])
		total += n
	}
}

// expire says that the command's processes are gone. The Read under way ends.
func (o *output) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.expired {
		o.expired = true
		interruptRead(o.pipe)
	}
}

// abandon says that nobody wants the output any more.
func (o *output) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.abandoned = true
}

func (o *output) isExpired() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.expired
}

func (o *output) isAbandoned() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.abandoned
}
