package interop

import (
	"bytes"
	"sync"
)

// maxLog bounds what is kept of a server's log; the beginning goes first.
const maxLog = 256 << 10

// serverLog collects what a server writes. The zero value is empty.
type serverLog struct {
	mu   sync.Mutex
	text []byte
}

// Write appends p.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if excess := len(l.text) - maxLog; excess > 0 {
		l.text = append(l.text[:0], l.text[excess:]...)
	}
	return len(p), nil
}

// String is what was kept.
func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

func (l *serverLog) contains(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Contains(l.text, []byte(text))
}
