package outofproc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// bufferSize is the Reader's buffer, which holds a line of PowerShell's own
// size: a fragment of 32 KiB is 43,769 bytes here. It grows for longer lines
// and is given back after them.
const bufferSize = 64 << 10

// maxEmptyReads ends a reader that returns neither bytes nor an error.
const maxEmptyReads = 100

// Reader reads packets. It is not safe for concurrent use.
type Reader struct {
	r       io.Reader
	maxLine int
	err     error // of r, or what ended the Reader; met once buf is used up

	buf     []byte
	begin   int // of what was read and not yet returned
	end     int
	scanned int // up to here there is no line feed

	lastID string // most packets in a row have the same
	line   bool   // a line was returned: a byte order mark can come no more
}

// NewReader returns a Reader of r that takes lines of at most maxLine bytes,
// the line feed not counted.
func NewReader(r io.Reader, maxLine int) *Reader {
	return &Reader{r: r, maxLine: maxLine}
}

// ReadPacket reads one line. The packet's text is the caller's to keep.
//
// The error is io.EOF at the end between two lines, a *SyntaxError for a line
// that is no packet, else what the underlying reader said. After a
// *SyntaxError the next line can be read, but not after a line that is too
// long or was cut off by the end.
func (r *Reader) ReadPacket() (Packet, error) {
	line, err := r.readLine()
	if err != nil {
		return Packet{}, err
	}
	e, reason := scan(line)
	if reason != "" {
		// At the end of the input a line may have been cut off anywhere.
		return Packet{}, newSyntaxError(line, reason, r.cutOff())
	}
	p := Packet{Kind: e.kind, ID: r.id(e.id)}
	if e.kind == Data {
		p.Stream = streamName(e.stream)
		p.Text = append([]byte(nil), e.text...)
	}
	return p, nil
}

// readLine returns the next line without its line feed, valid until the next
// call. The last line may lack the line feed.
func (r *Reader) readLine() ([]byte, error) {
	for {
		if i := bytes.IndexByte(r.buf[r.scanned:r.end], '\n'); i >= 0 && r.scanned+i-r.begin <= r.maxLine {
			line := r.buf[r.begin : r.scanned+i]
			r.begin = r.scanned + i + 1
			r.scanned = r.begin
			return r.first(line), nil
		}
		r.scanned = r.end
		if r.end-r.begin > r.maxLine {
			return nil, r.tooLong()
		}
		if r.err != nil {
			return r.rest()
		}
		r.fill()
	}
}

// tooLong ends the Reader.
func (r *Reader) tooLong() error {
	r.err = newSyntaxError(r.buf[r.begin:r.end], fmt.Sprintf("longer than %d bytes", r.maxLine), nil)
	r.drop()
	return r.err
}

// rest returns what stands behind the last line feed, or how reading ended.
func (r *Reader) rest() ([]byte, error) {
	line := r.buf[r.begin:r.end]
	r.drop()
	if !errors.Is(r.err, io.EOF) || len(bytes.Trim(line, blanks)) == 0 {
		return nil, r.err
	}
	return r.first(line), nil
}

// drop forgets what was read; slices of the buffer stay valid.
func (r *Reader) drop() {
	r.buf, r.begin, r.end, r.scanned = nil, 0, 0, 0
}

// cutOff is io.ErrUnexpectedEOF where the line just returned ended with the
// input and not with a line feed.
func (r *Reader) cutOff() error {
	if r.buf == nil && r.err != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// first takes a byte order mark off the first line.
func (r *Reader) first(line []byte) []byte {
	if !r.line {
		line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
	}
	r.line = true
	return line
}

// fill reads once into the buffer, after making room in it.
func (r *Reader) fill() {
	r.makeRoom()
	for range maxEmptyReads {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		r.err = err
		if n > 0 || err != nil {
			return
		}
	}
	r.err = io.ErrNoProgress
}

// makeRoom moves what is unread to the front of the buffer, which it doubles
// where a line fills it, and makes small again after such a line.
func (r *Reader) makeRoom() {
	unread := r.buf[r.begin:r.end]
	to := r.buf
	switch {
	case len(unread) == len(to):
		to = make([]byte, max(bufferSize, 2*len(to)))
	case len(to) > bufferSize && len(unread) <= bufferSize/2:
		to = make([]byte, bufferSize)
	}
	r.end = copy(to, unread)
	r.buf, r.begin, r.scanned = to, 0, r.end
}

// id returns the packet's id in lower case.
func (r *Reader) id(id []byte) string {
	if string(id) != r.lastID {
		r.lastID = string(bytes.ToLower(id))
	}
	return r.lastID
}

func streamName(name []byte) string {
	switch string(name) {
	case StreamDefault:
		return StreamDefault
	case StreamPromptResponse:
		return StreamPromptResponse
	}
	return string(name)
}
