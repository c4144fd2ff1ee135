package interop

import (
	"bytes"
	"sync"
)

// maxLog bounds what is kept of a server's log; the beginning goes first.
const maxLog = 256 << 10

// serverLog collects what a server writes. The zero value is empty.
type serverLog struct {
	mu     sync.Mutex
	text   []byte         // its last maxLog bytes, and as many more at most
	counts map[string]int // of lines with a text
	line   []byte         // the last line, where it is not complete and lines are counted
}

// Write appends p.
func (l *serverLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	// Not at each line: a log of millions would be moved as often.
	if len(l.text) > 2*maxLog {
		l.text = append(l.text[:0], l.text[len(l.text)-maxLog:]...)
	}
	if l.counts != nil {
		l.countLines(p)
	}
	return len(p), nil
}

func (l *serverLog) countLines(p []byte) {
	for {
		before, after, complete := bytes.Cut(p, []byte("\n"))
		l.line = append(l.line, before...)
		if !complete {
			return
		}
		for text := range l.counts {
			if bytes.Contains(l.line, []byte(text)) {
				l.counts[text]++
			}
		}
		l.line, p = l.line[:0], after
	}
}

// count begins to count the lines with each of the texts, also those that are
// not kept.
func (l *serverLog) count(texts ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts = map[string]int{}
	for _, text := range texts {
		l.counts[text] = 0
	}
}

// counted is how many lines had a text since count.
func (l *serverLog) counted(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[text]
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
