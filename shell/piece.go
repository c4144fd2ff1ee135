package shell

// Piece is what a plug-in puts into a stream at once.
type Piece struct {
	Data Data
	// Object is the number of the object that the piece belongs to. Pieces of
	// one object follow each other. 0: the piece is an object by itself.
	Object uint64
	// End marks the last piece of its object.
	End   bool
	Class Class
}

// Class says what may become of an object that was not delivered.
type Class int

// The classes.
const (
	// ClassKeep is never dropped.
	ClassKeep Class = iota
	// ClassDrop may be dropped whole in mode Drop.
	ClassDrop
	// ClassSession is for the client that is attached now. It is never dropped,
	// and a client that connects later does not get it.
	ClassSession
)

// object is what a stream delivers, drops or repeats as a whole.
type object struct {
	seq    uint64 // order of arrival in the shell
	id     uint64
	class  Class
	stream *Stream
	pieces []held
	one    [1]held // backing of pieces for the many objects of one piece

	complete bool // its last piece has come
	dropped  bool // thrown away; pieces that still come are swallowed
	begun    bool // an answer has had some of it, so it is not dropped any more
	cut      bool // its confirmed beginning is no longer kept

	handed    position // what answers have taken
	confirmed position // what the client is known to have
	kept      int      // bytes of confirmed pieces that are still kept
	keptHere  int      // those of them that are in memory
}

// position is a place in an object: a piece, an offset in it as the Cutter
// counts, and the number of cuts made before.
type position struct{ piece, offset, shift int }

func newObject(st *Stream, seq uint64, p Piece, record Record) *object {
	o := &object{stream: st, seq: seq, id: p.Object, class: p.Class, complete: p.End || p.Object == 0}
	o.one[0] = held{p.Data, record}
	o.pieces = o.one[:]
	return o
}

// allHanded reports whether answers have taken all that has come so far.
func (o *object) allHanded() bool { return o.dropped || o.handed.piece == len(o.pieces) }

// done reports whether the client has it all.
func (o *object) done() bool {
	return o.dropped && o.complete || o.complete && o.confirmed.piece == len(o.pieces)
}

// unconfirmed is the size in bytes of the pieces that the client is not known
// to have, and how much of that is not in memory.
func (o *object) unconfirmed() (all, onDisk int) {
	for i := range o.pieces[o.confirmed.piece:] {
		h := &o.pieces[o.confirmed.piece+i]
		all += h.size()
		if !h.inMemory() {
			onDisk += h.size()
		}
	}
	return all, onDisk
}

// free lets go of all pieces.
func (o *object) free() {
	for i := range o.pieces {
		o.pieces[i].free()
	}
	o.pieces, o.one[0] = nil, held{}
}
