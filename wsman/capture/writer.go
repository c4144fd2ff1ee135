package capture

import (
	"io"
	"sync"
)

// Filter changes exchanges on their way into a file. It may hold one back until
// it has seen what comes after it. It is used by one goroutine at a time.
type Filter interface {
	// Add takes an exchange, and returns those that it holds back no longer.
	Add(x *Exchange) []*Exchange
	// Flush returns all that it still holds back, since nothing comes any more.
	Flush() []*Exchange
}

// Writer writes a conversation while it goes on. It may be used by several
// goroutines.
type Writer struct {
	mu      sync.Mutex
	w       io.Writer
	filters []Filter
	err     error
	count   int
}

// NewWriter begins a file with what is in head besides its Exchanges. Every
// exchange goes through the filters in their order.
func NewWriter(w io.Writer, head *Conversation, filters ...Filter) (*Writer, error) {
	if err := writeHead(w, head); err != nil {
		return nil, err
	}
	return &Writer{w: w, filters: filters}, nil
}

// Add takes an exchange that is over. After an error every further call returns
// that error.
func (w *Writer) Add(x Exchange) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pass([]*Exchange{&x}, 0)
	return w.err
}

// pass sends exchanges through the filters from one on, and writes what comes
// out. The lock is held.
func (w *Writer) pass(xs []*Exchange, from int) {
	for i := from; i < len(w.filters); i++ {
		var through []*Exchange
		for _, x := range xs {
			through = append(through, w.filters[i].Add(x)...)
		}
		xs = through
	}
	for _, x := range xs {
		if w.err == nil {
			w.count++
			w.err = writeExchange(w.w, x)
		}
	}
}

// Close writes what was held back. It does not close the file.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, f := range w.filters {
		w.pass(f.Flush(), i+1)
	}
	return w.err
}

// Count is how many exchanges were written.
func (w *Writer) Count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// Clean sends a whole conversation through filters.
func Clean(c *Conversation, filters ...Filter) *Conversation {
	clean := *c
	clean.Exchanges = nil
	xs := make([]*Exchange, len(c.Exchanges))
	for i := range c.Exchanges {
		x := c.Exchanges[i]
		xs[i] = &x
	}
	for _, f := range filters {
		var through []*Exchange
		for _, x := range xs {
			through = append(through, f.Add(x)...)
		}
		xs = append(through, f.Flush()...)
	}
	for _, x := range xs {
		clean.Exchanges = append(clean.Exchanges, *x)
	}
	clean.sort()
	return &clean
}
