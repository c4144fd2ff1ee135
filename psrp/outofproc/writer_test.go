package outofproc

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writes keeps each Write apart.
type writes struct {
	all []string
	err error
}

func (w *writes) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	w.all = append(w.all, string(p))
	return len(p), nil
}

func TestWriter(t *testing.T) {
	var out writes
	w := NewWriter(&out)
	require.NoError(t, w.Data(StreamDefault, SessionID, []byte("QUJD")))
	require.NoError(t, w.Data(StreamPromptResponse, pipelineID, []byte("QUJD"), nil, []byte("QQ==")))
	require.NoError(t, w.Command(pipelineID))
	require.NoError(t, w.Signal(pipelineID))
	require.NoError(t, w.Close(pipelineID))
	require.NoError(t, w.Close(SessionID))
	assert.Equal(t, []string{
		"<Data Stream='Default' PSGuid='00000000-0000-0000-0000-000000000000'>QUJD</Data>\n",
		"<Data Stream='PromptResponse' PSGuid='" + pipelineID + "'>QUJDQQ==</Data>\n",
		"<Command PSGuid='" + pipelineID + "' />\n",
		"<Signal PSGuid='" + pipelineID + "' />\n",
		"<Close PSGuid='" + pipelineID + "' />\n",
		"<Close PSGuid='00000000-0000-0000-0000-000000000000' />\n",
	}, out.all)
}

// TestWriterRefuses checks that nothing is written that ends an engine.
func TestWriterRefuses(t *testing.T) {
	text := []byte("QUJD")
	tests := map[string]struct {
		write func(*Writer) error
		want  error
	}{
		"signal to the session": {func(w *Writer) error { return w.Signal(SessionID) }, ErrID},
		"id with markup":        {func(w *Writer) error { return w.Command("'/><Close PSGuid='") }, ErrID},
		"empty id":              {func(w *Writer) error { return w.Close("") }, ErrID},
		"id of data":            {func(w *Writer) error { return w.Data(StreamDefault, "x", text) }, ErrID},
		"empty stream":          {func(w *Writer) error { return w.Data("", pipelineID, text) }, ErrStream},
		"stream with markup":    {func(w *Writer) error { return w.Data("a'b", pipelineID, text) }, ErrStream},
		"long stream":           {func(w *Writer) error { return w.Data(strings.Repeat("a", 33), pipelineID, text) }, ErrStream},
		"no text":               {func(w *Writer) error { return w.Data(StreamDefault, pipelineID) }, ErrText},
		"empty text":            {func(w *Writer) error { return w.Data(StreamDefault, pipelineID, nil, nil) }, ErrText},
		"markup in the text":    {func(w *Writer) error { return w.Data(StreamDefault, pipelineID, []byte("</Data>\n")) }, ErrText},
		"line feed in the text": {func(w *Writer) error { return w.Data(StreamDefault, pipelineID, []byte("QUJ\n")) }, ErrText},
		"padding in the middle": {func(w *Writer) error { return w.Data(StreamDefault, pipelineID, []byte("QQ=="), text) }, ErrText},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out writes
			assert.ErrorIs(t, tt.write(NewWriter(&out)), tt.want)
			assert.Empty(t, out.all)
		})
	}
}

func TestWriterError(t *testing.T) {
	broken := errors.New("broken")
	w := NewWriter(&writes{err: broken})
	assert.ErrorIs(t, w.Command(pipelineID), broken)
	assert.ErrorIs(t, w.Data(StreamDefault, pipelineID, []byte("QUJD")), broken)
}

func TestWriterGivesLargeBufferBack(t *testing.T) {
	var out writes
	w := NewWriter(&out)
	require.NoError(t, w.Data(StreamDefault, pipelineID, bytes.Repeat([]byte("QUJD"), 10_000)))
	assert.NotZero(t, cap(w.buf))
	require.NoError(t, w.Data(StreamDefault, pipelineID, bytes.Repeat([]byte("QUJD"), 1<<16)))
	assert.Zero(t, cap(w.buf))
	require.NoError(t, w.Close(pipelineID))
	assert.Equal(t, "<Close PSGuid='"+pipelineID+"' />\n", out.all[2])
}

func TestKindString(t *testing.T) {
	for k := Data; k <= CloseAck; k++ {
		assert.Equal(t, k, parseKind([]byte(k.String())))
	}
	assert.Equal(t, "Kind(0)", Kind(0).String())
	assert.Equal(t, "Kind(9)", Kind(9).String())
	assert.Zero(t, parseKind(nil))
}
