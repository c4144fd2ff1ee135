package shell

import "slices"

// buffer counts what a shell holds of output. It is guarded by the shell's
// lock.
type buffer struct {
	used     int // bytes that no client is known to have
	onDisk   int // those of them that are not in memory
	kept     int // bytes a client has of objects that it does not have whole
	keptHere int // those of them that are in memory

	waitingReceives int // Receives that wait on empty streams
	expected        int // acknowledgements that the plug-in waits for
	room            chan struct{}

	droppable    []*object // in mode Drop: candidates, in order of arrival
	purgeAt      int       // at which length those are taken out that are none any more
	dropped      int64     // objects thrown away
	droppedBytes int64

	spoolError error // of the last use of the disk
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
// that the disk has. Where the disk is full, memory takes as much again as it
// should hold, and no more.
func (sh *Shell) full() bool {
	b := &sh.buffer
	switch {
	case sh.state == Closed || b.used < sh.cfg.BufferSize:
		return false
	case b.used >= sh.cfg.BufferSize+sh.cfg.SpoolSize:
		return true
	case sh.spec.Spool != nil && b.used-b.onDisk >= 2*sh.cfg.BufferSize:
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
		all, _ := o.unconfirmed()
		b.droppedBytes += int64(all)
		sh.discard(o)
		o.stream.compact()
	}
}

// discard frees what an object holds. What still comes of it is swallowed.
func (sh *Shell) discard(o *object) {
	if o.dropped {
		return
	}
	all, onDisk := o.unconfirmed()
	sh.buffer.used -= all
	sh.buffer.onDisk -= onDisk
	sh.unkeep(o)
	o.dropped = true
	o.stream.dropped++
	o.free()
	o.handed, o.confirmed = position{}, position{}
}

// keep notes that the client has a piece of an object that it may not have
// whole. What is on disk is kept there.
func (sh *Shell) keep(o *object, h *held) {
	n := h.size()
	sh.buffer.used -= n
	if !h.inMemory() {
		sh.buffer.onDisk -= n
	}
	h.unload()
	o.kept += n
	sh.buffer.kept += n
	if h.inMemory() {
		o.keptHere += n
		sh.buffer.keptHere += n
	}
}

// unkeep counts what is kept of an object out.
func (sh *Shell) unkeep(o *object) {
	sh.buffer.kept -= o.kept
	sh.buffer.keptHere -= o.keptHere
	o.kept, o.keptHere = 0, 0
}

// keepsTooMuch reports whether what is kept of unfinished objects is more than
// memory or disk should hold.
func (sh *Shell) keepsTooMuch() bool {
	b := &sh.buffer
	return b.keptHere > sh.cfg.BufferSize || b.kept-b.keptHere > sh.cfg.SpoolSize
}

// forgetStart lets go of the confirmed beginning of an object that is so large
// that keeping it would fill memory and disk. A new client will not get it.
func (sh *Shell) forgetStart(o *object) {
	for i := range o.confirmed.piece {
		o.pieces[i].free()
	}
	sh.unkeep(o)
	o.cut = true
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
