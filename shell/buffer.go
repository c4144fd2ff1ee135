package shell

import "slices"

// buffer counts what a shell holds of output. It is guarded by the shell's
// lock.
type buffer struct {
	used int // bytes that no client is known to have
	kept int // bytes a client has of objects that it does not have whole

	waitingReceives int // Receives that wait on empty streams
	expected        int // acknowledgements that the plug-in waits for
	room            chan struct{}

	droppable    []*object // in mode Drop: candidates, in order of arrival
	purgeAt      int       // at which length those are taken out that are none any more
	dropped      int64     // objects thrown away
	droppedBytes int64
}

// candidate adds an object to what may be dropped. Where a client reads on
// nothing is ever dropped, so what was handed out must leave the list too.
func (b *buffer) candidate(o *object) {
	if len(b.droppable) >= b.purgeAt {
		b.droppable = slices.DeleteFunc(b.droppable, func(o *object) bool { return o.begun || o.dropped })
		b.purgeAt = 2*len(b.droppable) + minSparse
	}
	b.droppable = append(b.droppable, o)
}

// changed wakes a plug-in that waits for room.
func (b *buffer) changed() {
	if b.room != nil {
		close(b.room)
		b.room = nil
	}
}

// full reports whether the plug-in should stop reading. One stdout serves all
// commands of an engine, and its acknowledgements wait behind the output: so
// as long as anything but room is awaited, it must read on, up to the limit
// that memory has.
func (sh *Shell) full() bool {
	b := &sh.buffer
	switch {
	case sh.state == Closed || b.used < sh.cfg.BufferSize:
		return false
	case b.used >= sh.cfg.BufferSize+sh.cfg.SpoolSize:
		return true
	case sh.mode == Drop:
		return false
	default:
		return b.expected == 0 && b.waitingReceives == 0
	}
}

// WaitRoom implements Host.
func (sh *Shell) WaitRoom() {
	for {
		sh.mu.Lock()
		if !sh.full() {
			sh.mu.Unlock()
			return
		}
		if sh.buffer.room == nil {
			sh.buffer.room = make(chan struct{})
		}
		room := sh.buffer.room
		sh.mu.Unlock()
		<-room
	}
}

// Expect implements Host.
func (sh *Shell) Expect() (done func()) {
	sh.mu.Lock()
	sh.buffer.expected++
	sh.buffer.changed()
	sh.mu.Unlock()
	return func() {
		sh.mu.Lock()
		sh.buffer.expected--
		sh.mu.Unlock()
	}
}

// dropSurplus throws away whole objects, oldest first, until the buffers hold
// what they may. An object of which an answer has taken anything stays.
func (sh *Shell) dropSurplus() {
	b := &sh.buffer
	for b.used > sh.cfg.BufferSize && len(b.droppable) > 0 {
		o := b.droppable[0]
		b.droppable[0] = nil
		b.droppable = b.droppable[1:]
		if o.dropped || o.begun {
			continue
		}
		b.dropped++
		b.droppedBytes += int64(o.unconfirmed())
		sh.discard(o)
		o.stream.compact()
	}
}

// discard frees what an object holds. What still comes of it is swallowed.
func (sh *Shell) discard(o *object) {
	if o.dropped {
		return
	}
	sh.buffer.used -= o.unconfirmed()
	sh.buffer.kept -= o.kept
	o.dropped, o.kept = true, 0
	o.stream.dropped++
	o.pieces, o.one[0] = nil, Data{}
	o.handed, o.confirmed = position{}, position{}
}

// forgetStart lets go of the confirmed beginning of an object that is so large
// that keeping it would fill the buffers. A new client will not get it.
func (sh *Shell) forgetStart(o *object) {
	for i := range o.confirmed.piece {
		o.pieces[i] = Data{}
	}
	sh.buffer.kept -= o.kept
	o.kept, o.cut = 0, true
}

// setMode changes the buffer mode. Drop starts with what is there already.
func (sh *Shell) setMode(m Mode) {
	if m == sh.mode {
		return
	}
	sh.mode = m
	sh.buffer.droppable = nil
	if m == Drop {
		sh.buffer.droppable = sh.droppables()
		sh.dropSurplus()
	}
	sh.buffer.changed()
}
