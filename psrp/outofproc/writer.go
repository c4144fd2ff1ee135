package outofproc

import (
	"errors"
	"fmt"
	"io"

	"github.com/winrmd/winrmd/psrp"
)

// Errors of what a Writer is given. Nothing was written then: the engine ends
// at a line that it does not understand.
var (
	ErrID     = errors.New("out-of-process packet: id is not a GUID")
	ErrStream = errors.New("out-of-process packet: bad stream name")
	ErrText   = errors.New("out-of-process packet: text is empty or not base64")
)

// Writer writes packets, each with one Write. It is not safe for concurrent
// use.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Data sends fragments to a stream (StreamDefault, StreamPromptResponse) of
// the pipeline id, or of SessionID. The pieces of text together are base64:
// only the last may end with padding.
func (w *Writer) Data(stream, id string, text ...[]byte) error {
	if !validStream(stream) {
		return fmt.Errorf("%w: %.50q", ErrStream, stream)
	}
	if !validID(id) {
		return fmt.Errorf("%w: %.50q", ErrID, id)
	}
	b := append(append(w.buf[:0], "<Data Stream='"...), stream...)
	b = append(append(append(b, "' PSGuid='"...), id...), "'>"...)
	begin := len(b)
	for _, t := range text {
		b = append(b, t...)
	}
	if len(b) == begin || !psrp.ValidText(b[begin:]) {
		w.keep(b)
		return ErrText
	}
	return w.write(append(b, "</Data>\n"...))
}

// Command announces the pipeline id. Its first Data must wait for CommandAck.
func (w *Writer) Command(id string) error { return w.element(Command, id) }

// Signal stops the pipeline id. The session cannot be signalled.
func (w *Writer) Signal(id string) error {
	if id == SessionID {
		return fmt.Errorf("%w: a signal to the session", ErrID)
	}
	return w.element(Signal, id)
}

// Close closes the pipeline id, or the session.
func (w *Writer) Close(id string) error { return w.element(Close, id) }

func (w *Writer) element(k Kind, id string) error {
	if !validID(id) {
		return fmt.Errorf("%w: %.50q", ErrID, id)
	}
	b := append(append(w.buf[:0], '<'), k.String()...)
	b = append(append(append(b, " PSGuid='"...), id...), "' />\n"...)
	return w.write(b)
}

func (w *Writer) write(b []byte) error {
	w.keep(b)
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("out-of-process packet: %w", err)
	}
	return nil
}

// keep uses b as the buffer of the next packet, unless it has grown large.
func (w *Writer) keep(b []byte) {
	w.buf = b[:0]
	if cap(b) > bufferSize {
		w.buf = nil
	}
}
