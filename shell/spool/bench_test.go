package spool_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/shell"
	"github.com/winrmd/winrmd/shell/spool"
)

// benchSize is a record as the PowerShell plug-in makes them: a fragment of
// 32 KiB in base64.
const benchSize = 44 << 10

// benchWindow is how many records are held: 64 segments.
const benchWindow = 6000

// BenchmarkSpoolAppend appends and frees in order, with at most benchWindow
// records held.
func BenchmarkSpoolAppend(b *testing.B) {
	s := open(b, spool.Config{Directory: filepath.Join(b.TempDir(), "spool")})
	content := pattern(0, benchSize)
	held := make([]shell.Record, benchWindow)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if old := held[i%benchWindow]; old != nil {
			old.Free()
		}
		held[i%benchWindow] = put(b, s, content)
		i++
	}
}

// BenchmarkPlainWrite writes the same bytes to a file, which begins again
// after as many.
func BenchmarkPlainWrite(b *testing.B) {
	f := plainFile(b)
	content := pattern(0, benchSize)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i%benchWindow == 0 {
			require.NoError(b, f.Truncate(0))
		}
		_, err := f.WriteAt(content, int64(i%benchWindow)*benchSize)
		require.NoError(b, err)
		i++
	}
}

func BenchmarkSpoolRead(b *testing.B) {
	s := open(b, spool.Config{Directory: filepath.Join(b.TempDir(), "spool")})
	var all []shell.Record
	for i := range benchWindow {
		all = append(all, put(b, s, pattern(i, benchSize)))
	}
	b.SetBytes(benchSize)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := all[i%benchWindow].Read(); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// sink makes a plain read allocate as the spool's does.
var sink []byte

func BenchmarkPlainRead(b *testing.B) {
	f := plainFile(b)
	for i := range benchWindow {
		_, err := f.WriteAt(pattern(i, benchSize), int64(i)*benchSize)
		require.NoError(b, err)
	}
	b.SetBytes(benchSize)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sink = make([]byte, benchSize)
		if _, err := f.ReadAt(sink, int64(i%benchWindow)*benchSize); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkSpoolOneByOne is a shell at the edge of its memory: each record is
// freed before the next comes.
func BenchmarkSpoolOneByOne(b *testing.B) {
	s := open(b, spool.Config{Directory: filepath.Join(b.TempDir(), "spool")})
	content := pattern(0, benchSize)
	b.SetBytes(benchSize)
	for b.Loop() {
		put(b, s, content).Free()
	}
}

func plainFile(b *testing.B) *os.File {
	f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	require.NoError(b, err)
	b.Cleanup(func() { _ = f.Close() })
	return f
}
