package shell

import "time"

// Buffered is what the shell's buffers count: bytes that no client is known
// to have, and confirmed bytes of objects that are not confirmed whole.
func (sh *Shell) Buffered() (used, kept int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.buffer.used, sh.buffer.kept
}

// Listed is how many objects a stream has in its list, and how many candidates
// for dropping its shell has.
func (st *Stream) Listed() (objects, droppable int) {
	sh := st.target.sh
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(st.objects), len(sh.buffer.droppable)
}

// Remembered is how many commands the shell has.
func (sh *Shell) Remembered() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.commands)
}

// Constants that tests name.
const (
	DoneRetry   = doneRetry
	MaxDone     = maxDone
	GatherTime  = gatherTime
	GatherBytes = gatherBytes
)

// AddCommand is what Command does once it was admitted.
func (sh *Shell) AddCommand() error {
	_, err := sh.addCommand("", &CommandRequest{})
	return err
}

// Recount counts anew what the buffers count, and returns both.
func (sh *Shell) Recount() (counted, recounted [4]int) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	b := &sh.buffer
	counted = [4]int{b.used, b.onDisk, b.kept, b.keptHere}
	sh.eachTarget(func(t *target) {
		for _, st := range t.streams {
			for _, o := range append(append([]*object(nil), st.first...), st.objects...) {
				if o.dropped {
					continue
				}
				for i := range o.pieces {
					h := &o.pieces[i]
					n, at := h.size(), 0
					if i < o.confirmed.piece {
						at = 2
					}
					recounted[at] += n
					if h.inMemory() == (at == 2) {
						recounted[at+1] += n
					}
				}
			}
		}
	})
	return counted, recounted
}

// InMemory is how many bytes of output are in memory.
func (sh *Shell) InMemory() int {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.buffer.used - sh.buffer.onDisk + sh.buffer.keptHere
}

// Times are what the clock measures from.
func (sh *Shell) Times() []time.Time {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return []time.Time{sh.created, sh.clock.heard, sh.clock.fires}
}
