package runspace

import "sync"

// inputQueue is the objects that a client has sent to a pipeline and that it has
// not read. They are kept as they came, so what they take is bounded by what the
// client may send.
type inputQueue struct {
	mu     sync.Mutex
	all    [][]byte
	closed bool
	change chan struct{} // closed and replaced at each change
}

func (q *inputQueue) init() { q.change = make(chan struct{}) }

func (q *inputQueue) changed() {
	close(q.change)
	q.change = make(chan struct{})
}

// add puts an object into the queue; false if it has ended.
func (q *inputQueue) add(data []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.all = append(q.all, data)
	q.changed()
	return true
}

// end says that no more comes.
func (q *inputQueue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed()
}

// next takes an object. Where there is none, wait is closed when it is worth
// trying again, unless end says that none comes.
func (q *inputQueue) next() (data []byte, wait <-chan struct{}, end bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) > 0 {
		data = q.all[0]
		q.all[0] = nil
		q.all = q.all[1:]
		return data, nil, false
	}
	return nil, q.change, q.closed
}
