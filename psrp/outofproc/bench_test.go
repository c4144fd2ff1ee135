package outofproc

import (
	"bytes"
	"io"
	"testing"
)

// loop returns the same lines for ever, 64 KiB at a time as a pipe does.
type loop struct {
	lines []byte
	pos   int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), 64<<10)], l.lines[l.pos:])
	l.pos = (l.pos + n) % len(l.lines)
	return n, nil
}

// benchmarkReader reads lines of n bytes: 43,769 is what PowerShell makes of a
// fragment of a large object, 173 of a short string.
func benchmarkReader(b *testing.B, n int) {
	var line bytes.Buffer
	frame := len("<Data Stream='Default' PSGuid=''></Data>\n") + len(SessionID)
	text := bytes.Repeat([]byte("A"), (n-frame)/4*4)
	if err := NewWriter(&line).Data(StreamDefault, pipelineID, text); err != nil {
		b.Fatal(err)
	}
	r := NewReader(&loop{lines: bytes.Repeat(line.Bytes(), 1+1<<20/line.Len())}, 1<<20)
	b.SetBytes(int64(line.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if p, err := r.ReadPacket(); err != nil || len(p.Text) != len(text) {
			b.Fatal(err)
		}
	}
}

func BenchmarkReader200(b *testing.B) { benchmarkReader(b, 200) }
func BenchmarkReader44K(b *testing.B) { benchmarkReader(b, 43769) }
func BenchmarkReader1M(b *testing.B)  { benchmarkReader(b, 1000000) }

func BenchmarkReaderAck(b *testing.B) {
	r := NewReader(&loop{lines: bytes.Repeat([]byte("<DataAck PSGuid='"+pipelineID+"' />\n"), 1000)}, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.ReadPacket(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriter44K(b *testing.B) {
	w := NewWriter(io.Discard)
	text := bytes.Repeat([]byte("A"), 43688)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Data(StreamDefault, pipelineID, text); err != nil {
			b.Fatal(err)
		}
	}
}
