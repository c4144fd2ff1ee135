package xmlscan

import (
	"bytes"
	"strings"
	"testing"
)

// BenchmarkRawText reads 500 KB of base64 in one element.
func BenchmarkRawText(b *testing.B) {
	src := []byte("<a>" + strings.Repeat("QUJDREVGR0hJSktMTU5P", 25000) + "</a>")
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		s := New(src)
		if _, err := s.Next(); err != nil {
			b.Fatal(err)
		}
		if _, err := s.RawText(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIndexByte is what RawText cannot be faster than.
func BenchmarkIndexByte(b *testing.B) {
	src := []byte("<a>" + strings.Repeat("QUJDREVGR0hJSktMTU5P", 25000) + "</a>")
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if bytes.IndexByte(src[3:], '<') < 0 {
			b.Fatal("not found")
		}
	}
}
