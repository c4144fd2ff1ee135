package psrp

// DefaultMaxObjectSize is PowerShell's own limit for a received object.
const DefaultMaxObjectSize = 10 << 20

// Defragmenter puts the messages of one stream together. It is meant for
// those whose content is wanted; use an Assembler where borders are enough.
// The zero value is ready for use.
type Defragmenter struct {
	// MaxObjectSize is how many bytes a message may have, its header too; 0:
	// DefaultMaxObjectSize.
	MaxObjectSize int64

	order Assembler
	blob  []byte
}

// Add takes the next fragment, and returns the message that it completes;
// complete is false where it completes none. The message's data is the
// caller's. Errors are *OrderError, and *MessageError where the object is no
// message; both drop the object that had begun.
func (d *Defragmenter) Add(h FragmentHeader, blob []byte) (m Message, complete bool, err error) {
	if int64(len(blob)) != int64(h.BlobLength) {
		return Message{}, false, d.drop(&OrderError{Header: h, Reason: "the blob is not as long as the header says"})
	}
	if complete, err = d.begin(h); err != nil {
		return Message{}, false, d.drop(err)
	}
	d.blob = append(d.blob, blob...)
	return d.end(complete)
}

// AddText is Add for a fragment as base64 text. It returns a *FragmentError
// too, where the text is not the fragment.
func (d *Defragmenter) AddText(f FragmentText) (m Message, complete bool, err error) {
	if complete, err = d.begin(f.Header); err != nil {
		return Message{}, false, d.drop(err)
	}
	if d.blob, err = f.AppendBlob(d.blob); err != nil {
		return Message{}, false, d.drop(err)
	}
	return d.end(complete)
}

// Pending reports whether a message has begun and not ended.
func (d *Defragmenter) Pending() bool { return d.order.Pending() }

// Reset forgets a message that has begun.
func (d *Defragmenter) Reset() {
	d.order.Reset()
	d.blob = nil
}

// begin checks the order and the limit before any byte is kept.
func (d *Defragmenter) begin(h FragmentHeader) (complete bool, err error) {
	d.order.MaxObjectSize = d.MaxObjectSize
	if d.MaxObjectSize <= 0 {
		d.order.MaxObjectSize = DefaultMaxObjectSize
	}
	return d.order.Add(h)
}

// end returns the message, if complete, and keeps nothing of it.
func (d *Defragmenter) end(complete bool) (Message, bool, error) {
	if !complete {
		return Message{}, false, nil
	}
	blob := d.blob
	d.blob = nil
	m, err := ParseMessage(blob)
	return m, err == nil, err
}

func (d *Defragmenter) drop(err error) error {
	d.Reset()
	return err
}
