package clixml

import "cmp"

// Limits bound what is read. A peer chooses a document's size, depth and
// number of elements. A field that is 0 stands for its default.
type Limits struct {
	// MaxSize is how many bytes are looked at.
	MaxSize int
	// MaxDepth is how many values may stand within each other, the outermost
	// included.
	MaxDepth int
	// MaxElements is how many values, entries and properties all in all, which
	// bounds the memory that a Value takes: an element of 6 bytes becomes an
	// object of 128.
	MaxElements int
}

// The defaults. An object in a message of the PowerShell Remoting Protocol has
// at most 200 MB by itself and 10 MiB unless a server or client was told
// otherwise; PowerShell writes 50 values within each other, and reads 49.
const (
	DefaultMaxSize     = 200 << 20
	DefaultMaxDepth    = 100
	DefaultMaxElements = 2 << 20
)

// MaxEncodedDepth is how many values within each other are written: as many as
// PowerShell reads. A message with more breaks a session.
const MaxEncodedDepth = 49

// orDefaults fills in what is 0.
func (l Limits) orDefaults() Limits {
	return Limits{
		MaxSize:     cmp.Or(l.MaxSize, DefaultMaxSize),
		MaxDepth:    cmp.Or(l.MaxDepth, DefaultMaxDepth),
		MaxElements: cmp.Or(l.MaxElements, DefaultMaxElements),
	}
}
