package xpress

import (
	"fmt"
	"testing"
)

// corpora are the inputs of the benchmarks and of the round trips.
var corpora = []struct {
	name string
	data []byte
}{
	{"clixml", clixml(1 << 20)},
	{"clixml4k", clixml(4 << 10)},
	{"words", words(1 << 20)},
	{"random", randomBytes(1 << 20)},
	{"zero", make([]byte, 1<<20)},
}

func BenchmarkCompress(b *testing.B) {
	for _, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			dst := Compress(nil, c.data)
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				dst = Compress(dst[:0], c.data)
			}
			b.ReportMetric(float64(len(c.data))/float64(len(dst)), "ratio")
		})
	}
}

func BenchmarkDecompress(b *testing.B) {
	for _, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			packed := Compress(nil, c.data)
			dst := make([]byte, 0, len(c.data))
			b.SetBytes(int64(len(c.data)))
			b.ReportAllocs()
			for b.Loop() {
				var err error
				if dst, err = Decompress(dst[:0], packed, len(c.data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleCompress() {
	fmt.Printf("%x\n", Compress(nil, []byte("hello")))
	// Output: 0400040068656c6c6f
}
