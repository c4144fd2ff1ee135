package shell

import "errors"

// Spool keeps on disk what one shell holds of output beyond what memory should
// hold. Its methods may be called by several goroutines.
type Spool interface {
	// Append writes content, which it does not keep. ErrSpoolFull says that
	// there is no room, which may change; after any error nothing was written.
	Append(content []byte) (Record, error)
	// Find finds a record again by its Ref, also one that a process before
	// this one has written. Whether it is whole is known when it is read.
	Find(ref string) (Record, error)
	// SaveIndex replaces the index by content, all or nothing; empty content
	// removes it. LoadIndex returns what was saved last, nil if there is none.
	SaveIndex(content []byte) error
	LoadIndex() ([]byte, error)
	// Close removes all that the spool has written.
	Close() error
}

// Record is a piece of content that a Spool holds.
type Record interface {
	// Read returns the content, exactly as it was appended, or an error that
	// says what is wrong with it.
	Read() ([]byte, error)
	// Size is the number of bytes of the content.
	Size() int
	// Ref names the record for Spool.Find. It is short and has no white space.
	Ref() string
	// Free says that nobody will read the record again. It does not wait for
	// the disk.
	Free()
}

// ErrSpoolFull says that a Spool has no room: its limit is reached, or the
// disk is full.
var ErrSpoolFull = errors.New("shell: there is no room for more output on disk")
