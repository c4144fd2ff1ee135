package shell

import "slices"

// Stream is one output stream of a shell or command: what its plug-in has put
// and its client does not have yet, in order. It is guarded by its shell's
// lock.
//
// An object goes through it whole: it is counted as delivered when its last
// piece is confirmed, and until then it can be given again from its start.
type Stream struct {
	name   string
	target *target

	objects []*object // in order of arrival; [0] is the first not fully confirmed
	last    *object   // that came last
	next    int       // index of the first object that answers have not taken all of
	answer  *Answer   // the last answer that had this stream, not yet confirmed
	lost    bool      // its client was seen to be lost, and was not heard on it since
	dropped int       // objects that are thrown away and still in the list
	first   []*object // greeting of a client that is being connected
	final   []Piece   // what is put when nothing of a command is left to fetch
}

// Name is the stream's name, for example "stdout".
func (st *Stream) Name() string { return st.name }

// Put appends a piece. It waits for nobody but, where there is more than memory
// should hold, the disk: a plug-in that should stop asks WaitRoom. The pieces
// of one stream are put by one goroutine at a time. On a closed shell or
// command the piece is thrown away.
func (st *Stream) Put(p Piece) {
	sh := st.target.sh
	record := st.spill(p.Data)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if st.target.gone {
		if record != nil {
			record.Free()
		}
		return
	}
	st.put(p, record)
	st.showTails(p)
	if sh.mode == Drop {
		sh.dropSurplus()
	}
	if p.Class != ClassDrop {
		st.target.urgent = true
	}
	st.target.notify()
}

func (st *Stream) put(p Piece, record Record) {
	sh := st.target.sh
	piece := held{p.Data, record}
	if piece.unload() {
		sh.buffer.onDisk += piece.size()
	}
	if o := st.open(); o != nil && p.Object != 0 && o.id == p.Object {
		o.complete = p.End
		if o.dropped {
			if !piece.inMemory() {
				sh.buffer.onDisk -= piece.size()
			}
			sh.buffer.droppedBytes += int64(piece.size())
			piece.free()
			st.trim()
			return
		}
		o.pieces = append(o.pieces, piece)
		sh.buffer.used += piece.size()
		return
	} else if o != nil {
		// The object before was never finished: what came of it is all there is.
		o.complete = true
	}
	sh.seq++
	p.Data = piece.data
	o := newObject(st, sh.seq, p, record)
	st.objects, st.last = append(st.objects, o), o
	sh.buffer.used += piece.size()
	if sh.mode == Drop && o.class == ClassDrop {
		sh.buffer.candidate(o)
	}
}

// open is the object whose last piece has not come yet.
func (st *Stream) open() *object {
	if st.last != nil && !st.last.complete {
		return st.last
	}
	return nil
}

// PutFirst puts whole objects, of one piece each, before everything that was
// not yet handed out: the greeting that a newly connected client waits for.
// While a client is being connected they go before what comes again for it too.
func (st *Stream) PutFirst(pieces ...Piece) {
	sh := st.target.sh
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if st.target.gone || len(pieces) == 0 {
		return
	}
	st.skip()
	first := make([]*object, 0, len(pieces))
	for _, p := range pieces {
		sh.seq++
		first = append(first, newObject(st, sh.seq, p, nil))
		sh.buffer.used += p.Data.Size()
	}
	if sh.connecting {
		st.first = append(first, st.first...)
		return
	}
	at := st.next
	if at < len(st.objects) && st.objects[at].handed != (position{}) {
		at++ // what has been handed out in part must come to its end first
	}
	st.objects = slices.Insert(st.objects, at, first...)
	st.target.urgent = true
	st.target.notify()
}

// PutLast puts whole objects, of one piece each, that no client gets before it
// has fetched what there is of every command. They are the shell's last words:
// a client that hears them lets go of its commands.
func (st *Stream) PutLast(pieces ...Piece) {
	sh := st.target.sh
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if st.target.gone {
		return
	}
	st.final = append(st.final, pieces...)
	sh.sayLast()
}

// sayLast puts the last words once their time has come. The caller holds the
// lock.
func (sh *Shell) sayLast() {
	for _, st := range sh.target.streams {
		if len(st.final) == 0 || sh.unfetched() {
			continue
		}
		for _, p := range st.final {
			st.put(p, nil)
		}
		st.final, sh.target.urgent = nil, true
		sh.target.notify()
	}
}

// Holds reports whether an object is still in the stream, so that the client
// gets it, or gets it again.
func (st *Stream) Holds(object uint64) bool {
	st.target.sh.mu.Lock()
	defer st.target.sh.mu.Unlock()
	for _, o := range st.objects {
		if o.id == object && !o.dropped {
			return true
		}
	}
	return false
}

// waiting reports whether there is anything to hand out.
func (st *Stream) waiting() bool {
	st.skip()
	return st.next < len(st.objects) && !st.objects[st.next].allHanded()
}

// skip moves next past what has been handed out or dropped.
func (st *Stream) skip() {
	for st.next < len(st.objects) && st.objects[st.next].allHanded() && st.objects[st.next].complete {
		st.next++
	}
	for st.next < len(st.objects)-1 && st.objects[st.next].allHanded() {
		st.next++
	}
}

// confirm marks everything handed out as delivered.
func (st *Stream) confirm() {
	st.answer = nil
	sh := st.target.sh
	for i := 0; i < len(st.objects) && i <= st.next; i++ {
		o := st.objects[i]
		if o.dropped {
			continue
		}
		for p := o.confirmed.piece; p < o.handed.piece; p++ {
			sh.keep(o, &o.pieces[p])
		}
		o.confirmed = o.handed
		if !o.done() && sh.keepsTooMuch() {
			sh.forgetStart(o)
		}
	}
	st.trim()
	sh.buffer.changed()
}

// trim removes from the front what is done.
func (st *Stream) trim() {
	n := 0
	for n < len(st.objects) && st.objects[n].done() {
		o := st.objects[n]
		if o.dropped {
			st.dropped--
		}
		st.target.sh.unkeep(o)
		o.free() // it may still be among the droppable
		st.objects[n] = nil
		n++
	}
	if n == 0 {
		return
	}
	st.objects = st.objects[n:]
	st.next = max(st.next-n, 0)
	if len(st.objects) == 0 {
		st.objects = nil // lets the array go that grew with a burst
	}
}

// minSparse is how many dropped objects may lie among others before they are
// taken out.
const minSparse = 64

// compact removes what was dropped behind an object that stays, once that is
// most of the list: a command that goes on for ever must not make it grow.
func (st *Stream) compact() {
	st.trim()
	if st.dropped < minSparse || st.dropped < len(st.objects)/2 {
		return
	}
	next, kept := 0, st.objects[:0]
	for i, o := range st.objects {
		if o.dropped && o.complete {
			st.dropped--
			continue
		}
		if i < st.next {
			next++
		}
		kept = append(kept, o)
	}
	clear(st.objects[len(kept):])
	st.objects, st.next = kept, next
}

// resume makes what was handed out but not confirmed come again, from the
// place that the same client is known to have come to.
func (st *Stream) resume() {
	for _, o := range st.objects {
		o.handed = o.confirmed
	}
	st.next, st.answer, st.lost = 0, nil, false
}

// restart makes everything that the last client has not got whole come again
// for a new client, from the start of the object, after its greeting.
func (st *Stream) restart() {
	sh := st.target.sh
	for _, o := range st.objects {
		switch {
		case o.dropped:
		case o.class == ClassSession:
			sh.discard(o)
		case o.cut:
			sh.discard(o)
			sh.buffer.dropped++
		default:
			sh.buffer.used += o.kept
			sh.buffer.onDisk += o.kept - o.keptHere
			sh.unkeep(o)
			o.handed, o.confirmed = position{}, position{}
		}
	}
	st.next, st.answer, st.lost = 0, nil, false
	st.objects = slices.Insert(st.objects, 0, st.first...)
	st.first = nil
	st.trim()
	sh.buffer.changed()
}

// ungreet takes back the greeting of a client that was not connected after all.
func (st *Stream) ungreet() {
	for _, o := range st.first {
		all, _ := o.unconfirmed()
		st.target.sh.buffer.used -= all
	}
	st.first = nil
}

// release gives back what the stream takes of the shell's buffers.
func (st *Stream) release() {
	sh := st.target.sh
	st.ungreet()
	for _, o := range st.objects {
		sh.discard(o)
	}
	st.objects, st.next, st.answer, st.dropped = nil, 0, nil, 0
	sh.buffer.changed()
}
