package shell

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
