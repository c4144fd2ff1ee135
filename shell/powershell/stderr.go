package powershell

import (
	"bytes"
	"strings"
	"sync"
)

// maxTail is how much of an engine's stderr is kept for its obituary.
const maxTail = 2048

// transportError is what an engine writes when it can make nothing of a
// message. It goes on running then; see doubt for what that is worth.
var transportError = []byte("Remote transport error:")

// tail keeps the last that was written to it.
type tail struct {
	alarm func() // called when the engine reports a transport error

	mu   sync.Mutex
	last []byte
	seen int // bytes at the beginning of last in which an error was found already

	cries int // errors that raised the alarm
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	if t.add(p) {
		t.alarm()
	}
	return len(p), nil
}

// add keeps p and reports whether to raise the alarm.
func (t *tail) add(p []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	found := bytes.LastIndex(t.last[t.seen:], transportError)
	raise := found >= 0
	if raise {
		t.cries++
		t.seen += found + len(transportError)
	}
	if n := len(t.last) - maxTail; n > 0 {
		t.last = append(t.last[:0], t.last[n:]...)
		t.seen = max(0, t.seen-n)
	}
	return raise
}

// String is what was kept, in one line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(t.last), "?")), " ")
}
