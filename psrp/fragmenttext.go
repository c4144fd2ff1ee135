package psrp

import (
	"encoding/base64"
	"fmt"
	"iter"
)

// FragmentText is one fragment kept as base64 text.
type FragmentText struct {
	Header FragmentHeader
	// Message is the header of the message that the fragment begins, valid
	// where HasMessage.
	Message MessageHeader
	// HasMessage is set where the fragment starts an object and its blob holds
	// the whole message header. A sender with tiny fragments may split it.
	HasMessage bool
	// Text is the whole fragment, header and blob, and nothing else.
	Text []byte
}

// AppendBlob decodes the fragment's blob and appends it to dst. Text that is
// not base64 or not one whole fragment is a *FragmentError.
func (f FragmentText) AppendBlob(dst []byte) ([]byte, error) {
	w, err := newTextWalk(f.Text)
	if err != nil {
		return dst, err
	}
	if w.size-FragmentHeaderSize != int(f.Header.BlobLength) {
		return dst, &FragmentError{Reason: "the text is not one fragment"}
	}
	return w.appendBytes(dst, FragmentHeaderSize, w.size)
}

// FragmentsText walks base64 text, which must be one or more whole fragments,
// one after the other. It decodes headers only. Text of a fragment is a part
// of text, not a copy, where the fragment begins and ends with a base64
// quantum; else that fragment is encoded anew. After an error, always a
// *FragmentError, the walk ends.
//
// That the blobs are base64 is not looked at: see ValidText.
func FragmentsText(text []byte) iter.Seq2[FragmentText, error] {
	return func(yield func(FragmentText, error) bool) {
		w, err := newTextWalk(text)
		if err != nil {
			yield(FragmentText{}, err)
			return
		}
		for w.pos < w.size {
			f, err := w.next()
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// SplitText is FragmentsText in one slice. More than limit fragments are a
// *FragmentError.
func SplitText(text []byte, limit int) ([]FragmentText, error) {
	var fs []FragmentText
	for f, err := range FragmentsText(text) {
		if err != nil {
			return nil, err
		}
		if len(fs) == limit {
			return nil, &FragmentError{Reason: fmt.Sprintf("more than %d fragments at once", limit)}
		}
		fs = append(fs, f)
	}
	return fs, nil
}

// textWalk is a walk over base64 text by the positions of the bytes it stands
// for.
type textWalk struct {
	text []byte
	size int // bytes that text stands for
	pos  int // byte at which the next fragment begins
}

func newTextWalk(text []byte) (textWalk, error) {
	n := len(text)
	if n == 0 {
		return textWalk{}, &FragmentError{Reason: "there is no fragment"}
	}
	if n%4 != 0 {
		return textWalk{}, &FragmentError{Offset: n, Reason: "length of base64 text is not a multiple of 4"}
	}
	return textWalk{text: text, size: n/4*3 - padding(text)}, nil
}

// padding counts the padding characters at the end of text.
func padding(text []byte) int {
	n := len(text)
	switch {
	case n >= 2 && text[n-2] == '=' && text[n-1] == '=':
		return 2
	case n >= 1 && text[n-1] == '=':
		return 1
	}
	return 0
}

// next reads the fragment at the walk's position and moves behind it.
func (w *textWalk) next() (FragmentText, error) {
	f := FragmentText{}
	begin := w.pos
	if err := w.header(&f, begin); err != nil {
		return FragmentText{}, err
	}
	end := begin + FragmentHeaderSize + int(f.Header.BlobLength)
	text, err := w.slice(begin, end)
	if err != nil {
		return FragmentText{}, err
	}
	f.Text, w.pos = text, end
	return f, nil
}

// header reads the headers of the fragment that begins at byte begin and
// checks that the text holds all of it.
func (w *textWalk) header(f *FragmentText, begin int) error {
	if w.size-begin < FragmentHeaderSize {
		return &FragmentError{Offset: begin / 3 * 4, Reason: "ends within a fragment header"}
	}
	var buf [MessageHeaderSize + 4]byte // a quantum more than is asked for
	b, err := w.appendBytes(buf[:0], begin, begin+FragmentHeaderSize)
	if err != nil {
		return err
	}
	if f.Header, err = ParseFragmentHeader(b); err != nil {
		return at(err, begin/3*4)
	}
	if int(f.Header.BlobLength) > w.size-begin-FragmentHeaderSize {
		return &FragmentError{Offset: begin / 3 * 4, Reason: "ends before its blob does"}
	}
	if !f.Header.startsMessage() {
		return nil
	}
	begin += FragmentHeaderSize
	if b, err = w.appendBytes(buf[:0], begin, begin+MessageHeaderSize); err != nil {
		return err
	}
	f.Message, err = ParseMessageHeader(b)
	f.HasMessage = err == nil
	return err
}

// slice returns the bytes from begin to end as base64 text.
func (w *textWalk) slice(begin, end int) ([]byte, error) {
	if begin%3 == 0 && (end%3 == 0 || end == w.size) {
		last := (end + 2) / 3 * 4
		return w.text[begin/3*4 : last : last], nil
	}
	b, err := w.appendBytes(nil, begin, end)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// appendBytes decodes the bytes from begin to end.
func (w *textWalk) appendBytes(dst []byte, begin, end int) ([]byte, error) {
	first, last := begin/3*4, (end+2)/3*4
	have := len(dst)
	dst, err := base64.StdEncoding.AppendDecode(dst, w.text[first:last])
	// The decoder passes over line breaks, which would shift everything after
	// them; then there are fewer bytes than the characters promise.
	if err != nil || len(dst)-have < end-begin/3*3 {
		return dst[:have], &FragmentError{Offset: first, Reason: "not base64"}
	}
	n := copy(dst[have:], dst[have+begin%3:have+begin%3+end-begin])
	return dst[:have+n], nil
}
