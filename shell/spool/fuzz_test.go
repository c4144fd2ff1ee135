package spool

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
)

// FuzzFind: a text finds a record that has that text as its Ref, or nothing;
// and what is read is what was written, or a CorruptError.
func FuzzFind(f *testing.F) {
	s, err := Open(Config{Directory: filepath.Join(f.TempDir(), "spool"), SegmentSize: 100})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	written := map[string]string{}
	for _, content := range []string{"", "one", "another one", "and one that needs a second segment"} {
		r, err := s.Append([]byte(content))
		if err != nil {
			f.Fatal(err)
		}
		written[r.Ref()] = content
		f.Add(r.Ref())
	}
	for _, text := range []string{"", "::", "1:0:-0", "01:0:3", "1:24:99999999999", "18446744073709551615:0:0", "1:9223372036854775807:1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := s.Find(text)
		if err != nil {
			return
		}
		defer r.Free()
		if r.Ref() != text {
			t.Fatalf("%q found %q", text, r.Ref())
		}
		content, err := r.Read()
		want, ok := written[text]
		var corrupt *CorruptError
		switch {
		case ok && (err != nil || string(content) != want):
			t.Fatalf("%q: %q, %v", text, content, err)
		case !ok && !errors.As(err, &corrupt):
			t.Fatalf("%q, which was never given out: %q, %v", text, content, err)
		}
	})
}

// FuzzRecord: what is taken for a record is what appendRecord would write.
func FuzzRecord(f *testing.F) {
	f.Add([]byte{}, uint64(1))
	f.Add(make([]byte, headerSize), uint64(0))
	f.Add(appendRecord(nil, 1, 0, nil), uint64(1))
	f.Add(appendRecord(nil, 1<<40, 7, []byte("content")), uint64(1<<40))
	f.Add(appendRecord(nil, 2, 0, []byte("content"))[:headerSize], uint64(2))
	f.Fuzz(func(t *testing.T, b []byte, segment uint64) {
		content, wrong := parseRecord(b, segment)
		if wrong != "" {
			return
		}
		sequence := uint32(b[16]) | uint32(b[17])<<8 | uint32(b[18])<<16 | uint32(b[19])<<24
		if !bytes.Equal(b, appendRecord(nil, segment, sequence, content)) {
			t.Fatalf("%x is not what is written for its content", b)
		}
	})
}
