package shell

// held is a piece as a stream holds it: in memory, on disk, or both.
type held struct {
	data   Data
	record Record // nil: it is in memory only
}

// size is the number of bytes that the piece takes, wherever it is.
func (h *held) size() int {
	if h.record != nil {
		return h.record.Size()
	}
	return h.data.Size()
}

// inMemory reports whether the piece can be handed out.
func (h *held) inMemory() bool { return h.record == nil || h.data.content != nil }

// unload lets go of what is on disk too, and reports whether it did.
func (h *held) unload() bool {
	if h.record == nil || h.data.content == nil {
		return false
	}
	h.data.content = nil
	return true
}

// free lets go of the piece for good.
func (h *held) free() {
	if h.record != nil {
		h.record.Free()
	}
	*h = held{}
}
