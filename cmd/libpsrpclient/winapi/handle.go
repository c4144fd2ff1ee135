package winapi

import "sync"

// Handle names a session, shell, command or operation to a caller who cannot hold
// a Go pointer. 0 names nothing.
type Handle uintptr

// Table says what Handles stand for. A Handle is never given twice, so that one
// that is used too late names nothing, and not something else. The zero Table is
// empty.
type Table struct {
	mu      sync.Mutex
	last    Handle
	objects map[Handle]any
}

func (t *Table) add(object any) Handle {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.objects == nil {
		t.objects = map[Handle]any{}
	}
	t.last++
	t.objects[t.last] = object
	return t.last
}

func (t *Table) remove(h Handle) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.objects, h)
}

// Len is how many Handles stand for something.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.objects)
}

// Lookup is what a Handle stands for: nil where it is not a T.
func Lookup[T any](t *Table, h Handle) *T {
	t.mu.Lock()
	defer t.mu.Unlock()
	object, _ := t.objects[h].(*T)
	return object
}
