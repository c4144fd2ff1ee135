package powershell

import (
	"sync"

	"github.com/winrmd/winrmd/psrp/outofproc"
)

// acks are the acknowledgements that are waited for. The zero value is ready.
type acks struct {
	mu      sync.Mutex
	waiting map[ackKey][]chan struct{}
}

type ackKey struct {
	kind outofproc.Kind
	id   string
}

// expect returns a channel that the next such acknowledgement closes.
func (a *acks) expect(kind outofproc.Kind, id string) chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = make(map[ackKey][]chan struct{})
	}
	c := make(chan struct{})
	k := ackKey{kind, id}
	a.waiting[k] = append(a.waiting[k], c)
	return c
}

// forget takes an expectation back.
func (a *acks) forget(kind outofproc.Kind, id string, c chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := ackKey{kind, id}
	list := a.waiting[k]
	for i := range list {
		if list[i] == c {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	a.set(k, list)
}

// arrived wakes who waits longest for this acknowledgement.
func (a *acks) arrived(kind outofproc.Kind, id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := ackKey{kind, id}
	if list := a.waiting[k]; len(list) > 0 {
		close(list[0])
		a.set(k, list[1:])
	}
}

// closeAll wakes everybody: nothing will arrive any more.
func (a *acks) closeAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, list := range a.waiting {
		for _, c := range list {
			close(c)
		}
	}
	a.waiting = nil
}

func (a *acks) set(k ackKey, list []chan struct{}) {
	if a.waiting == nil {
		return
	}
	if len(list) == 0 {
		delete(a.waiting, k)
		return
	}
	a.waiting[k] = list
}
