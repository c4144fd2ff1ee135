package shell

// spill writes a piece to disk that memory should not hold any more; nil where
// it is for memory. Nothing waits for the disk with the shell's lock held.
func (st *Stream) spill(d Data) Record {
	sh := st.target.sh
	if sh.spec.Spool == nil {
		return nil
	}
	sh.mu.Lock()
	b := &sh.buffer
	spill := !st.target.gone && sh.mode == Block && !d.Empty() &&
		b.used-b.onDisk+b.keptHere+d.Size() > sh.cfg.BufferSize && b.used < sh.cfg.BufferSize+sh.cfg.SpoolSize
	sh.mu.Unlock()
	if !spill {
		return nil
	}
	record, err := sh.spec.Spool.Append(d.Raw())
	sh.spooled(err)
	if err != nil {
		return nil
	}
	return record
}

// spooled notes whether the disk takes output, for whoever is to hear of it.
func (sh *Shell) spooled(err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.buffer.spoolError = err
}

// loading is a piece that is read back.
type loading struct {
	object *object
	piece  int
	record Record
	data   []byte
	err    error
}

// load reads back what the next answer needs of the streams: about as much as
// has room in it, and of each stream at least one piece.
func (t *target) load(me *receiver, streams []*Stream, room int) error {
	var list []loading
	for _, st := range streams {
		list = st.needed(list, room)
	}
	if len(list) == 0 {
		return nil
	}
	t.sh.mu.Unlock()
	for i := range list {
		list[i].data, list[i].err = list[i].record.Read()
	}
	t.sh.mu.Lock()
	for i := range list {
		t.sh.loaded(&list[i])
	}
	switch {
	case t.receiver != me:
		return me.err
	case t.gone:
		return ErrClosed
	}
	return nil
}

// needed lists the pieces of a stream that must be read back for an answer
// with so much room.
func (st *Stream) needed(list []loading, room int) []loading {
	st.skip()
	for _, o := range st.objects[st.next:] {
		if o.dropped {
			continue
		}
		for i := o.handed.piece; i < len(o.pieces); i++ {
			h := &o.pieces[i]
			if !h.inMemory() {
				list = append(list, loading{object: o, piece: i, record: h.record})
			}
			if room -= h.size(); room <= 0 {
				return list
			}
		}
	}
	return list
}

// needsLoad reports whether what is to be handed out next is not in memory.
func (t *target) needsLoad(streams []*Stream) bool {
	for _, st := range streams {
		if len(st.needed(nil, 1)) > 0 {
			return true
		}
	}
	return false
}

// loaded takes what was read back. An object that cannot be read any more is
// counted as dropped.
func (sh *Shell) loaded(l *loading) {
	o := l.object
	if o.dropped || l.piece >= len(o.pieces) || o.pieces[l.piece].record != l.record || o.pieces[l.piece].inMemory() {
		return // it was dropped meanwhile
	}
	if l.err != nil {
		sh.buffer.spoolError = l.err
		sh.buffer.dropped++
		sh.discard(o)
		sh.buffer.changed()
		return
	}
	h := &o.pieces[l.piece]
	h.data.content = l.data
	sh.buffer.onDisk -= h.size()
}
